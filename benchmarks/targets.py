"""One compound, and all compounds of a fit, against 200,000 genetic signatures of noise.

Run `python -m benchmarks.targets`. Takes a gigabyte of disk and less than a minute.
"""

import resource
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.targets.fitting import MAX_MOLECULES
from gpar_core.targets.genetic import added, gene_similarities
from gpar_core.targets.line_similarity import Queries, compared

N_SIGNATURES = 200_000
KINDS = ("trt_sh.cgs", "trt_xpr")
N_LINES = 10
N_GENES = N_SIGNATURES // (len(KINDS) * N_LINES)
WRITTEN = 10_000


def main() -> None:
    """Print the time on the processor and the peak of memory of both."""
    rng = np.random.default_rng(0)
    shape = (N_SIGNATURES, fields.N_LANDMARKS)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "matrix.npy"
        matrix = np.lib.format.open_memmap(path, "w+", np.float32, shape)
        for start in range(0, N_SIGNATURES, WRITTEN):
            matrix[start : start + WRITTEN] = rng.standard_normal((WRITTEN, shape[1]), np.float32)
        del matrix
        lines = [f"LINE{number}" for number in range(N_LINES)]
        signatures = pd.DataFrame(
            {
                fields.PERT_TYPE: np.repeat(KINDS, N_SIGNATURES // len(KINDS)),
                fields.CELL_ID: np.tile(np.repeat(lines, N_GENES), len(KINDS)),
            }
        )
        view = SimpleNamespace(matrix=np.load(path, mmap_mode="r"), signatures=signatures)
        code = np.tile(np.arange(N_GENES), len(KINDS) * N_LINES)
        for n in (1, MAX_MOLECULES):
            profiles = rng.standard_normal((n, shape[1]), np.float32)
            half = {line: (np.arange(n), profiles) for line in lines[: N_LINES // 2]}
            queries = Queries(tuple(map(str, range(n))), profiles, half)
            started = time.process_time()
            added(gene_similarities(compared(queries, view, code), n, N_GENES))  # type: ignore[arg-type]
            seconds = time.process_time() - started
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(f"{n:>4} compounds: {seconds:.1f} s of processor, at most {peak:,.0f} MiB")


if __name__ == "__main__":
    main()
