"""Seconds and memory of a map of many signatures, and how faithful it is.

    python -m benchmarks.maps [--n 20000] [--methods umap,tsne,fwd] [--json FILE]

Simulated signatures on disk: 200 groups of different size and strength, in noise. Each map is made
in a separate process with one BLAS thread, as in a worker. Seconds exclude imports, but include the
compilation of numba on first use.
"""

import argparse
import os
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from benchmarks.alone import AS_IN_A_WORKER
from benchmarks.figures import Figure, table, to_json

N_GROUPS = 200
BLOCK_ROWS = 4096


class NoPool:
    """In place of processes that train: a map of z-scores trains nothing."""

    processes = os.cpu_count() or 1


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.maps")
    parser.add_argument("--n", type=int, default=20_000, help="signatures (%(default)s)")
    parser.add_argument("--methods", default="umap,tsne,fwd", help="of %(default)s")
    parser.add_argument("--json", type=Path, default=Path("build/maps.json"))
    options = parser.parse_args()
    figures = [
        figure for method in options.methods.split(",") for figure in alone(method, options.n)
    ]
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(to_json(figures), "utf-8")
    print(table(figures))


def alone(method: str, n: int) -> list[Figure]:
    """Figures of one map, made in a process of its own."""
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        return process.submit(_alone, method, n).result()


def _alone(method: str, n: int) -> list[Figure]:
    # Before numpy comes, which reads the environment once.
    os.environ.update(AS_IN_A_WORKER)
    with tempfile.TemporaryDirectory(prefix="gpar-bench-") as folder:
        return measure(method, n, Path(folder))


def measure(method: str, n: int, folder: Path) -> list[Figure]:
    """Figures of one map of n signatures, made in this process."""
    import numpy as np  # noqa: PLC0415
    import pandas as pd  # noqa: PLC0415

    from benchmarks import memory  # noqa: PLC0415
    from gpar_core import fields  # noqa: PLC0415
    from gpar_core.analyses.map.compute import signature_map  # noqa: PLC0415
    from gpar_core.data.compendium import Compendium  # noqa: PLC0415

    rng = np.random.default_rng(0)
    matrix = np.lib.format.open_memmap(
        folder / "matrix.npy", "w+", np.float32, (n, fields.N_LANDMARKS)
    )
    direction = rng.standard_normal((N_GROUPS, fields.N_LANDMARKS), np.float32)
    size = rng.lognormal(0, 1, N_GROUPS)
    group = rng.choice(N_GROUPS, n, p=size / size.sum())
    for start in range(0, n, BLOCK_ROWS):
        of = group[start : start + BLOCK_ROWS]
        strength = rng.uniform(0, 1, (len(of), 1)).astype(np.float32)
        noise = rng.standard_normal((len(of), fields.N_LANDMARKS), np.float32)
        matrix[start : start + BLOCK_ROWS] = strength * direction[of] + noise
    matrix.flush()
    compendium = Compendium(
        name="bench",
        source="simulated",
        fingerprint="",
        simulated=True,
        matrix=np.load(folder / "matrix.npy", mmap_mode="r"),
        signatures=pd.DataFrame(index=range(n)),
        compounds=pd.DataFrame(),
        report={},
    )
    with memory.watched() as watch:
        started = time.perf_counter()
        made = signature_map(compendium, np.arange(n), method, seed=0, pool=NoPool())
        seconds = time.perf_counter() - started
    quality = made["quality"].iloc[0]
    k, sampled = int(quality["k"]), int(quality["n_sampled"])
    name = f"maps: {method}"
    return [
        Figure(name, (seconds,), "s", f"{n:,} signatures, {quality['n_shown']:,.0f} of them shown"),
        Figure(
            f"{name}, memory over the start",
            (watch.peak.pss - watch.start.pss,),
            "MB",
            f"the matrix on disk has {4e-6 * n * fields.N_LANDMARKS:,.0f}, all pairs would have "
            f"{4e-6 * n * n:,.0f}",
        ),
        Figure(
            f"{name}, trustworthiness",
            (float(quality["trustworthiness"]),),
            "",
            f"standard error {quality['trustworthiness_se']:.3f}, {sampled:,} signatures sampled",
        ),
        Figure(
            f"{name}, recall of neighbors",
            (float(quality["knn_recall"]),),
            "",
            f"standard error {quality['knn_recall_se']:.3f}, {k} nearest by cosine; at random "
            f"{quality['chance']:.4f}",
        ),
    ]


if __name__ == "__main__":
    main()
