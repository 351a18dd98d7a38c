"""From what a user asks for to a request that can be queued; pages and command line share it."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from gpar_core.cache import Cache, checked_name
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import TrainingSet, drugs_of_moa, known_drugs, select
from gpar_core.errors import FileFormatError, RequestError
from gpar_core.jobs.request import ImportRequest, TrainRequest, job_id
from gpar_core.learn.folds import assign_folds
from gpar_core.learn.presets import preset as known_preset

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
) -> tuple[TrainRequest, TrainingSet]:
    """Check a training before it starts: the request, and the training set it will use.

    Give either drugs or a MOA. Raises RequestError, NotFoundError or TrainingSetError.
    """
    drugs = [name for name in drugs if name.strip()]
    cells = [cell for cell in cells if cell.strip()]
    if seed < 0:
        raise RequestError(f"The seed is {seed}; needed is a whole number from 0 on.")
    if bool(drugs) == bool(moa):
        raise RequestError("Name either drugs or one MOA to train on.")
    known_preset(preset)
    chosen = drugs_of_moa(compendium, moa) if moa else known_drugs(compendium, drugs)
    if moa:
        names = compendium.compound_moas["moa"].unique()
        moa = next(name for name in names if name.casefold() == moa.strip().casefold())
    training_set = select(compendium, chosen, cells=cells, moa=moa, negatives=negatives)
    assign_folds(training_set.positive, training_set.drug, seed=seed)
    by_name = {cell.casefold(): cell for cell in compendium.cell_lines}
    request = TrainRequest(
        compendium=compendium.name,
        fingerprint=compendium.fingerprint,
        label=moa or _label(chosen),
        drugs=chosen,
        moa=moa,
        cells=tuple(sorted({by_name[cell.strip().casefold()] for cell in cells})),
        preset=preset,
        negatives=negatives,
        seed=seed,
        null_repeats=null_repeats,
    )
    return request, training_set


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
