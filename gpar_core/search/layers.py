"""What the scores of gene lists read of signatures: gene by gene, so that only the query's genes
are read.

A layer has one row per gene, or a few rows, and one column per signature. It is computed from
z-scores, or was computed before and is read from the index (`index`); both give the same values.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from gpar_core import fields
from gpar_core.search.query import Query

N_EXTREME = 100
"""Number of genes that count at each end of a signature in XSum: a tenth of the landmark genes.
Cheng et al. took 500 of about 12,000."""


@dataclass(frozen=True)
class Layer:
    """dtype, n_rows: of the layer. of: from (n, 978) float32 z-scores to (n_rows, n)."""

    dtype: type[np.generic]
    n_rows: int
    of: Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Block:
    """Some signatures. n: their number. rows: from a key of `LAYERS` and (m,) rows to (m, n)."""

    n: int
    rows: Callable[[str, np.ndarray], np.ndarray]


def block_of(signatures: np.ndarray | Block) -> Block:
    """A block of (n, 978) z-scores, its layers computed when they are asked for."""
    if isinstance(signatures, Block):
        return signatures
    z = np.asarray(signatures, np.float32)
    layer = cache(lambda name: LAYERS[name].of(z))
    return Block(len(z), lambda name, rows: np.ascontiguousarray(layer(name)[rows]))


def directions(queries: Sequence[Query]) -> tuple[np.ndarray, np.ndarray]:
    """The genes of all queries, (m,) rising, and (q, m) float32: 1 up, -1 down, else 0."""
    every = np.stack([query.direction for query in queries])
    genes = np.flatnonzero(every.any(axis=0))
    return genes, every[:, genes]


def limits(z: np.ndarray, n_extreme: int = N_EXTREME) -> np.ndarray:
    """(2, n) float32: the n_extreme-th lowest and the n_extreme-th highest value."""
    last = z.shape[1] - n_extreme
    ends = np.partition(z, (n_extreme - 1, last), axis=1)
    return np.stack([ends[:, n_extreme - 1], ends[:, last]])


def _ranks(z: np.ndarray) -> np.ndarray:
    from gpar_core.search.ranks import ranks  # noqa: PLC0415 -- numba

    return ranks(z)


def _signed_ranks(z: np.ndarray) -> np.ndarray:
    from gpar_core.search.ranks import signed_ranks  # noqa: PLC0415 -- numba

    return signed_ranks(z)


LAYERS: dict[str, Layer] = {
    "z": Layer(np.float32, fields.N_LANDMARKS, np.transpose),
    "rank": Layer(np.uint16, fields.N_LANDMARKS, _ranks),
    "signed_rank": Layer(np.int16, fields.N_LANDMARKS, _signed_ranks),
    "limits": Layer(np.float32, 2, limits),
}
