"""Signatures and compounds in GPAR's space; of a large compendium, kept beside it.

A query is one product with them then.
"""

import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from shutil import disk_usage

import numpy as np
from scipy.sparse import csr_array
from threadpoolctl import threadpool_limits

from gpar_core import fields
from gpar_core.data.compact_matrix import Matrix
from gpar_core.data.compendium import Compendium
from gpar_core.data.derived_files import INDEX, SPARE, derived_path, unmapped
from gpar_core.data.stored_matrix import StoredMatrix
from gpar_core.learn import saved_space
from gpar_core.learn.embedding import Embedding
from gpar_core.learn.space import Space
from gpar_core.progress import Progress, Report, silent
from gpar_core.rank.neighbors import unit
from gpar_core.search.groups import Groups
from gpar_core.search.index import INDEXED_FROM, STAGE

BLOCK_ROWS = 4096
FORMAT_VERSION = 1
"""Raise this with any change of the vectors or of the file."""


@dataclass(frozen=True)
class Vectors:
    """Vectors of length 1: of n signatures, then of each group of each grouping.

    ends: the row after the last signature, and after the last group of each grouping. read: from
    the first row and the row after the last to (rows, d) float32.
    """

    ends: tuple[int, ...]
    read: Callable[[int, int], np.ndarray]

    def cosines(self, part: int, directions: np.ndarray, *, threads: int = 1) -> np.ndarray:
        """(rows, q) float32 of part 0, the signatures, or of a grouping, from 1.

        directions: (d, q), of length 1.
        """
        first, end = (0, *self.ends)[part : part + 2]
        found = np.empty((end - first, directions.shape[1]), np.float32)

        def fill(start: int) -> None:
            stop = min(start + BLOCK_ROWS, end)
            found[start - first : stop - first] = self.read(start, stop) @ directions

        with threadpool_limits(1), ThreadPoolExecutor(threads) as pool:
            list(pool.map(fill, range(first, end, BLOCK_ROWS)))
        return found


def vectors(
    compendium: Compendium,
    space: Space,
    groupings: Sequence[np.ndarray],
    *,
    number: int = -1,
    threads: int = 1,
    report: Report = silent,
) -> Vectors:
    """The vectors of signatures, and of groups of them pooled.

    groupings: (n,) int from 0 each, the group of each signature. number: of the embedding, either
    that of all compounds or one that has not seen a block of them. threads: blocks computed at
    once; the result does not depend on it. report: may raise to stop.
    """
    parts: list[np.ndarray] = []
    _embed(compendium, compendium.matrix, space, groupings, number, threads, parts.append, report)
    every = np.concatenate(parts)
    return Vectors(_ends(compendium, groupings), lambda first, end: every[first:end])


def known_vectors(
    compendium: Compendium,
    space: Space,
    groups: Groups,
    *,
    threads: int = 1,
    report: Report = silent,
) -> Vectors:
    """`vectors` of all signatures, of compounds in one cell line, and of compounds.

    Those of a large compendium are saved for the next time, unless the disk has no room.
    """
    groupings = (groups.line_of, groups.drug_of[groups.line_of])
    compute = partial(vectors, compendium, space, groupings, threads=threads, report=report)
    if compendium.n_signatures < INDEXED_FROM:
        return compute()
    path = derived_path(
        compendium, INDEX, FORMAT_VERSION, f"vectors {saved_space.FORMAT_VERSION} {space.settings}"
    )
    ends, width = _ends(compendium, groupings), space.embeddings[-1].matrix.shape[1]
    n_bytes = 4 * width * ends[-1]
    try:
        if path is None:
            return compute()
        if not path.is_file() or path.stat().st_size != n_bytes:
            if disk_usage(path.parent).free < SPARE * n_bytes:
                return compute()
            unfinished = path.with_name(f".search-{uuid.uuid4().hex}")
            try:
                with unfinished.open("wb") as file:
                    matrix = unmapped(compendium)  # stays on disk
                    put = partial(_append, file)
                    _embed(compendium, matrix, space, groupings, -1, threads, put, report)
                unfinished.replace(path)
            finally:
                with suppress(OSError):
                    unfinished.unlink()
    except OSError:  # a full disk, or a folder that is not writable or was deleted
        return compute()
    return Vectors(ends, partial(_read, path, width))


def _ends(compendium: Compendium, groupings: Sequence[np.ndarray]) -> tuple[int, ...]:
    sizes = [compendium.n_signatures, *(int(group.max()) + 1 for group in groupings)]
    return tuple(int(end) for end in np.cumsum(sizes))


def _embed(
    compendium: Compendium,
    matrix: Matrix | StoredMatrix,
    space: Space,
    groupings: Sequence[np.ndarray],
    number: int,
    threads: int,
    put: Callable[[np.ndarray], object],
    report: Report,
) -> None:
    """Put the vectors of blocks of signatures, then those of each grouping.

    Pooled signatures are embedded as the sum of theirs, as the map is linear.
    """
    of: Embedding = space.embeddings[number]
    code = space.codes(compendium.signatures[fields.CELL_ID].to_numpy())
    mean = np.concatenate([of.center + of.shift, of.center[None]]) @ of.matrix
    sums = [np.zeros((int(group.max()) + 1, mean.shape[1]), np.float32) for group in groupings]
    n = compendium.n_signatures

    def embedded(start: int) -> np.ndarray:
        block = slice(start, start + BLOCK_ROWS)
        return np.asarray(matrix[block], np.float32) @ of.matrix - mean[code[block]]

    with threadpool_limits(1), ThreadPoolExecutor(threads) as pool:
        for first in range(0, n, threads * BLOCK_ROWS):
            report(Progress(STAGE, first, n, f"{first:,} of {n:,} signatures"))
            starts = range(first, min(first + threads * BLOCK_ROWS, n), BLOCK_ROWS)
            for start, rows in zip(starts, pool.map(embedded, starts), strict=True):
                put(unit(rows))
                for total, group in zip(sums, groupings, strict=True):
                    _add(total, group[start : start + BLOCK_ROWS], rows)
    for total in sums:
        for start in range(0, len(total), BLOCK_ROWS):
            put(unit(total[start : start + BLOCK_ROWS]))


def _add(total: np.ndarray, group: np.ndarray, rows: np.ndarray) -> None:
    """Add rows to the totals of their groups."""
    groups, place = np.unique(group, return_inverse=True)
    ones, every = np.ones(len(rows), np.float32), np.arange(len(rows))
    total[groups] += csr_array((ones, (place, every)), shape=(len(groups), len(rows))) @ rows


def _append(file, rows: np.ndarray) -> None:  # type: ignore[no-untyped-def]
    file.write(np.ascontiguousarray(rows, np.float32).data)


def _read(path: Path, width: int, first: int, end: int) -> np.ndarray:
    count = (end - first) * width
    return np.fromfile(path, np.float32, count, offset=4 * first * width).reshape(-1, width)
