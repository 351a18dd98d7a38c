"""As `planning`, of what is to be examined: it brings classifiers, which most pages do without."""

from collections.abc import Iterable

import pandas as pd

from gpar_core import fields
from gpar_core.compare.methods import METHODS, MIN_DRUGS, USUAL
from gpar_core.data import labels as class_labels
from gpar_core.data import uploaded_table
from gpar_core.data.compendium import Compendium
from gpar_core.data.name_lists import read_drugs
from gpar_core.data.training_set import (
    TrainingSet,
    drugs_of_moa,
    known_cells,
    known_drugs,
    known_moas,
)
from gpar_core.data.uploaded_table import table_id
from gpar_core.errors import RequestError
from gpar_core.jobs.request import (
    CellInfluenceRequest,
    EvaluationRequest,
    GeneCountRequest,
    GeneImportanceRequest,
    MapRequest,
    SweepRequest,
)
from gpar_core.learn import cell_influence, gene_counts
from gpar_core.learn import sweep as sweeps
from gpar_core.learn.presets import LINEAR
from gpar_core.learn.presets import preset as known_preset
from gpar_core.maps import FROM_FILE, MAPS
from gpar_core.maps.selection import selected_rows
from gpar_core.planning.training import plan_training, with_enough_drugs
from gpar_core.results.model import ModelSummary
from gpar_core.storage.cache import MANIFEST, Cache, publishing

MAX_STEPS = 20_000


def plan_evaluation(
    compendium: Compendium,
    *,
    classes: Iterable[str] = (),
    methods: Iterable[str] = USUAL,
    min_drugs: int = MIN_DRUGS,
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
    if known_preset(preset) == LINEAR:
        raise RequestError(
            f"With the preset '{preset}', GPAR is the method 'balanced_logistic' itself. Compare "
            "that method with another preset."
        )
    if labels is not None:
        compendium, _ = class_labels.relabelled(compendium, labels)
    return EvaluationRequest(
        compendium=compendium.name,
        fingerprint=compendium.fingerprint,
        classes=with_enough_drugs(compendium, classes, min_drugs, labelled=labels is not None),
        methods=tuple(name for name in METHODS if name in chosen),
        labels="" if labels is None else table_id(labels),
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
    drugs = read_drugs(compendium, drugs)
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
            ranked=False,
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
        ranked=False,
    )
    _check_several_drugs(training_set)
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
        ranked=False,
    )
    _check_several_drugs(training_set)
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


def plan_map(
    compendium: Compendium,
    *,
    method: str = "umap",
    cells: Iterable[str] = (),
    moas: Iterable[str] = (),
    representatives: bool = False,
    model: ModelSummary | None = None,
    coordinates: pd.DataFrame | None = None,
    seed: int = 0,
) -> MapRequest:
    """The request to lay signatures out in the plane.

    method: of `maps.MAPS`. moas: none for all signatures, also those without a MOA. model: in
    whose last hidden layer neighbours are looked for, None for z-scores. coordinates: what 'file'
    takes, as `read_coordinates` gives them. Raises RequestError or NotFoundError.
    """
    if method not in MAPS:
        raise RequestError(f"There is no map '{method[:40]}'. There are: {', '.join(MAPS)}.")
    if seed < 0:
        raise RequestError(f"The seed is {seed}; needed is a whole number from 0 on.")
    if (method == FROM_FILE) != (coordinates is not None):
        raise RequestError(
            "A map from a file needs a table of sig_id, x and y, and other maps take none. Upload "
            "one, or choose another map."
        )
    if model is not None and model.fingerprint != compendium.fingerprint:
        raise RequestError(
            f"The model of {model.label} was trained on '{model.compendium}' as it was then, which "
            f"is not '{compendium.name}' as it is now. Train it anew, or choose its compendium."
        )
    if model is not None and known_preset(model.preset) == LINEAR:
        raise RequestError(
            f"The model of {model.label} is linear and has no hidden layer to find neighbors in. "
            "Choose a model of another preset, or the z-scores."
        )
    request = MapRequest(
        compendium=compendium.name,
        fingerprint=compendium.fingerprint,
        method=method,
        cells=known_cells(compendium, cells),
        moas=known_moas(compendium, moas),
        representatives=representatives,
        model="" if model is None else model.model_id,
        coordinates="" if coordinates is None else table_id(coordinates),
        seed=seed,
    )
    n = len(
        selected_rows(
            compendium, cells=request.cells, moas=request.moas, representatives=representatives
        )
    )
    if n < MAPS[method].min_signatures:
        raise RequestError(
            f"{n} signatures are chosen; {MAPS[method].label} needs {MAPS[method].min_signatures}. "
            "Choose more cell lines or MOAs, or another map."
        )
    return request


def publish_table(cache: Cache, table: pd.DataFrame) -> str:
    """Keep an uploaded table under the id of what it holds; returns the id."""
    name = table_id(table)
    folder = cache.table(name)
    exists = (folder / MANIFEST).is_file()
    cache.hold(name, exists=exists)
    if not exists:
        with publishing(folder) as building:
            uploaded_table.save(table, building)
    return name


def _check_several_drugs(training_set: TrainingSet) -> None:
    if training_set.n_positive_compounds < 2:
        raise RequestError(
            "The positive set has 1 drug; to hold drugs out, 2 are needed. Choose more drugs or "
            "cell lines."
        )


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
