"""From what a user asks for to a request that can be queued; pages and command line share it."""

from collections.abc import Iterable
from dataclasses import replace as with_values
from pathlib import Path

from gpar_core.data.compendium import Compendium
from gpar_core.data.importing.import_files import ImportFiles, digest
from gpar_core.data.name_lists import read_cells, read_drugs
from gpar_core.data.profiles import Profiles, profiles_id
from gpar_core.data.profiles import save as save_profiles
from gpar_core.data.quality import EVERYTHING, QualityFilter
from gpar_core.data.selecting import choose
from gpar_core.data.training_set import (
    TrainingSet,
    drugs_of_moa,
    known_cells,
    known_drugs,
    known_moas,
    moa_key,
    select,
)
from gpar_core.errors import FileFormatError, RequestError
from gpar_core.jobs.request import (
    ImportRequest,
    LibraryRequest,
    PredictionRequest,
    SelectRequest,
    TrainRequest,
    job_id,
)
from gpar_core.learn.folds import assign_folds
from gpar_core.learn.presets import preset as known_preset
from gpar_core.rank.ranking import rows_to_rank
from gpar_core.results.library import MIN_DRUGS, Library
from gpar_core.storage.cache import MANIFEST, Cache, compendium_name, publishing


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
    ranked: bool = True,
) -> tuple[TrainRequest, TrainingSet]:
    """Check a training before it starts: the request, and the training set it will use.

    Give one of drugs, a MOA, or uploaded profiles with the label they are shown under. Lists of
    names may come as a text, which `name_lists.read_names` takes apart.
    ranked: whether the model will rank compounds, so that some must be left to rank.
    Raises RequestError, NotFoundError or TrainingSetError.
    """
    drugs = read_drugs(compendium, drugs)
    cells = read_cells(compendium, cells)
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
        moa = next(name for name in names if name.casefold() == moa_key(moa))
    training_set = select(
        compendium, chosen, cells=cells, moa=moa, negatives=negatives, uploaded=uploaded
    )
    if ranked:
        rows_to_rank(compendium, training_set)
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
    """The request to read uploaded profiles by the models of a library that are asked."""
    return PredictionRequest(
        profiles=profiles_id(profiles),
        library=library.library_id,
        models=tuple(sorted(entry.model_id for entry in library.asked)),
        label=label,
    )


def publish_profiles(cache: Cache, profiles: Profiles) -> str:
    """Keep uploaded profiles under the id of what they hold; returns the id."""
    name = profiles_id(profiles)
    folder = cache.profile_set(name)
    exists = (folder / MANIFEST).is_file()
    cache.hold(name, exists=exists)
    if not exists:
        with publishing(folder) as building:
            save_profiles(profiles, building)
    return name


def plan_import(
    cache: Cache,
    files: ImportFiles,
    *,
    name: str,
    fill_missing: bool = False,
    quality: QualityFilter = EVERYTHING,
    replace: bool = False,
) -> ImportRequest:
    """Check that the files exist and the name is free. Raises RequestError or FileFormatError.

    name: of the compendium; capitals become lower case.
    """
    name = compendium_name(name)
    for path in files.paths:
        if not path.is_file():
            raise FileFormatError(f"There is no file '{path}'. Check its name and folder.")
    names = [each.series for each in files.series]
    if len(set(names)) < len(names):
        raise RequestError(
            f"The series are called {', '.join(names)}. Give each a name of its own (--series)."
        )

    def text(path: Path | None) -> str:
        return str(path.resolve()) if path else ""

    request = ImportRequest(
        name=name,
        series=tuple(names),
        gctx=tuple(text(each.matrix) for each in files.series),
        sig_info=tuple(text(each.sig_info) for each in files.series),
        gene_info=tuple(text(each.gene_info) for each in files.series),
        sig_metrics=tuple(text(each.sig_metrics) for each in files.series),
        pert_info=tuple(text(each.pert_info) for each in files.series),
        moas=tuple(text(path) for path in files.moas),
        fill_missing=fill_missing,
        replace=replace,
        files_digest=digest(files.paths),
        quality=quality,
    )
    _check_free(cache, request)
    return request


def plan_select(
    cache: Cache,
    compendium: Compendium,
    *,
    name: str,
    quality: QualityFilter,
    replace: bool = False,
) -> SelectRequest:
    """The request for a compendium of the signatures that a filter keeps.

    Cell lines in any case. Raises RequestError or NotFoundError.
    """
    name = compendium_name(name)
    if name == compendium.name:
        raise RequestError(
            f"The signatures are chosen from '{name}' itself; give the new compendium another name."
        )
    if quality == EVERYTHING:
        raise RequestError("The filter asks for nothing. Set one limit at least.")
    quality = with_values(
        quality,
        cells=known_cells(compendium, quality.cells),
        times=tuple(sorted(set(quality.times))),
    )
    choose(compendium.signatures, quality)
    request = SelectRequest(compendium.name, compendium.fingerprint, name, quality, replace)
    _check_free(cache, request)
    return request


def _check_free(cache: Cache, request: ImportRequest | SelectRequest) -> None:
    """Raises RequestError where another compendium has the name and is not to be replaced."""
    if (
        not request.replace
        and request.name in cache.compendium_names()
        and cache.compendium_made_by(request.name) != job_id(request)
    ):
        raise RequestError(
            f"There is already a compendium '{request.name}' from other files. Choose another "
            "name, or put the new one in its place with --replace."
        )


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
