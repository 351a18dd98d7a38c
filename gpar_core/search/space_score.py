"""Similarity in GPAR's space: differences between compounds count, those of cell lines do not.

The space is that of the preset 'fast' (`learn.space`), learned from the compendium without any MOA.
A compound is compared as a whole there, its signatures pooled over cell lines.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gpar_core import fields
from gpar_core.data.compendium import Compendium
from gpar_core.learn.space import Space, embedded, one_hot, pooled
from gpar_core.progress import Progress, Report, silent
from gpar_core.rank.neighbors import unit
from gpar_core.rank.scoring import BLOCK_ROWS
from gpar_core.search.query import Query

STAGE = "Signature search"


@dataclass(frozen=True, eq=False)
class SpaceScores:
    """Cosines in -1 to 1. signature: (n, q). line: (m, q), of each compound in one cell line. drug:
    (d, q), of each compound as a whole."""

    signature: np.ndarray
    line: np.ndarray
    drug: np.ndarray


def space_scores(
    compendium: Compendium,
    space: Space,
    queries: Sequence[Query],
    in_line: np.ndarray,
    drug: np.ndarray,
    *,
    number: int = -1,
    report: Report = silent,
) -> SpaceScores:
    """Compare queries with signatures, with compounds in one line, and with compounds.

    in_line, drug: (n,) int from 0, the compound and cell line, and the compound, of each signature.
    number: of the embedding, either that of all compounds or one that has not seen a block of them.
    report: may raise to stop.
    """
    of = space.embeddings[number]
    # A list is a direction, with no mean of its own to subtract.
    wanted = [
        query.direction if query.profile is None else query.profile - of.center for query in queries
    ]
    directions = unit(np.stack(wanted) @ of.matrix).T
    code = space.codes(compendium.signatures[fields.CELL_ID].to_numpy())
    n, n_cells = compendium.n_signatures, len(space.cells)
    signature = np.empty((n, len(queries)), np.float32)
    for start in range(0, n, BLOCK_ROWS):
        report(Progress(STAGE, start, n, f"{start:,} of {n:,} signatures"))
        block = slice(start, start + BLOCK_ROWS)
        z = np.asarray(compendium.matrix[block], np.float32)
        signature[block] = embedded(of, z, one_hot(code[block], n_cells + 1)) @ directions
    rows = np.arange(n)
    line, whole = (
        embedded(of, *pooled(compendium.matrix, rows, group, code, int(group.max()) + 1, n_cells))
        @ directions
        for group in (in_line, drug)
    )
    return SpaceScores(signature, line, whole)
