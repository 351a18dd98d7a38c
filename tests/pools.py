"""Pools that take the place of processes with TensorFlow."""

from collections.abc import Generator, Sequence

import numpy as np

from gpar_core.learn.engine import Alone, FitTask
from gpar_core.learn.presets import Settings
from gpar_core.progress import Progress, Report
from gpar_core.rank.scoring import LayeredNetwork


class Means(Alone):
    """A pool in this process whose networks point from the mean negative to the mean positive.

    It notes the tasks it was given.
    """

    def __init__(self) -> None:
        self.calls: list[list[FitTask]] = []

    def fit_all(
        self, x: np.ndarray, settings: Settings, tasks: Sequence[FitTask], *, report: Report
    ) -> Generator[tuple[FitTask, LayeredNetwork], None, None]:
        self.calls.append(list(tasks))
        for number, task in enumerate(tasks):
            report(Progress("Training", number, len(tasks)))
            of_task, positive = x[task.rows], task.positive[task.rows]
            weight = of_task[positive].mean(axis=0) - of_task[~positive].mean(axis=0)
            bias = np.float32([-(of_task.mean(axis=0) @ weight)])
            yield task, LayeredNetwork((weight[:, None],), (bias,), "none")
