"""From what a user asks for to a request that can be queued; pages and command line share it."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from gpar_core.cache import MANIFEST, Cache, checked_name, publishing
from gpar_core.data.compendium import Compendium
from gpar_core.data.profiles import Profiles, profiles_id
from gpar_core.data.profiles import save as save_profiles
from gpar_core.data.training_set import (
    TrainingSet,
    drugs_of_moa,
    known_cells,
    known_drugs,
    known_moas,
    select,
)
from gpar_core.errors import FileFormatError, RequestError
from gpar_core.jobs.request import (
    ImportRequest,
    LibraryRequest,
    PredictionRequest,
    TrainRequest,
    job_id,
)
from gpar_core.learn.folds import assign_folds
from gpar_core.learn.presets import preset as known_preset
from gpar_core.library import MIN_DRUGS, Library

DIGEST_WHOLE_FILE = 64 * 1024 * 1024


def plan_training(
    compendium: Compendium,
    *,
    drugs: Iterable[str] = (),
    moa: str = "",
    cells: Iterable[str] = (),
    preset: str = "fast",
    negatives: str = "auto",
    seed: int = 0,
    null_repeats: int = 0,
    uploaded: Profiles | None = None,
    label: str = "",
) -> tuple[TrainRequest, TrainingSet]:
    """Check a training before it starts: the request, and the training set it will use.

    Give one of drugs, a MOA, or uploaded profiles with the label they are shown under.
    Raises RequestError, NotFoundError or TrainingSetError.
    """
    drugs = [name for name in drugs if name.strip()]
    cells = [cell for cell in cells if cell.strip()]
    if seed < 0:
        raise RequestError(f"The seed is {seed}; needed is a whole number from 0 on.")
    if bool(drugs) + bool(moa) + (uploaded is not None) != 1:
        raise RequestError("Name either drugs or one MOA to train on, or upload profiles.")
    known_preset(preset)
    chosen: tuple[str, ...] = ()
    if uploaded is None:
        chosen = drugs_of_moa(compendium, moa) if moa else known_drugs(compendium, drugs)
    if moa:
        names = compendium.compound_moas["moa"].unique()
        moa = next(name for name in names if name.casefold() == moa.strip().casefold())
    training_set = select(
        compendium, chosen, cells=cells, moa=moa, negatives=negatives, uploaded=uploaded
    )
    assign_folds(training_set.positive, training_set.drug, seed=seed)
    request = TrainRequest(
        compendium=compendium.name,
        fingerprint=compendium.fingerprint,
        label=moa or label or _label(chosen),
        drugs=chosen,
        moa=moa,
        cells=known_cells(compendium, cells),
        preset=preset,
        negatives=negatives,
        seed=seed,
        null_repeats=null_repeats,
        profiles="" if uploaded is None else profiles_id(uploaded),
    )
    return request, training_set


def plan_library(
    compendium: Compendium,
    *,
    moas: Iterable[str] = (),
    min_drugs: int = MIN_DRUGS,
    cells: Iterable[str] = (),
    preset: str = "fast",
    negatives: str = "auto",
    seed: int = 0,
) -> LibraryRequest:
    """The request for a model of each MOA with at least `min_drugs` drugs.

    moas: the MOAs to choose among; none for all. Raises RequestError or NotFoundError.
    """
    if seed < 0 or min_drugs < 2:
        raise RequestError(
            f"The seed is {seed} and the least number of drugs {min_drugs}; needed are at least 0 "
            "and 2: with one drug of a MOA there is none to hold out."
        )
    known_preset(preset)
    return LibraryRequest(
        compendium=compendium.name,
        fingerprint=compendium.fingerprint,
        moas=with_enough_drugs(compendium, moas, min_drugs),
        cells=known_cells(compendium, cells),
        preset=preset,
        negatives=negatives,
        seed=seed,
    )


def plan_prediction(library: Library, profiles: Profiles, label: str) -> PredictionRequest:
    """The request to read uploaded profiles by all usable models of a library."""
    return PredictionRequest(
        profiles=profiles_id(profiles),
        library=library.library_id,
        models=tuple(sorted(entry.model_id for entry in library.usable)),
        label=label,
    )


def publish_profiles(cache: Cache, profiles: Profiles) -> str:
    """Keep uploaded profiles under the id of what they hold; returns the id."""
    name = profiles_id(profiles)
    folder = cache.profile_set(name)
    if not (folder / MANIFEST).is_file():
        with publishing(folder) as building:
            save_profiles(profiles, building)
    return name


def plan_import(
    cache: Cache,
    *,
    name: str,
    matrix: Path,
    sig_info: Path,
    gene_info: Path,
    sig_metrics: Path | None = None,
    pert_info: Path | None = None,
    moa: Path | None = None,
    fill_missing: bool = False,
    replace: bool = False,
) -> ImportRequest:
    """Check that the files exist and the name is free. Raises RequestError or FileFormatError."""
    checked_name(name, "compendium")
    files = [matrix, sig_info, gene_info, sig_metrics, pert_info, moa]
    for path in files:
        if path is not None and not path.is_file():
            raise FileFormatError(f"There is no file '{path}'. Check its name and folder.")

    def text(path: Path | None) -> str:
        return str(path.resolve()) if path else ""

    request = ImportRequest(
        name=name,
        gctx=text(matrix),
        sig_info=text(sig_info),
        gene_info=text(gene_info),
        sig_metrics=text(sig_metrics),
        pert_info=text(pert_info),
        moa=text(moa),
        fill_missing=fill_missing,
        replace=replace,
        files_digest=_digest(path for path in files if path),
    )
    if (
        not replace
        and name in cache.compendium_names()
        and cache.compendium_made_by(name) != job_id(request)
    ):
        raise RequestError(
            f"There is already a compendium '{name}' from other files. Choose another name, or "
            "import with --replace to put the new one in its place."
        )
    return request


def with_enough_drugs(
    compendium: Compendium, classes: Iterable[str], min_drugs: int, *, labelled: bool = False
) -> tuple[str, ...]:
    """Names, sorted, of the MOAs among `classes`, none for all, that have enough drugs.

    labelled: whether the compendium wears uploaded labels in place of its MOAs. Raises
    NotFoundError or RequestError.
    """
    table = compendium.moas
    if wanted := known_moas(compendium, classes):
        table = table[table["moa"].isin(wanted)]
    enough = tuple(sorted(table.loc[table["n_drugs"] >= min_drugs, "moa"]))
    if not enough:
        most = int(table["n_drugs"].max()) if len(table) else 0
        what, remedy = "MOA", "import the compendium with a MOA table"
        if labelled:
            what, remedy = "uploaded label", "label more of its compounds"
        raise RequestError(
            f"No {what} of '{compendium.name}' has {min_drugs} drugs; the most is {most}. Lower "
            f"the least number of drugs, or {remedy}."
        )
    return enough


def _label(drugs: tuple[str, ...]) -> str:
    shown = ", ".join(drugs[:3])
    return shown if len(drugs) <= 3 else f"{shown} and {len(drugs) - 3} more"


def _digest(paths: Iterable[Path]) -> str:
    """Of the content of files up to 64 MB, else of size and time of change."""
    digest = hashlib.sha256()
    for path in paths:
        status = path.stat()
        if status.st_size <= DIGEST_WHOLE_FILE:
            digest.update(path.read_bytes())
        else:
            digest.update(f"{status.st_size} {status.st_mtime_ns}".encode())
    return digest.hexdigest()[:20]
