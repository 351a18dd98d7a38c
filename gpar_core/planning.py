"""From what a user asks for to a request that can be queued; pages and command line share it."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from gpar_core import fields
from gpar_core.cache import MANIFEST, Cache, checked_name, publishing
from gpar_core.compare.methods import METHODS, USUAL
from gpar_core.compare.methods import MIN_DRUGS as MIN_EVALUATED
from gpar_core.data import labels as class_labels
from gpar_core.data.compendium import Compendium
from gpar_core.data.profiles import Profiles, profiles_id
from gpar_core.data.profiles import save as save_profiles
from gpar_core.data.training_set import (
    TrainingSet,
    drugs_of_moa,
    known_cells,
    known_drugs,
    select,
)
from gpar_core.errors import FileFormatError, RequestError
from gpar_core.jobs.request import (
    CellInfluenceRequest,
    EvaluationRequest,
    GeneCountRequest,
    GeneImportanceRequest,
    ImportRequest,
    LibraryRequest,
    PredictionRequest,
    SweepRequest,
    TrainRequest,
    job_id,
)
from gpar_core.learn import cell_influence, gene_counts
from gpar_core.learn import sweep as sweeps
from gpar_core.learn.folds import assign_folds
from gpar_core.learn.presets import preset as known_preset
from gpar_core.library import MIN_DRUGS, Library
from gpar_core.model import ModelSummary

DIGEST_WHOLE_FILE = 64 * 1024 * 1024

MAX_STEPS = 20_000


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
        moas=_with_enough_drugs(compendium, moas, min_drugs),
        cells=known_cells(compendium, cells),
        preset=preset,
        negatives=negatives,
        seed=seed,
    )


def plan_evaluation(
    compendium: Compendium,
    *,
    classes: Iterable[str] = (),
    methods: Iterable[str] = USUAL,
    min_drugs: int = MIN_EVALUATED,
    labels: pd.DataFrame | None = None,
    cells: Iterable[str] = (),
    preset: str = "fast",
    negatives: str = "others",
    seed: int = 0,
) -> EvaluationRequest:
    """The request to compare methods on each class with at least `min_drugs` drugs.

    classes: MOAs, or classes of `labels` if given; none for all. methods: of `METHODS`. Raises
    RequestError, NotFoundError or AnnotationError.
    """
    chosen = list(dict.fromkeys(methods))
    if unknown := [name for name in chosen if name not in METHODS]:
        raise RequestError(
            f"There is no method '{unknown[0][:40]}'. There are: {', '.join(METHODS)}."
        )
    if not chosen:
        raise RequestError("Choose at least one method to evaluate.")
    if seed < 0 or min_drugs < 2:
        raise RequestError(
            f"The seed is {seed} and the least number of drugs {min_drugs}; needed are at least 0 "
            "and 2: with one drug of a class there is none to hold out."
        )
    known_preset(preset)
    if labels is not None:
        compendium, _ = class_labels.relabelled(compendium, labels)
    return EvaluationRequest(
        compendium=compendium.name,
        fingerprint=compendium.fingerprint,
        classes=_with_enough_drugs(compendium, classes, min_drugs),
        methods=tuple(name for name in METHODS if name in chosen),
        labels="" if labels is None else class_labels.labels_id(labels),
        cells=known_cells(compendium, cells),
        preset=preset,
        negatives=negatives,
        seed=seed,
    )


def plan_cell_influence(
    compendium: Compendium,
    *,
    selections: Iterable[Iterable[str]],
    every_cell_line: bool = False,
    shared_drugs: bool = True,
    drugs: Iterable[str] = (),
    moa: str = "",
    preset: str = "fast",
    negatives: str = "auto",
    seed: int = 0,
) -> tuple[CellInfluenceRequest, pd.DataFrame]:
    """Check a comparison of selections of cell lines before it starts.

    selections: cell lines each, none for all. every_cell_line: each one becomes a selection too.
    shared_drugs: only drugs with a signature in each of `selections` are used; single cell lines
    that come by `every_cell_line` use those of them that they have. negatives: 'auto' is one choice
    for all selections. The rest as in `plan_training`.

    Returns the request, and a table of selection, n_drugs and reason ('' where there are enough).
    Raises RequestError, NotFoundError or TrainingSetError.
    """
    wanted = [known_cells(compendium, cells) for cells in selections]
    if twice := [cells for cells in wanted if wanted.count(cells) > 1]:
        raise RequestError(
            f"Two selections are {cell_influence.named(twice[0])}. Change one of them."
        )
    singles = [(cell,) for cell in compendium.cell_lines] if every_cell_line else []
    everything = (*wanted, *(single for single in singles if single not in wanted))
    if len(everything) < 2:
        raise RequestError(
            "To compare, two selections of cell lines are needed. Add one, or compare every single "
            "cell line."
        )
    drugs = list(drugs)
    chosen = drugs_of_moa(compendium, moa) if moa else known_drugs(compendium, drugs)
    used = chosen
    if shared_drugs and wanted:
        there = cell_influence.drugs_with_signatures(compendium, chosen, wanted)
        used = tuple(sorted(set.intersection(*there)))
        if reason := cell_influence.too_few(len(used), len(chosen), "every selection"):
            raise RequestError(
                f"{reason} Choose other cell lines, or let each selection use the drugs it has."
            )
    table = _drugs_by_selection(compendium, used, everything)
    if reasons := [reason for reason in table["reason"].head(len(wanted)) if reason]:
        raise RequestError(f"{reasons[0]} Choose other cell lines or more drugs.")
    if (table["reason"] == "").sum() < 2:
        raise RequestError(
            f"Fewer than two cell lines have signatures of {cell_influence.MIN_DRUGS} of the "
            f"{len(used)} drugs. Choose more drugs."
        )
    plans = [
        plan_training(
            compendium,
            drugs=drugs,
            moa=moa,
            cells=cells,
            preset=preset,
            negatives=negatives,
            seed=seed,
        )
        for cells in wanted or [()]
    ]
    first, _ = plans[0]
    inactive = all(training_set.negatives == "inactive" for _, training_set in plans)
    request = CellInfluenceRequest(
        compendium=compendium.name,
        fingerprint=compendium.fingerprint,
        label=first.label,
        drugs=used,
        selections=everything,
        left_out=tuple(drug for drug in chosen if drug not in used),
        moa=first.moa,
        preset=preset,
        negatives="inactive" if inactive else "others",
        seed=seed,
    )
    return request, table


def plan_sweep(
    compendium: Compendium,
    *,
    layers: Iterable[int] = sweeps.LAYERS,
    nodes: Iterable[int] = sweeps.NODES,
    steps: int = 2000,
    drugs: Iterable[str] = (),
    moa: str = "",
    cells: Iterable[str] = (),
    negatives: str = "auto",
    seed: int = 0,
) -> tuple[SweepRequest, TrainingSet]:
    """Check a sweep over depths and widths before it starts: the request, and its training set.

    layers and nodes: within the range of the paper. The rest as in `plan_training`. Raises
    RequestError, NotFoundError or TrainingSetError.
    """
    layers, nodes = tuple(sorted(set(layers))), tuple(sorted(set(nodes)))
    for what, numbers, known in (
        ("hidden layers", layers, sweeps.LAYERS),
        ("nodes of a layer", nodes, sweeps.NODES),
    ):
        low, high = known[0], known[-1]
        if not numbers or numbers[0] < low or numbers[-1] > high:
            raise RequestError(
                f"The numbers of {what} are {', '.join(map(str, numbers)) or 'none'}; needed is at "
                f"least one, from {low} to {high:,}."
            )
    if not 1 <= steps <= MAX_STEPS:
        raise RequestError(f"There are {steps:,} steps; needed are 1 to {MAX_STEPS:,}.")
    plan, training_set = plan_training(
        compendium,
        drugs=drugs,
        moa=moa,
        cells=cells,
        preset="paper",
        negatives=negatives,
        seed=seed,
    )
    if training_set.n_positive_compounds < 2:
        raise RequestError(
            "The positive set has 1 drug; to hold drugs out, 2 are needed. Choose more drugs or "
            "cell lines."
        )
    request = SweepRequest(
        compendium=plan.compendium,
        fingerprint=plan.fingerprint,
        label=plan.label,
        drugs=plan.drugs,
        layers=layers,
        nodes=nodes,
        steps=steps,
        moa=plan.moa,
        cells=plan.cells,
        negatives=training_set.negatives,
        seed=seed,
    )
    return request, training_set


def plan_gene_importance(compendium: Compendium, summary: ModelSummary) -> GeneImportanceRequest:
    """The request to find the genes that a model goes by.

    Raises RequestError where its training set is not to be had from the compendium any more.
    """
    if not summary.drugs:
        raise RequestError(
            f"The model of {summary.label} was trained on uploaded profiles, which are not kept "
            "with it. Choose a model trained on drugs or on a MOA."
        )
    if compendium.fingerprint != summary.fingerprint:
        raise RequestError(
            f"The compendium '{summary.compendium}' has changed since the model of "
            f"{summary.label} was trained. Train it anew, and ask about that model."
        )
    return GeneImportanceRequest(
        compendium=compendium.name,
        fingerprint=compendium.fingerprint,
        model=summary.model_id,
        label=summary.label,
    )


def plan_gene_counts(
    compendium: Compendium,
    *,
    counts: Iterable[int] = gene_counts.DEFAULT_COUNTS,
    repeats: int = gene_counts.DEFAULT_REPEATS,
    drugs: Iterable[str] = (),
    moa: str = "",
    cells: Iterable[str] = (),
    preset: str = "fast",
    negatives: str = "auto",
    seed: int = 0,
) -> tuple[GeneCountRequest, TrainingSet]:
    """Check a comparison of numbers of genes before it starts: the request, and its training set.

    counts: numbers of genes. repeats: random draws of each. The rest as in `plan_training`. Raises
    RequestError, NotFoundError or TrainingSetError.
    """
    counts = tuple(sorted(set(counts)))
    low, high = gene_counts.MIN_COUNT, fields.N_LANDMARKS
    if not counts or counts[0] < low or counts[-1] > high:
        raise RequestError(
            f"The numbers of genes are {', '.join(map(str, counts)) or 'none'}; needed is at least "
            f"one, from {low} to {high}."
        )
    if not 1 <= repeats <= gene_counts.MAX_REPEATS:
        raise RequestError(f"There are {repeats} draws; needed are 1 to {gene_counts.MAX_REPEATS}.")
    plan, training_set = plan_training(
        compendium,
        drugs=drugs,
        moa=moa,
        cells=cells,
        preset=preset,
        negatives=negatives,
        seed=seed,
    )
    if training_set.n_positive_compounds < 2:
        raise RequestError(
            "The positive set has 1 drug; to hold drugs out and to compare them, 2 are needed. "
            "Choose more drugs or cell lines."
        )
    request = GeneCountRequest(
        compendium=plan.compendium,
        fingerprint=plan.fingerprint,
        label=plan.label,
        drugs=plan.drugs,
        counts=counts,
        repeats=repeats,
        moa=plan.moa,
        cells=plan.cells,
        preset=preset,
        negatives=training_set.negatives,
        seed=seed,
    )
    return request, training_set


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


def publish_labels(cache: Cache, labels: pd.DataFrame) -> str:
    """Keep uploaded labels under the id of what they hold; returns the id."""
    name = class_labels.labels_id(labels)
    folder = cache.label_table(name)
    if not (folder / MANIFEST).is_file():
        with publishing(folder) as building:
            class_labels.save(labels, building)
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


def _with_enough_drugs(
    compendium: Compendium, classes: Iterable[str], min_drugs: int
) -> tuple[str, ...]:
    """Names, sorted, of the MOAs among `classes`, none for all, that have enough drugs."""
    table = compendium.moas
    wanted = [name.strip() for name in classes if name.strip()]
    for name in wanted:
        drugs_of_moa(compendium, name)  # names what is close to a MOA that is unknown
    if wanted:
        table = table[table["moa"].str.casefold().isin({name.casefold() for name in wanted})]
    enough = tuple(sorted(table.loc[table["n_drugs"] >= min_drugs, "moa"]))
    if not enough:
        most = int(table["n_drugs"].max()) if len(table) else 0
        raise RequestError(
            f"No MOA of '{compendium.name}' has {min_drugs} drugs; the most is {most}. Lower the "
            "least number of drugs, or import the compendium with a MOA table."
        )
    return enough


def _drugs_by_selection(
    compendium: Compendium, drugs: tuple[str, ...], selections: Iterable[tuple[str, ...]]
) -> pd.DataFrame:
    """How many of the drugs each selection of cell lines has: selection, n_drugs, reason."""
    selections = list(selections)
    rows = []
    there = cell_influence.drugs_with_signatures(compendium, drugs, selections)
    for cells, found in zip(selections, there, strict=True):
        name = cell_influence.named(cells)
        reason = cell_influence.too_few(len(found), len(drugs), name)
        rows.append({"selection": name, "n_drugs": len(found), "reason": reason})
    return pd.DataFrame(rows)


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
