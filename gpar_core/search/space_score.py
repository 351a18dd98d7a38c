"""Similarity in GPAR's space: differences between compounds count, those of cell lines do not.

The space is that of the preset 'fast' (`learn.space`), learned from the compendium without any MOA.
A compound is compared as a whole there, its signatures pooled over cell lines.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gpar_core.data.compendium import Compendium
from gpar_core.learn.space import Space
from gpar_core.progress import Report, silent
from gpar_core.rank.neighbors import unit
from gpar_core.search.query import Query
from gpar_core.search.vectors import Vectors, vectors


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
    embedded = vectors(compendium, space, (in_line, drug), number=number, report=report)
    return scores_of(embedded, directions(space, queries, number=number))


def scores_of(embedded: Vectors, wanted: np.ndarray, *, threads: int = 1) -> SpaceScores:
    """embedded: with compounds in one line, and compounds, as groups. wanted: from `directions`."""
    return SpaceScores(*(embedded.cosines(part, wanted, threads=threads) for part in range(3)))


def directions(space: Space, queries: Sequence[Query], *, number: int = -1) -> np.ndarray:
    """(d, q) of length 1: queries in the space. A list is a direction, with no mean to subtract."""
    of = space.embeddings[number]
    wanted = [
        query.direction if query.profile is None else query.profile - of.center for query in queries
    ]
    return unit(np.stack(wanted) @ of.matrix).T
