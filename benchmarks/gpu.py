"""Training, scoring and neighbors on a GPU against the CPU: `python -m benchmarks.gpu`.

Both in turn within one run, on the same random data; takes less than five minutes. Needs a GPU that
TensorFlow sees (`pip install tensorflow[and-cuda]`), which GPAR then uses without any setting, and
says so without one.
"""

import argparse
import time
from collections.abc import Callable
from itertools import pairwise

import numpy as np

from benchmarks.figures import Figure, table
from benchmarks.training import planted
from gpar_core import fields, gpu
from gpar_core.processors import usable

CPU = "/CPU:0"
ROUNDS = 3
K = 30
STEPS = 500
TOLERANCE = 1e-4
"""Of scores; ten times of distances of about 20: rounding errors of single precision."""
AUROC_TOLERANCE = 0.02
"""Of held-out AUROC: the same batches and dropout, but rounding errors grow with the steps."""
NONE = (
    "TensorFlow sees no GPU on this computer, so there is nothing to compare. GPAR uses the CPU. "
    "For an NVIDIA GPU, install its driver and `tensorflow[and-cuda]`."
)


def measure(device: str, n: int, *, steps: int = STEPS, rounds: int = ROUNDS) -> list[Figure]:
    """Seconds on the CPU and on a device of TensorFlow, and how far apart the results are.

    n: signatures that are scored; neighbors are found among a fifth.
    """
    return [
        *_training(device, steps, rounds),
        *_scoring(device, n, rounds),
        *_neighbors(device, n // 5, rounds),
    ]


def _training(device: str, steps: int, rounds: int) -> list[Figure]:
    import tensorflow as tf  # noqa: PLC0415
    from sklearn.metrics import roc_auc_score  # noqa: PLC0415

    from gpar_core.learn.network import LayeredTrainer  # noqa: PLC0415
    from gpar_core.learn.presets import LayeredSettings  # noqa: PLC0415

    x, positive = planted()
    rng = np.random.default_rng(0)
    held_out = rng.random(len(x)) < 0.1
    settings = LayeredSettings(steps=steps)

    def on(where: str) -> Callable[[], np.ndarray]:
        trainer = LayeredTrainer(settings, x.shape[1])

        def train() -> np.ndarray:
            with tf.device(where):
                network = trainer.fit(x, positive, rows=np.flatnonzero(~held_out), seed=0)
            return network.probability(x[held_out])

        return train

    seconds, (on_cpu, on_device) = _in_turn([on(CPU), on(device)], rounds)
    gap = abs(
        roc_auc_score(positive[held_out], on_cpu) - roc_auc_score(positive[held_out], on_device)
    )
    how = f"the network of 'paper', {steps:,} steps of 128 signatures"
    return _figures("training", seconds, how, "held-out AUROC", gap, AUROC_TOLERANCE)


def _scoring(device: str, n: int, rounds: int) -> list[Figure]:
    from gpar_core.rank import scoring_on_gpu  # noqa: PLC0415
    from gpar_core.rank.scoring import LayeredNetwork, score_blocks  # noqa: PLC0415

    rng = np.random.default_rng(1)
    x = rng.standard_normal((n, fields.N_LANDMARKS), np.float32)
    widths = (fields.N_LANDMARKS, 978, 512, 256, 1)
    weights = tuple(
        rng.standard_normal(shape, np.float32) / np.float32(shape[0] ** 0.5)
        for shape in pairwise(widths)
    )
    network = LayeredNetwork(weights, tuple(np.zeros(m, np.float32) for m in widths[1:]), "none")
    on_device = scoring_on_gpu.probability(network, device)
    seconds, found = _in_turn(
        [
            lambda: score_blocks(lambda z, _: network.probability(z), x, threads=usable()),
            lambda: score_blocks(lambda z, _: on_device(z, None), x, threads=usable()),
        ],
        rounds,
    )
    gap = float(np.abs(found[0] - found[1]).max())
    how = f"{n:,} signatures by the network of 'paper', to the GPU and back included"
    return _figures("scoring", seconds, how, "score", gap, TOLERANCE)


def _neighbors(device: str, n: int, rounds: int) -> list[Figure]:
    from sklearn.neighbors import NearestNeighbors  # noqa: PLC0415

    from gpar_core.maps import nearest  # noqa: PLC0415

    x = np.random.default_rng(2).standard_normal((n, 200), np.float32)

    def on_cpu() -> np.ndarray:
        return NearestNeighbors(n_neighbors=K, algorithm="brute").fit(x).kneighbors(x)[0]

    seconds, found = _in_turn([on_cpu, lambda: nearest.exact_on(device, x, K)[1]], rounds)
    # The first is the signature itself, which scikit-learn's rounding errors move away.
    gap = float(np.abs(found[0] - found[1])[:, 1:].max())
    how = f"the {K} nearest of {n:,} vectors of 200 dimensions, exact"
    return _figures("neighbors", seconds, how, "distance", gap, TOLERANCE * 10)


def _in_turn(
    acts: list[Callable[[], np.ndarray]], rounds: int
) -> tuple[list[tuple[float, ...]], list[np.ndarray]]:
    """Seconds of each act in each round, after one that does not count; and what each found."""
    found = [act() for act in acts]
    seconds: list[list[float]] = [[] for _ in acts]
    for _ in range(rounds):
        for act, taken in zip(acts, seconds, strict=True):
            started = time.perf_counter()
            act()
            taken.append(time.perf_counter() - started)
    return [tuple(each) for each in seconds], found


def _figures(
    what: str, seconds: list[tuple[float, ...]], how: str, of: str, gap: float, tolerance: float
) -> list[Figure]:
    ratios = tuple(cpu / gpu for cpu, gpu in zip(*seconds, strict=True))
    return [
        Figure(f"{what}: CPU", seconds[0], "s", how),
        Figure(f"{what}: GPU", seconds[1], "s", "the same"),
        Figure(f"{what}: times as fast", ratios, "", "in turn"),
        Figure(f"{what}: largest difference", (gap,), "", f"of {of}", at_most=tolerance),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu")
    parser.add_argument("--signatures", type=int, default=200_000)
    options = parser.parse_args()
    device = gpu.device()
    if device is None:
        print(NONE)
        return
    import tensorflow as tf  # noqa: PLC0415

    first = tf.config.list_physical_devices("GPU")[0]
    print(tf.config.experimental.get_device_details(first).get("device_name", first.name))
    print(table(measure(device, options.signatures)))


if __name__ == "__main__":
    main()
