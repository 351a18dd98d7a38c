"""Gene lists from a differential expression table: cut-offs in FDR and fold change."""

from dataclasses import dataclass

import numpy as np

from gpar_core import fields
from gpar_core.data.changes import Changes
from gpar_core.errors import RequestError
from gpar_core.search.query import TOP_GENES, ListMatch, Query, QueryMatch, of_positions


@dataclass(frozen=True)
class CutOffs:
    """fdr: maximum FDR. lfc: minimum absolute log2 fold change. genes: maximum number of landmark
    genes in a list; the most strongly changed are taken."""

    fdr: float = 0.05
    lfc: float = 1.0
    genes: int = TOP_GENES


def of_changes(
    changes: Changes, cut_offs: CutOffs, *, name: str = "", comparison: int = 0
) -> tuple[Query, QueryMatch]:
    """The genes that pass, as a query of two lists, and how many of them there are.

    name: of the query, '' for that of the comparison. A cut-off of a value that the table does not
    have is not applied. In each match, n_given is the number of genes that pass and n_found that of
    landmark genes among them, of which the query has `cut_offs.genes` at most. Raises RequestError
    if no landmark gene passes, or a cut-off is out of range.
    """
    _check(cut_offs)
    log_fold, fdr = changes.log_fold[comparison], changes.fdr[comparison]
    strength = changes.strength[comparison]
    sign = np.sign(strength if np.isnan(log_fold).all() else log_fold)
    passes = ~np.isnan(strength) & (sign != 0) & ~np.isnan(sign)
    if not np.isnan(fdr).all():
        passes &= fdr <= cut_offs.fdr
    if not np.isnan(log_fold).all():
        passes &= np.abs(log_fold) >= cut_offs.lfc
    # Where p is 0 for many genes, their fold changes decide.
    order = np.lexsort((-np.abs(np.nan_to_num(log_fold)), -np.abs(strength)))
    sides = [order[(passes & (sign == side))[order]] for side in (1, -1)]
    landmarks = [_landmarks(changes.position[rows]) for rows in sides]
    both = np.intersect1d(landmarks[0], landmarks[1])
    up, down = (of_side[~np.isin(of_side, both)][: cut_offs.genes] for of_side in landmarks)
    if not len(up) and not len(down):
        if len(both):
            raise RequestError(
                "Every landmark gene that passes is in the table both as up-regulated and as "
                "down-regulated. Keep one row for each gene."
            )
        raise _none_pass(changes, cut_offs, comparison, int(passes.sum()))
    matches = [
        ListMatch(
            len(rows),
            len(of_side),
            tuple(changes.genes[row] for row in rows if changes.position[row] < 0),
            changes.renamed,
        )
        for rows, of_side in zip(sides, landmarks, strict=True)
    ]
    return of_positions(name or changes.names[comparison], up, down, matches, both)


def _landmarks(position: np.ndarray) -> np.ndarray:
    """Each landmark gene once, in the order given."""
    found, first = np.unique(position[position >= 0], return_index=True)
    return found[np.argsort(first)]


def _check(cut_offs: CutOffs) -> None:
    if not 0 < cut_offs.fdr <= 1:
        raise RequestError(f"The FDR cut-off is {cut_offs.fdr:g}. Take more than 0 and at most 1.")
    if not cut_offs.lfc >= 0:
        raise RequestError(f"The fold-change cut-off is {cut_offs.lfc:g}. Take 0 or more.")
    if not 1 <= cut_offs.genes <= fields.N_LANDMARKS:
        raise RequestError(
            f"The number of genes on each side is {cut_offs.genes}. Take 1 to {fields.N_LANDMARKS}."
        )


def _none_pass(
    changes: Changes, cut_offs: CutOffs, comparison: int, n_passing: int
) -> RequestError:
    fdr = changes.fdr[comparison]
    lowest = "" if np.isnan(fdr).all() else f" The lowest FDR in the table is {np.nanmin(fdr):.2g}."
    what = (
        f"{n_passing} genes pass, none of them a landmark gene," if n_passing else "No gene passes"
    )
    return RequestError(
        f"{what} at FDR {cut_offs.fdr:g} and |log2 fold change| {cut_offs.lfc:g}.{lowest} Relax "
        "the cut-offs, or search with the whole table as a profile."
    )
