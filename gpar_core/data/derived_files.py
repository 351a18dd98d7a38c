"""Files computed from a compendium and kept in its folder: made once, deleted with it.

A compendium is complete without them. They belong to its stored values alone: one that was changed
in memory has none.
"""

import hashlib
import uuid
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import numpy as np

from gpar_core.data.compendium import MATRIX, Compendium

SPACE = "space-*.npz"
"""A learned space (`learn.saved_space`)."""
INDEX = "search-*.bin"
"""What searches of a large compendium read (`search.index`, `search.vectors`)."""
NULL = "null-*.npz"
"""Scores by random queries (`search.null`)."""
REFERENCE = "reference-*.npz"
"""Answers to reference queries (`search.reference`)."""
TARGETS = "targets-*.npz"
"""How lines of evidence on targets are combined (`targets.fitting`)."""
PATTERNS = (SPACE, INDEX, NULL, REFERENCE, TARGETS)


def is_derived(file: Path) -> bool:
    """Whether a file of a compendium's folder can be computed again."""
    return any(file.match(pattern) for pattern in PATTERNS)


def derived_path(compendium: Compendium, pattern: str, version: int, of: str) -> Path | None:
    """Where a file of the compendium is kept; None if the matrix in memory is not the stored one.

    pattern: one of `PATTERNS`. version: of the file's format and method. of: what else the content
    depends on, but for the compendium.
    """
    folder, matrix = compendium.folder, compendium.matrix
    if folder is None or not isinstance(matrix, np.memmap):
        return None
    if matrix.offset is None:  # computed from a mapped array, it is of its type but in memory
        return None
    with suppress(OSError):
        if (folder / MATRIX).stat().st_size == matrix.offset + matrix.nbytes:
            what = f"{version} {compendium.fingerprint} {of}"
            digest = hashlib.sha256(what.encode()).hexdigest()[:16]
            return folder / pattern.replace("*", digest)
    return None


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
