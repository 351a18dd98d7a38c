"""Copy the values of an import to disk in blocks, so that it can resume where it stopped."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gpar_core import fields
from gpar_core.data import matrix_files
from gpar_core.data.matrix_files import MatrixFile, read_blocks
from gpar_core.data.stored_matrix import StoredMatrix
from gpar_core.errors import FileFormatError
from gpar_core.progress import Progress, Report

MISSING_VALUE = -666.0


@dataclass(frozen=True, eq=False)
class Source:
    """The part of one matrix to copy.

    genes: (978,) file positions, -1 for a gene to leave at 0. signatures: (n,) file positions,
    rising. rows: (n,) their rows in the compendium.
    """

    matrix: MatrixFile
    genes: np.ndarray
    signatures: np.ndarray
    rows: np.ndarray


def copy_values(
    sources: Sequence[Source],
    target: Path,
    notes: Path,
    report: Report,
    *,
    n_rows: int | None = None,
    compact: bool = False,
) -> StoredMatrix:
    """Write the `.npy` of (n_rows, 978) z-scores to `target`, missing values as NaN.

    n_rows: those of the sources by default; rows that no source has are 0. compact: as
    8-bit numbers (`compact_matrix`). notes: file that lists the blocks of the same copy that are
    already done; they are kept. Memory does not grow with the number of signatures. Raises
    FileFormatError.
    """
    n_rows = sum(len(source.rows) for source in sources) if n_rows is None else n_rows
    shape = (n_rows, fields.N_LANDMARKS)
    plan = _plan(sources, compact)
    n_done = _n_done(notes, plan, target, shape)
    matrix = StoredMatrix(target)
    if n_done is None:
        notes.unlink(missing_ok=True)  # or they would be trusted for the new file
        matrix, n_done = StoredMatrix.create(target, shape, compact=compact), [0] * len(sources)
    present = [np.flatnonzero(source.genes >= 0) for source in sources]
    sizes = [len(s.rows) * len(genes) for s, genes in zip(sources, present, strict=True)]
    for number, (source, columns) in enumerate(zip(sources, present, strict=True)):
        file_name = source.matrix.path.name
        column_of = np.full(len(source.matrix.gene_ids), -1)
        column_of[source.genes[columns]] = columns
        blocks = read_blocks(
            source.matrix, source.genes[columns], source.signatures, skip=n_done[number]
        )
        for block in blocks:
            values = block.values
            values[values == MISSING_VALUE] = np.nan
            _check_scale(file_name, values)
            rows = source.rows[np.searchsorted(source.signatures, block.signatures)]
            matrix.put(rows, column_of[block.genes], values)
            n_done[number] = block.number + 1
            _note(notes, plan, n_done)
            n_read = sum(sizes[:number]) + block.n_read
            report(Progress("Import", n_read, sum(sizes), f"Reading values of {file_name}"))
    return matrix


def finite_rows(matrix: StoredMatrix) -> np.ndarray:
    """(n_rows,) bool: whether a row has only finite numbers."""
    return np.concatenate([np.isfinite(matrix[rows]).all(axis=1) for rows in matrix.blocks()])


def _n_done(notes: Path, plan: str, target: Path, shape: tuple[int, int]) -> list[int] | None:
    """The number of blocks done for each source; None if the copy must start over."""
    try:
        noted = json.loads(notes.read_text("utf-8"))
        if noted["plan"] == plan and StoredMatrix(target).shape == shape:
            return list(noted["n_done"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return None


def _note(notes: Path, plan: str, n_done: list[int]) -> None:
    part = notes.with_suffix(".part")
    part.write_text(json.dumps({"plan": plan, "n_done": n_done}), encoding="utf-8")
    part.replace(notes)


def _plan(sources: Sequence[Source], compact: bool) -> str:
    """Identifies what is copied, to where, and in which blocks."""
    digest = hashlib.sha256(f"{matrix_files.BLOCK_VALUES} {compact}".encode())
    for source in sources:
        for array in (source.genes, source.signatures, source.rows):
            digest.update(array.astype(np.int64).tobytes())
    return digest.hexdigest()


def _check_scale(file_name: str, values: np.ndarray) -> None:
    finite = values[np.isfinite(values)]
    if finite.size >= fields.N_LANDMARKS and finite.min() >= 0 < finite.max():
        raise FileFormatError(
            f"The values of '{file_name}' are all positive (median {np.median(finite):.1f}), but "
            "z-scores lie around 0. These look like expression levels (Level 3) or counts. Use a "
            "Level 5 file of z-scores."
        )
