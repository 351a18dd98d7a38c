"""Reads changed GCTX files in a process of its own: `python -m tests.fuzz.gctx_cases FOLDER N`.

libhdf5 is C: what it does to a process is seen from outside, and only there can memory be bounded.
"""

import sys
from pathlib import Path

import numpy as np

from gpar_core.data.matrix_files import open_matrix, read_blocks
from gpar_core.data.profiles import accept, read_profiles
from gpar_core.errors import GparError
from tests.fuzz.mutation import mutants
from tests.fuzz.verdict import outcome

SEED = 20210114


def _import(path: Path) -> int:
    matrix = open_matrix(path)
    wanted = np.arange(len(matrix.gene_ids)), np.arange(len(matrix.sig_ids))
    return sum(len(block.values) for block in read_blocks(matrix, *wanted))


def main(folder: Path, n: int) -> None:
    refused = 0
    for original in sorted(folder.glob("*.gctx")):
        content, changed = original.read_bytes(), folder / "changed"
        for number, mutant in enumerate(mutants(content, n, SEED, text=False)):
            case = f"{original.name}, case {number}"
            (folder / "case.txt").write_text(case)
            changed.write_bytes(mutant)
            draft = outcome(lambda changed=changed: read_profiles(changed, "mine.gctx"), case)
            if isinstance(draft, GparError):
                refused += 1
            else:
                outcome(lambda draft=draft: accept(draft, impute=True), case)
            outcome(lambda changed=changed: _import(changed), case)
    print(refused)


if __name__ == "__main__":
    try:
        import resource
    except ImportError:
        pass
    else:
        resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31))
        resource.setrlimit(resource.RLIMIT_CPU, (120, 120))
    main(Path(sys.argv[1]), int(sys.argv[2]))
