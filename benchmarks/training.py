"""Cross-validation and final model: GPAR against a plain Keras `fit`, in turn within one run.

`python -m benchmarks.training`: 300 positive and 12,000 negative signatures, K = 10. Prints
seconds, their ratio, held-out AUROC and peak memory. Keras trains one network in each turn; its
time for the 11 networks, one after the other, is 11 times that.
"""

import argparse
import resource
import statistics
import time
from dataclasses import replace
from functools import partial

import numpy as np
from sklearn.metrics import roc_auc_score

from gpar_core.learn.engine import FitTask, fit_all
from gpar_core.learn.presets import PRESETS, Settings
from gpar_core.progress import silent
from gpar_core.rank.scoring import score

K = 10
N_POSITIVE, N_NEGATIVE = 300, 12_000


def planted(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """(n, 978) z-scores and (n,) bool: three weak patterns, one of them in each positive."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(N_POSITIVE + N_NEGATIVE, 978)).astype(np.float32)
    patterns = rng.normal(size=(3, 978)) * (rng.random((3, 978)) < 0.1)
    x[:N_POSITIVE] += 0.5 * patterns[np.arange(N_POSITIVE) % 3]
    return x, np.arange(len(x)) < N_POSITIVE


def keras_fold(x: np.ndarray, positive: np.ndarray, fold: np.ndarray) -> tuple[float, float]:
    """Seconds and AUROC of one fold: the paper's network, batch 128, 2,000 steps."""
    import keras  # noqa: PLC0415

    started = time.monotonic()
    layers: list[keras.Layer] = [keras.Input((x.shape[1],))]
    for width in (978, 512, 256):
        l1 = keras.regularizers.L1(1e-5)
        layers += [keras.layers.Dense(width, "relu", kernel_regularizer=l1)]
        layers += [keras.layers.Dropout(0.1)]
    network = keras.Sequential([*layers, keras.layers.Dense(1, "sigmoid")])
    network.compile("adam", "binary_crossentropy")
    seen = np.flatnonzero(fold != 0)
    steps_per_epoch = -(-len(seen) // 128)
    network.fit(x[seen], positive[seen], batch_size=128, epochs=2000 // steps_per_epoch, verbose=0)
    held_out = fold == 0
    found = network.predict(x[held_out], verbose=0)[:, 0]
    return time.monotonic() - started, float(roc_auc_score(positive[held_out], found))


def gpar(
    x: np.ndarray, positive: np.ndarray, fold: np.ndarray, settings: Settings, processes: int
) -> tuple[float, float]:
    """Seconds for all folds and the final model, starting the processes included; mean AUROC."""
    started = time.monotonic()
    tasks = [
        FitTask(str(number), np.flatnonzero(fold != number), positive, number)
        for number in range(K + 1)
    ]
    aurocs = []
    for task, network in fit_all(x, settings, tasks, processes=processes, report=silent):
        held_out = np.flatnonzero(fold == int(task.name))
        if len(held_out):
            aurocs.append(roc_auc_score(positive[held_out], score(network, x, held_out)))
    return time.monotonic() - started, float(np.mean(aurocs))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--paper", action="store_true", help="also the preset 'paper' (minutes)")
    options = parser.parse_args()
    x, positive = planted()
    fold = np.random.default_rng(1).permutation(len(x)) % K
    methods = {"keras": partial(keras_fold, x, positive, fold)}
    for name in ("fast", "paper") if options.paper else ("fast",):
        settings = replace(PRESETS[name])
        methods[name] = partial(gpar, x, positive, fold, settings, options.processes)
    seconds: dict[str, list[float]] = {name: [] for name in methods}
    auroc: dict[str, float] = {}
    for _ in range(options.rounds):
        for name, run in methods.items():
            spent, auroc[name] = run()
            seconds[name].append(spent * (K + 1) if name == "keras" else spent)
    for name, spent in seconds.items():
        ratios = [one / other for one, other in zip(seconds["keras"], spent, strict=True)]
        print(
            f"{name:>6}: {statistics.median(spent):7.1f} s for {K} folds and the final model, "
            f"{statistics.median(ratios):5.1f} times as fast as keras, AUROC {auroc[name]:.3f}"
        )
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"peak memory of the largest training process: {largest:.0f} MB")


if __name__ == "__main__":
    main()
