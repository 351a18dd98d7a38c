"""Imports changed AnnData files: `python -m tests.fuzz.h5ad_cases FOLDER N`, a process of its own.

As an import does, it reads the headers in another process first, here a fork: where libhdf5 does
not come back, the file counts as refused. All else is read here, and must end in values or words.
"""

import os
import resource
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np

from gpar_core.data.importing.exported import header_of
from gpar_core.data.importing.trial import WANTED, read_headers
from gpar_core.data.matrix_files import MatrixFile, open_matrix, read_blocks
from gpar_core.data.matrix_metadata import read_metadata
from gpar_core.errors import GparError
from tests.fuzz.mutation import mutants
from tests.fuzz.verdict import outcome

SEED = 20210114


def _comes_back(path: Path) -> bool:
    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_CPU, (1, 1))
        with suppress(Exception):
            read_headers(path)
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0


def _values(matrix: MatrixFile) -> int:
    wanted = np.arange(len(matrix.gene_ids)), np.arange(len(matrix.sig_ids))
    return sum(len(block.values) for block in read_blocks(matrix, *wanted))


def _import(path: Path, case: str) -> bool:
    """Whether the file is refused."""
    matrix = outcome(lambda: open_matrix(path), case)
    if isinstance(matrix, GparError):
        return True
    for axis, wanted in WANTED.items():
        outcome(lambda axis=axis, wanted=wanted: read_metadata(matrix, axis, wanted), case)
    outcome(lambda: header_of(path), case)
    return isinstance(outcome(lambda: _values(matrix), case), GparError)


def main(folder: Path, n: int) -> None:
    refused = 0
    for original in sorted(folder.glob("*.h5ad")):
        content, changed = original.read_bytes(), folder / "changed"
        for number, mutant in enumerate(mutants(content, n, SEED, text=False)):
            case = f"{original.name}, case {number}"
            (folder / "case.txt").write_text(case)
            changed.write_bytes(mutant)
            refused += not _comes_back(changed) or _import(changed, case)
    print(refused)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31))
    resource.setrlimit(resource.RLIMIT_CPU, (120, 120))
    main(Path(sys.argv[1]), int(sys.argv[2]))
