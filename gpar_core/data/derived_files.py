"""Files computed from a compendium and kept in its folder: made once, deleted with it.

A compendium is complete without them. They belong to its stored values alone: one that was changed
in memory has none.
"""

import hashlib
import uuid
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from shutil import disk_usage

import numpy as np

from gpar_core import fields
from gpar_core.data.compact_matrix import CompactMatrix, Matrix
from gpar_core.data.compendium import MATRIX, Compendium
from gpar_core.data.stored_matrix import StoredMatrix

SPACE = "space-*.npz"
"""A learned space (`learn.saved_space`)."""
FIRST = "first-*.npz"
"""The MOAs that rank each drug among their first (`learn.specificity`)."""
INDEX = "search-*.bin"
"""What searches of a large compendium read (`search.index`, `search.vectors`)."""
NULL = "null-*.npz"
"""Scores by random queries (`search.null`)."""
REFERENCE = "reference-*.npy"
"""Answers to reference queries (`search.reference`)."""
GENES = "genes-*.npz"
"""How much each gene varies (`analyses.gene.values`)."""
TARGETS = "targets-*.npz"
"""How lines of evidence on targets are combined (`targets.fitting`)."""
PATTERNS = (SPACE, FIRST, INDEX, NULL, REFERENCE, GENES, TARGETS)


SPARE = 1.2
"""Free disk space needed, as a multiple of the size of a file."""


def is_derived(file: Path) -> bool:
    """Whether a file of a compendium's folder can be computed again."""
    return any(file.match(pattern) for pattern in PATTERNS)


def derived_path(compendium: Compendium, pattern: str, version: int, of: str) -> Path | None:
    """Where a file of the compendium is kept; None if the matrix in memory is not the stored one.

    pattern: one of `PATTERNS`. version: of the file's format and method. of: what else the content
    depends on, but for the compendium.
    """
    if (folder := _stored_in(compendium)) is None:
        return None
    # Kinds belong to the key only where they differ from the usual ones, whose files exist already.
    kinds = "" if compendium.kinds == (fields.COMPOUND_PERT_TYPE,) else f" {compendium.kinds}"
    what = f"{version} {compendium.fingerprint} {of}{kinds}"
    digest = hashlib.sha256(what.encode()).hexdigest()[:16]
    return folder / pattern.replace("*", digest)


def unmapped(compendium: Compendium) -> Matrix | StoredMatrix:
    """The matrix of a compendium to be read in blocks, of which nothing stays in memory."""
    if (folder := _stored_in(compendium)) is None:
        return compendium.matrix
    rows = _array(compendium.matrix)
    first = (_address(rows) - _address(_whole(compendium))) // rows.strides[0]
    return StoredMatrix(folder / MATRIX, first, compendium.n_signatures)


def _stored_in(compendium: Compendium) -> Path | None:
    """The folder of a compendium if its matrix in memory is the stored one, or rows of it."""
    folder, whole = compendium.folder, _whole(compendium)
    if folder is None or not isinstance(whole, np.memmap):
        return None
    if whole.offset is None:  # computed from a mapped array, it is of its type but in memory
        return None
    rows, same_shape = _array(compendium.matrix), (compendium.n_signatures, whole.shape[1])
    if rows.shape != same_shape or rows.strides != whole.strides:
        return None
    if not np.may_share_memory(whole, rows):
        return None
    with suppress(OSError):
        if (folder / MATRIX).stat().st_size == whole.offset + whole.nbytes:
            return folder
    return None


def _whole(compendium: Compendium) -> np.ndarray:
    return _array((compendium.stored or compendium).matrix)


def _array(matrix: Matrix) -> np.ndarray:
    return matrix.codes if isinstance(matrix, CompactMatrix) else matrix


def _address(matrix: np.ndarray) -> int:
    return int(matrix.__array_interface__["data"][0])


def keep_arrays(path: Path | None, arrays: Mapping[str, np.ndarray]) -> None:
    """Save arrays for the next time; if that fails, they will be computed again."""
    if path is None:
        return
    unfinished = path.with_name(f".derived-{uuid.uuid4().hex}")
    try:
        with unfinished.open("wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]
        unfinished.replace(path)
    except OSError:  # a full disk, or a folder that is not writable or was deleted
        with suppress(OSError):
            unfinished.unlink()


def keep_rows(
    path: Path | None, shape: tuple[int, int], dtype: type, blocks: Iterable[np.ndarray]
) -> bool:
    """Save an array as it is computed, some rows at a time; False if it cannot be kept.

    shape, dtype: of the whole array. blocks: its rows; they are not computed if the disk has no
    room.
    """
    if path is None:
        return False
    size = shape[0] * shape[1] * np.dtype(dtype).itemsize
    unfinished = path.with_name(f".derived-{uuid.uuid4().hex}")
    header = np.lib.format.header_data_from_array_1_0(np.empty((0, shape[1]), dtype))
    try:
        if disk_usage(path.parent).free < SPARE * size:
            return False
        with unfinished.open("wb") as file:
            np.lib.format.write_array_header_1_0(file, {**header, "shape": shape})
            for block in blocks:
                file.write(np.ascontiguousarray(block, dtype).data)
        unfinished.replace(path)
    except OSError:  # a full disk, or a folder that is not writable or was deleted
        return False
    finally:
        with suppress(OSError):
            unfinished.unlink()
    return True
