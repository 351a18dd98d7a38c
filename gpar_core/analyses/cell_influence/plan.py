"""Plan a comparison of cell lines, ready to be queued."""

from collections.abc import Iterable
from dataclasses import replace

import pandas as pd

from gpar_core.analyses.cell_influence import compute as cell_influence
from gpar_core.analyses.cell_influence.request import CellInfluenceRequest
from gpar_core.analyses.method import DrugSet, Method
from gpar_core.analyses.training.plan import plan_training
from gpar_core.analyses.training_set import known_drug_set
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import known_cells, match_drugs
from gpar_core.errors import RequestError


def plan_cell_influence(
    compendium: Compendium,
    drug_set: DrugSet,
    method: Method = Method(),
    *,
    selections: Iterable[Iterable[str]],
    every_cell_line: bool = False,
    shared_drugs: bool = True,
    left_out: Iterable[str] | None = None,
) -> tuple[CellInfluenceRequest, pd.DataFrame]:
    """Check a comparison of selections of cell lines before it starts.

    selections: cell lines each, none for all. every_cell_line: also make each single cell line a
    selection. shared_drugs: use only drugs with a signature in each of `selections`; single cell
    lines added by `every_cell_line` use those of them that they have. left_out: drugs not to use,
    in place of that rule; what a selection lacks is then reported by the result instead of
    refused. The method's cell lines are ignored, and 'auto' makes one choice of negatives for all
    selections.

    Returns the request, and a table of selection, n_drugs and reason ('' if there are enough).
    Raises RequestError, NotFoundError or TrainingSetError.
    """
    wanted = [known_cells(compendium, cells) for cells in selections]
    if twice := [cells for cells in wanted if wanted.count(cells) > 1]:
        raise RequestError(
            f"Two selections are the same: {cell_influence.named(twice[0])}. Change one of them."
        )
    singles = [(cell,) for cell in compendium.cell_lines] if every_cell_line else []
    everything = (*wanted, *(single for single in singles if single not in wanted))
    if len(everything) < 2:
        raise RequestError(
            "A comparison needs at least two selections of cell lines. Add one, or compare every "
            "single cell line."
        )
    known = known_drug_set(compendium, drug_set)
    chosen = used = known.drugs
    if left_out is not None:
        unused = set(match_drugs(compendium, left_out).found)
        used = tuple(drug for drug in chosen if drug not in unused)
    elif shared_drugs and wanted:
        there = cell_influence.drugs_with_signatures(compendium, chosen, wanted)
        used = tuple(sorted(set.intersection(*there)))
        if reason := cell_influence.too_few(len(used), len(chosen), "every selection"):
            raise RequestError(
                f"{reason} Choose other cell lines, or let each selection use the drugs that it "
                "has."
            )
    table = _drugs_by_selection(compendium, used, everything)
    reasons = [reason for reason in table["reason"].head(len(wanted)) if reason]
    if reasons and left_out is None:
        raise RequestError(f"{reasons[0]} Choose other cell lines or more drugs.")
    if (table["reason"] == "").sum() < 2:
        raise RequestError(
            f"Fewer than two cell lines have signatures of {cell_influence.MIN_DRUGS} of the "
            f"{len(used)} drugs. Choose more drugs."
        )
    checked = wanted if wanted and left_out is None else [()]
    plans = [
        plan_training(compendium, drug_set, replace(method, cells=cells), ranked=False)
        for cells in checked
    ]
    inactive = all(training_set.negatives == "inactive" for _, training_set in plans)
    request = CellInfluenceRequest(
        compendium.name,
        compendium.fingerprint,
        replace(known, drugs=used),
        everything,
        left_out=tuple(drug for drug in chosen if drug not in used),
        method=replace(method, cells=(), negatives="inactive" if inactive else "others"),
    )
    return request, table


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
