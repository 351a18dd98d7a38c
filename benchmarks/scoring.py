"""Scoring of a whole compendium as a share of the rate of bare matrix products."""

import shutil
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
from joblib import cpu_count
from threadpoolctl import threadpool_limits

from benchmarks import memory
from benchmarks.figures import Figure
from gpar_core import fields
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import TrainingSet
from gpar_core.learn.compendium_scores import score_compendium
from gpar_core.learn.folds import Folds
from gpar_core.rank.scoring import LayeredNetwork, MatchingNetwork, score

N_SIGNATURES = 473_647
GENES = fields.N_LANDMARKS
WIDTHS = (GENES, 978, 512, 256, 1)
REMEMBERED = (300, 2000)
"""Positive and negative signatures."""
N_DRUGS, K = 20_000, 10
PAGE_ROWS = 4096
"""The compendium repeats so many random signatures: what they are does not matter here."""
PRODUCT_ROWS = 4096

GOAL_SHARE, GOAL_MEMORY = 0.8, 300.0


def run(rounds: int, *, n: int = N_SIGNATURES) -> list[Figure]:
    """Shares of the rate by one network and by the networks of the folds, and memory.

    n: signatures of the compendium, 4 kB each on disk. Raises OSError where the disk is too full.
    """
    threads = cpu_count()
    network = random_network(WIDTHS)
    matching = random_matching_network(GENES, REMEMBERED)
    layered_flops = 2 * n * sum(before * after for before, after in pairwise(WIDTHS))
    flops = {
        "one network": layered_flops,
        "folds": layered_flops,
        "matching network": 2 * n * GENES * (GENES + sum(REMEMBERED)),
    }
    with tempfile.TemporaryDirectory(prefix="gpar-bench-") as folder:
        write_matrix(Path(folder) / "matrix.npy", n)
        compendium, training_set, folds = _shared_out(Path(folder) / "matrix.npy")
        ways: dict[str, Callable[[], object]] = {
            "one network": partial(score, network, compendium.matrix, threads=threads),
            "folds": partial(
                score_compendium,
                compendium,
                training_set,
                folds,
                network,
                [network] * K,
                threads=threads,
            ),
            "matching network": partial(score, matching, compendium.matrix, threads=threads),
        }
        seconds: dict[str, list[float]] = {way: [] for way in ways}
        share: dict[str, list[float]] = {way: [] for way in ways}
        watches = []
        rates = [product_rate(threads)]
        for _ in range(rounds):
            for way, score_all in ways.items():
                with memory.watched() as watch:
                    started = time.perf_counter()
                    score_all()
                    seconds[way].append(time.perf_counter() - started)
                rates.append(product_rate(threads))
                share[way].append(flops[way] / seconds[way][-1] / max(rates[-2:]))
                watches.append(watch)
    shape = f"{n:,} x {GENES} float32, memory-mapped, {threads} threads of blocks"
    how = {
        "one network": f"score, preset 'paper', {shape}",
        "matching network": f"score, preset 'fast', {sum(REMEMBERED):,} remembered, {shape}",
        "folds": f"score_compendium, drugs of {K} folds by their own networks, {shape}",
    }
    return [
        Figure(
            "scoring: product rate",
            tuple(rate / 1e9 for rate in rates),
            "GFLOP/s",
            f"numpy float32, {threads} times ({PRODUCT_ROWS} x {GENES}) @ ({GENES} x {GENES}), in "
            f"one product by {threads} threads of BLAS or in a thread each, the best of several, "
            "between the scorings",
        ),
        *(Figure(f"scoring: {way}", tuple(seconds[way]), "s", how[way]) for way in ways),
        *(
            Figure(
                f"scoring: {way}, share of the rate",
                tuple(share[way]),
                "",
                "GFLOP/s of its matrix products over the better product rate beside it",
                at_least=GOAL_SHARE,
            )
            for way in ways
        ),
        *memory.figures("scoring", watches),
        Figure(
            "scoring: memory over the start",
            tuple(watch.peak.pss - watch.start.pss for watch in watches),
            "MB",
            f"peak less what was used before scoring; the matrix has {4e-6 * n * GENES:,.0f}",
            at_most=GOAL_MEMORY,
        ),
    ]


def random_network(widths: tuple[int, ...], seed: int = 0) -> LayeredNetwork:
    """A network as training makes it, with random weights."""
    rng = np.random.default_rng(seed)
    shapes = list(pairwise(widths))
    return LayeredNetwork(
        tuple((rng.normal(size=shape) / shape[0] ** 0.5).astype(np.float32) for shape in shapes),
        tuple(np.zeros(width, np.float32) for width in widths[1:]),
        "signed-root",
    )


def random_matching_network(
    n_genes: int, remembered: tuple[int, int], seed: int = 0
) -> MatchingNetwork:
    """A network as training makes it, with random weights."""
    rng = np.random.default_rng(seed)
    memory = rng.standard_normal((sum(remembered), n_genes), np.float32)
    return MatchingNetwork(
        center=np.zeros(n_genes, np.float32),
        embedding=np.eye(n_genes, dtype=np.float32),
        memory=memory / np.linalg.norm(memory, axis=1, keepdims=True),
        positive=np.repeat([True, False], remembered),
        sharpness=10.0,
        scaling="signed-root",
    )


def write_matrix(file: Path, n: int) -> None:
    """A (n, 978) float32 `.npy` of z-scores. Raises OSError where the disk is too full."""
    page = np.random.default_rng(0).standard_normal((PAGE_ROWS, GENES), np.float32)
    needed, free = n * page[0].nbytes, shutil.disk_usage(file.parent).free
    if needed > free:
        raise OSError(
            f"{file.parent} has {free / 1e9:.1f} GB free; the benchmark needs {needed / 1e9:.1f}. "
            "Set TMPDIR to a folder with more."
        )
    header = {"descr": page.dtype.str, "fortran_order": False, "shape": (n, GENES)}
    with file.open("wb") as out:
        np.lib.format.write_array_header_1_0(out, header)
        for start in range(0, n, PAGE_ROWS):
            out.write(page[: n - start])


def product_rate(threads: int, repeats: int = 5) -> float:
    """FLOP/s of bare float32 products, the best of several."""
    rng = np.random.default_rng(0)
    a = rng.standard_normal((threads, PRODUCT_ROWS, GENES), np.float32)
    b = rng.standard_normal((GENES, GENES), np.float32)
    c = np.empty_like(a)
    whole_a, whole_c = a.reshape(-1, GENES), c.reshape(-1, GENES)

    def together() -> None:
        with threadpool_limits(threads, "blas"):
            np.matmul(whole_a, b, out=whole_c)

    with ThreadPoolExecutor(threads) as pool, threadpool_limits(1, "blas"):

        def side_by_side() -> None:
            list(pool.map(lambda one: np.matmul(a[one], b, out=c[one]), range(threads)))

        best = min(_seconds(way) for _ in range(repeats) for way in (together, side_by_side))
    return 2 * a.size * GENES / best


def _seconds(action: Callable[[], None]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def _shared_out(matrix_file: Path) -> tuple[Compendium, TrainingSet, Folds]:
    """A compendium, almost all drugs of which are negatives, shared out to `K` folds."""
    matrix = np.load(matrix_file, mmap_mode="r")
    drug = np.array([f"drug {number}" for number in range(N_DRUGS)], dtype=object)
    signatures = pd.DataFrame({fields.DRUG: np.resize(drug, len(matrix)), fields.CELL_ID: "A375"})
    compendium = Compendium(
        "bench", "random", "", True, matrix, signatures, pd.DataFrame(), report={}
    )
    n = min(N_DRUGS, len(matrix))
    positive, fold = np.arange(n) < 2 * K, np.arange(n) % K
    training_set = TrainingSet(np.arange(n), positive, drug[:n], "others", "")
    return compendium, training_set, Folds(K, fold, "drug")
