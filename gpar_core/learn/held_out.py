"""Held-out scores of networks on given folds."""

from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace

import numpy as np

from gpar_core.data.learning_set import LearningSet
from gpar_core.learn.engine import FitTask, Pool
from gpar_core.learn.folds import Folds
from gpar_core.learn.presets import Settings
from gpar_core.progress import Progress, Report, silent
from gpar_core.rank.scoring import score

STAGE = "Cross-validation"


def held_out_scores(
    learning: LearningSet,
    positive: np.ndarray,
    folds: Folds,
    settings: Settings,
    *,
    seed: int,
    pool: Pool,
    report: Report = silent,
    only: Iterable[int] | None = None,
) -> np.ndarray:
    """Score each signature of the training set by the network that did not see its fold.

    learning: the training set, of n signatures, with its reference. positive: (n,) bool. The
    networks are those of the folds of `training.train` with the same seed. only: the folds to be
    scored, None for all.

    Returns (n,) float32, NaN in the other folds. Raises WorkerError where a process dies.
    """
    tasks = [
        FitTask(str(k), np.flatnonzero(folds.fold != k), positive, seed + k + 1)
        for k in (range(folds.k) if only is None else only)
    ]
    x = learning.x[: learning.n_training]
    held_out = np.full(len(x), np.nan, np.float32)

    def on_steps(progress: Progress) -> None:
        report(replace(progress, stage=STAGE))

    with closing(pool.fit_all(learning, settings, tasks, report=on_steps)) as fits:
        for task, network in fits:
            rows = np.flatnonzero(folds.fold == int(task.name))
            held_out[rows] = score(network, x, rows)
    return held_out
