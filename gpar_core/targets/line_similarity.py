"""How similar queries are to perturbagens, cell line by cell line.

A query is compared with a perturbagen in the cell lines that both have, and elsewhere by its mean.
Common responses are no evidence, so the signatures of the perturbagens of a kind are centered in
each cell line: what is left is what tells one from another.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data.compendium import Compendium
from gpar_core.progress import Progress, Report, silent
from gpar_core.rank.neighbors import unit

BLOCK_ROWS: Final = 8192
MIN_COMPARED: Final = 3
"""With fewer perturbagens there is no spread to measure a cosine by."""
SAME, OTHER = "same", "other"
"""Cell lines of the query, and all others."""

Scores = Mapping[tuple[str, str], np.ndarray]
"""By kind of perturbagen and `SAME` or `OTHER`: (n_queries, n_perturbagens), NaN where none is
compared."""


@dataclass(frozen=True, eq=False)
class Queries:
    """Signatures to compare.

    names: (n,) molecules; any other name for a profile of none. mean: (n, 978) mean over the cell
    lines. in_line: by cell line, the queries that have a signature there (m,), and their mean
    signatures there (m, 978); empty if cell lines are unknown.
    """

    names: tuple[str, ...]
    mean: np.ndarray
    in_line: Mapping[str, tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True, eq=False)
class Compared:
    """The queries beside all perturbagens of one kind in one cell line.

    shared: (n,) whether the query has this cell line. codes: (g,) perturbagens, rising. cosine:
    (n, g).
    """

    kind: str
    cell: str
    shared: np.ndarray
    codes: np.ndarray
    cosine: np.ndarray


def compound_queries(compendium: Compendium, drugs: Sequence[str]) -> Queries:
    """The mean signature of each drug in each of its cell lines, as queries.

    drugs: n different names of the compendium, each with a signature.
    """
    code = pd.Index(drugs).get_indexer(pd.Index(compendium.signatures[fields.DRUG]))
    total = np.zeros((len(drugs), fields.N_LANDMARKS), np.float32)
    n_lines = np.zeros(len(drugs), np.int64)
    in_line = {}
    for _, cell, codes, mean in line_means(compendium, code):
        in_line[cell] = (codes, mean)
        total[codes] += mean
        n_lines[codes] += 1
    return Queries(tuple(drugs), total / n_lines[:, None], in_line)


def line_means(
    compendium: Compendium, code: np.ndarray, report: Report = silent
) -> Iterator[tuple[str, str, np.ndarray, np.ndarray]]:
    """The mean signature of each perturbagen in each cell line.

    code: (n_signatures,) the perturbagen of each signature, -1 to leave it out. Yields kind, cell
    line, perturbagens (g,), rising, and means (g, 978) float32. Reads `BLOCK_ROWS` at a time.
    """
    signatures = compendium.signatures[[fields.PERT_TYPE, fields.CELL_ID]]
    used = signatures[code >= 0].reset_index(names="row")
    groups = used.groupby([fields.PERT_TYPE, fields.CELL_ID], observed=True)["row"]
    for done, ((kind, cell), of_line) in enumerate(groups):
        message = f"Comparing {fields.PERT_TYPES[str(kind)]} signatures"
        report(Progress("Which target?", done, groups.ngroups, message))
        rows = of_line.to_numpy()
        codes, place = np.unique(code[rows], return_inverse=True)
        total = np.zeros((len(codes), compendium.matrix.shape[1]), np.float32)
        for start in range(0, len(rows), BLOCK_ROWS):
            order = np.argsort(place[start : start + BLOCK_ROWS], kind="stable")
            block = rows[start : start + BLOCK_ROWS]
            values = np.asarray(compendium.matrix[block], np.float32)[order]
            of, first = np.unique(place[start : start + BLOCK_ROWS][order], return_index=True)
            total[of] += np.add.reduceat(values, first, axis=0)
        yield str(kind), str(cell), codes, total / np.bincount(place)[:, None].astype(np.float32)


def compared(
    queries: Queries, compendium: Compendium, code: np.ndarray, report: Report = silent
) -> Iterator[Compared]:
    """Compare queries with the perturbagens of a compendium, one kind and cell line at a time.

    code: as for `line_means`. The cosine is that of the query's mean signature in the cell line
    (its mean over all its lines, where it has none there) and the perturbagen's, less the mean of
    all perturbagens of its kind there.
    """
    whole = unit(queries.mean)
    for kind, cell, codes, mean in line_means(compendium, code, report):
        if len(codes) < MIN_COMPARED:
            continue
        directions, shared = whole.copy(), np.zeros(len(whole), bool)
        if cell in queries.in_line:
            own, there = queries.in_line[cell]
            directions[own], shared[own] = unit(there), True
        cosine = directions @ unit(mean - mean.mean(axis=0)).T
        yield Compared(kind, cell, shared, codes, cosine)


def similarities(found: Iterable[Compared], n_queries: int, n: int) -> Scores:
    """How similar each query is to each of n perturbagens, in standard deviations.

    In each cell line, the cosines of a query are standardized over the perturbagens of a kind;
    those of several lines are added (Stouffer: sum / sqrt(number)) and standardized again, so that
    scores of several kinds can be added.
    """
    total: dict[tuple[str, str], np.ndarray] = {}
    count: dict[tuple[str, str], np.ndarray] = {}
    for each in found:
        z = standardized(each.cosine)
        for scope, chosen in ((SAME, each.shared), (OTHER, ~each.shared)):
            if chosen.any():
                key, where = (each.kind, scope), np.ix_(chosen, each.codes)
                total.setdefault(key, np.zeros((n_queries, n), np.float32))[where] += z[chosen]
                count.setdefault(key, np.zeros((n_queries, n), np.int16))[where] += 1
    return {key: _mean(total[key], count[key]) for key in sorted(total)}


def standardized(x: np.ndarray) -> np.ndarray:
    """(n, g) to mean 0 and variance 1 in each row, without NaN; a row without spread becomes 0."""
    known = np.isfinite(x)
    count = np.maximum(known.sum(axis=1, keepdims=True), 1)
    centered = x - np.where(known, x, 0).sum(axis=1, keepdims=True) / count
    spread = np.sqrt((np.where(known, centered, 0) ** 2).sum(axis=1, keepdims=True) / count)
    return np.where(spread > 0, centered / np.where(spread > 0, spread, 1), centered * 0)


def _mean(total: np.ndarray, count: np.ndarray) -> np.ndarray:
    summed = total / np.sqrt(np.where(count > 0, count, np.nan)).astype(np.float32)
    return standardized(summed)
