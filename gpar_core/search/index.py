"""The search index of a large compendium: its signatures gene by gene, on disk.

A query of 150 genes reads a sixth of the compendium, and finds the ranks of its genes computed.
Each layer (`layers`) is one file beside the compendium, without a header: blocks of
`BLOCK_SIGNATURES` signatures one after another, and in each block one row per gene. It is computed
when a search first needs it, which reads the compendium once; if that stops, the next search
resumes at the block where it stopped.
"""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import disk_usage

import numpy as np
from filelock import FileLock, Timeout

from gpar_core.data.compendium import Compendium
from gpar_core.data.derived_files import INDEX, SPARE, derived_path, unmapped
from gpar_core.errors import DataError
from gpar_core.progress import Progress, Report, silent
from gpar_core.search.layers import LAYERS, Block

STAGE = "Preparing the search"
FORMAT_VERSION = 1
"""Raise this with any change of a layer or of the layout."""

BLOCK_SIGNATURES = 8000
INDEXED_FROM = 20_000
"""Signatures of a compendium that is worth an index; docs/benchmarks.md has the times."""

WAIT_SECONDS = 0.5


@dataclass(frozen=True)
class GeneIndex:
    """Layers of a compendium of n signatures, by name, in files."""

    n: int
    files: Mapping[str, Path]

    def block(self, number: int) -> Block:
        """The signatures of block `number`, from 0. Reading raises DataError or OSError."""
        start = number * BLOCK_SIGNATURES
        width = min(BLOCK_SIGNATURES, self.n - start)

        def rows(name: str, which: np.ndarray) -> np.ndarray:
            return _rows(self.files[name], name, start, width, which)

        return Block(width, rows)


def gene_index(
    compendium: Compendium, layers: Iterable[str], *, threads: int = 1, report: Report = silent
) -> GeneIndex | None:
    """The index with these layers, computed where they are not there yet.

    None where it cannot be kept: the compendium is not on disk as it is, or its disk has no room.
    layers: keys of `LAYERS`. threads: blocks computed at once; the result does not depend on it.
    report: may raise to stop.
    """
    files = {}
    for name in layers:
        path = derived_path(compendium, INDEX, FORMAT_VERSION, f"{name} {BLOCK_SIGNATURES}")
        try:
            if path is None or not _exists(path, name, compendium, threads, report):
                return None
        except OSError:  # a full disk, or a folder that is not writable or was deleted
            return None
        files[name] = path
    return GeneIndex(compendium.n_signatures, files)


def n_blocks(n: int, size: int) -> int:
    """Number of blocks of n signatures, `size` in each but the last."""
    return -(-n // size)


def _exists(path: Path, name: str, compendium: Compendium, threads: int, report: Report) -> bool:
    """Whether there is a complete file in the end."""
    size = compendium.n_signatures * _column_bytes(name)
    if path.is_file() and path.stat().st_size == size:
        return True
    if disk_usage(path.parent).free < SPARE * size:
        return False
    unfinished = path.with_name(f".{path.name}")
    lock = FileLock(unfinished.with_suffix(".lock"))
    while not lock.is_locked:
        try:
            lock.acquire(timeout=WAIT_SECONDS)
        except Timeout:
            report(Progress(STAGE, message="Another search is preparing it"))
    try:
        if not path.is_file() or path.stat().st_size != size:
            _write(unfinished, name, compendium, threads, report)
            unfinished.replace(path)
    except OSError:
        with suppress(OSError):
            unfinished.unlink()
        raise
    finally:
        # Still held: deleted after the release, it could be that of the next, and two would write.
        with suppress(OSError):
            Path(lock.lock_file).unlink()
        lock.release()
    return True


def _write(
    unfinished: Path, name: str, compendium: Compendium, threads: int, report: Report
) -> None:
    """Append the blocks that are missing."""
    n, layer = compendium.n_signatures, LAYERS[name]
    block_bytes, last = BLOCK_SIGNATURES * _column_bytes(name), n_blocks(n, BLOCK_SIGNATURES)
    matrix = unmapped(compendium)  # of which nothing stays in memory

    def block(number: int) -> np.ndarray:
        rows = slice(number * BLOCK_SIGNATURES, (number + 1) * BLOCK_SIGNATURES)
        return np.ascontiguousarray(layer.of(matrix[rows]), layer.dtype)

    with unfinished.open("ab") as file, ThreadPoolExecutor(threads) as pool:
        done = min(file.tell() // block_bytes, last)
        file.truncate(done * block_bytes)
        for first in range(done, last, threads):
            start = first * BLOCK_SIGNATURES
            report(Progress(STAGE, start, n, f"{start:,} of {n:,} signatures, once"))
            for array in pool.map(block, range(first, min(first + threads, last))):
                file.write(array.data)


def _rows(path: Path, name: str, start: int, width: int, which: np.ndarray) -> np.ndarray:
    """(len(which), width) rows of the block of `width` signatures that begins at `start`."""
    found = np.empty((len(which), width), LAYERS[name].dtype)
    with path.open("rb", buffering=0) as file:
        for place in np.split(np.arange(len(which)), np.flatnonzero(np.diff(which) != 1) + 1):
            if not len(place):
                continue
            part = found[place[0] : place[-1] + 1]
            offset = start * _column_bytes(name) + int(which[place[0]]) * width * part.itemsize
            file.seek(offset)
            if file.readinto(part.data.cast("B")) != part.nbytes:
                raise DataError(
                    f"The search index '{path.name}' has just been cut off. Search again; it is "
                    "computed again."
                )
    return found


def _column_bytes(name: str) -> int:
    """Bytes of one signature."""
    return LAYERS[name].n_rows * np.dtype(LAYERS[name].dtype).itemsize
