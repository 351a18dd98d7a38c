"""Cross-validation and final model: GPAR against a plain Keras `fit`, in turn within one run.

300 positive and 12,000 negative signatures, K = 10. Keras trains one network in each turn; its time
for 11 networks in sequence is 11 times that.
"""

import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pandas as pd
from joblib import cpu_count
from sklearn.metrics import average_precision_score, roc_auc_score

from benchmarks import memory
from benchmarks.figures import Figure
from gpar_core import fields
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import TrainingSet
from gpar_core.learn.engine import FitPool, FitTask
from gpar_core.learn.folds import Folds
from gpar_core.learn.held_out import space_for
from gpar_core.learn.matching import Matching
from gpar_core.learn.presets import PRESETS, LayeredSettings, Settings
from gpar_core.progress import silent
from gpar_core.rank.scoring import score

K = 10
N_POSITIVE, N_NEGATIVE = 300, 12_000
GOAL_MEMORY = 2000.0
GOAL_RATIO = {"fast": 40.0, "paper": 3.0}
SAME_FOLDS = "on the same folds, one in each turn"
HOW = {"keras": "EXTRAPOLATED, 11 times one fold: `fit` with the paper's network and 2,000 steps"}

Turn = tuple[float, float, float]
"""Seconds, AUROC and average precision on what was held out."""


def run(rounds: int, *, presets: tuple[str, ...] = ("fast", "paper")) -> list[Figure]:
    """Seconds, their ratio to Keras, AUROC and average precision of each, and memory."""
    x, positive = planted()
    fold = np.random.default_rng(1).permutation(len(x)) % K
    turns: dict[str, list[Turn]] = {name: [] for name in ("keras", *presets)}
    watches: dict[str, list[memory.Watch]] = {name: [] for name in presets}
    starts = []
    for number in range(rounds):
        seconds, *quality = keras_alone(x, positive, fold, number % K)
        turns["keras"].append((seconds * (K + 1), *quality))
        for name in presets:
            with memory.watched() as watch, FitPool(cpu_count()) as pool:
                if name != "fast":
                    starts.append(start(pool))
                turns[name].append(gpar(pool, x, positive, fold, PRESETS[name], number % K))
            watches[name].append(watch)
    figures = [Figure("training: start of the processes", tuple(starts), "s", "once, ahead of use")]
    for name, measured in turns.items():
        seconds, auroc, precision = zip(*measured, strict=True)
        keras = turns["keras"]
        figures += [
            Figure(f"training: {name}", seconds, "s", HOW.get(name, f"preset '{name}'")),
            Figure(
                f"training: {name}, AUROC",
                auroc,
                "",
                SAME_FOLDS,
                at_least=None if name == "keras" else float(np.mean([turn[1] for turn in keras])),
            ),
            Figure(
                f"training: {name}, average precision",
                precision,
                "",
                SAME_FOLDS,
                at_least=None if name == "keras" else float(np.mean([turn[2] for turn in keras])),
            ),
        ]
    for name in presets:
        pairs = zip(turns["keras"], turns[name], strict=True)
        ratios = tuple(keras[0] / own[0] for keras, own in pairs)
        figures += [
            Figure(
                f"training: {name}, times as fast as keras",
                ratios,
                "",
                "in turn",
                at_least=GOAL_RATIO.get(name),
            )
        ]
        figures += memory.figures(f"training: {name}", watches[name], at_most=GOAL_MEMORY)
    return figures


def planted(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """(n, 978) z-scores and (n,) bool: three weak patterns, one of them in each positive."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(N_POSITIVE + N_NEGATIVE, 978)).astype(np.float32)
    patterns = rng.normal(size=(3, 978)) * (rng.random((3, 978)) < 0.1)
    x[:N_POSITIVE] += 0.5 * patterns[np.arange(N_POSITIVE) % 3]
    return x, np.arange(len(x)) < N_POSITIVE


def of_strangers(x: np.ndarray, positive: np.ndarray) -> tuple[Compendium, TrainingSet]:
    """The signatures as a compendium, each of a drug of its own, in one cell line."""
    drug = np.array([f"drug {number}" for number in range(len(x))], dtype=object)
    signatures = pd.DataFrame(
        {fields.DRUG: drug, fields.CELL_ID: "A375", fields.REPRESENTATIVE: True}
    )
    compendium = Compendium("bench", "random", "", True, x, signatures, pd.DataFrame(), report={})
    return compendium, TrainingSet(np.arange(len(x)), positive, drug, "others", "")


def keras_alone(x: np.ndarray, positive: np.ndarray, fold: np.ndarray, held_out: int) -> Turn:
    """`keras_fold` in a process of its own, so that its memory is not counted as GPAR's."""
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        return process.submit(keras_fold, x, positive, fold == held_out).result()


def keras_fold(x: np.ndarray, positive: np.ndarray, held_out: np.ndarray) -> Turn:
    """One fold: the paper's network, batch 128, 2,000 steps. Importing Keras does not count."""
    import keras  # noqa: PLC0415

    started = time.monotonic()
    layers: list[keras.Layer] = [keras.Input((x.shape[1],))]
    for width in (978, 512, 256):
        l1 = keras.regularizers.L1(1e-5)
        layers += [keras.layers.Dense(width, "relu", kernel_regularizer=l1)]
        layers += [keras.layers.Dropout(0.1)]
    network = keras.Sequential([*layers, keras.layers.Dense(1, "sigmoid")])
    network.compile("adam", "binary_crossentropy")
    seen = np.flatnonzero(~held_out)
    steps_per_epoch = -(-len(seen) // 128)
    network.fit(x[seen], positive[seen], batch_size=128, epochs=2000 // steps_per_epoch, verbose=0)
    found = network.predict(x[held_out], verbose=0)[:, 0]
    return time.monotonic() - started, *_quality(positive[held_out], found)


def start(pool: FitPool) -> float:
    """Seconds until the processes of 'paper' have imported TensorFlow and traced the graph."""
    started = time.monotonic()
    x = np.random.default_rng(0).normal(size=(300, 978))
    positive = np.arange(300) < 100
    tasks = [FitTask(str(n), np.arange(300), positive, n) for n in range(pool.processes)]
    list(pool.fit_all(x, LayeredSettings(steps=1), tasks, report=silent))
    return time.monotonic() - started


def gpar(
    pool: FitPool,
    x: np.ndarray,
    positive: np.ndarray,
    fold: np.ndarray,
    settings: Settings,
    compared: int,
) -> Turn:
    """All folds and the final model; quality on one fold."""
    compendium, training_set = of_strangers(x, positive)
    started = time.monotonic()
    folds = Folds(K, fold, "drug")
    space = space_for(compendium, settings, seed=0, threads=pool.processes)
    if space is not None:
        matching = Matching(space, compendium, training_set, folds, 0)
        found = matching.held_out(threads=pool.processes)
        matching.network()
    else:
        tasks = [
            FitTask(str(number), np.flatnonzero(fold != number), positive, number)
            for number in range(K + 1)
        ]
        found = np.empty(len(x))
        for task, network in pool.fit_all(x, settings, tasks, report=silent):
            held_out = np.flatnonzero(fold == int(task.name))
            found[held_out] = score(network, x, held_out)
    seconds = time.monotonic() - started
    return seconds, *_quality(positive[fold == compared], found[fold == compared])


def _quality(positive: np.ndarray, found: np.ndarray) -> tuple[float, float]:
    return float(roc_auc_score(positive, found)), float(average_precision_score(positive, found))
