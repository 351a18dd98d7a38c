"""Fits side by side: what they give, and that nothing is left behind when they stop."""

import time
from contextlib import closing, suppress
from dataclasses import replace

import numpy as np
import psutil
import pytest
from sklearn.metrics import roc_auc_score

from gpar_core.errors import Cancelled, WorkerError
from gpar_core.learn.engine import FitTask, fit_all
from gpar_core.learn.presets import PRESETS
from gpar_core.progress import Progress, silent
from gpar_core.rank.scoring import score

QUICK = replace(
    PRESETS["fast"], steps=50, hidden=(16, 8), batch=32, input_dropout=0.2, learning_rate=0.02
)
ENDLESS = replace(QUICK, steps=1_000_000)


def _tasks(n: int = 3) -> tuple[np.ndarray, list[FitTask]]:
    rng = np.random.default_rng(0)
    positive = np.arange(120) % 4 == 0
    x = rng.normal(size=(120, 30)).astype(np.float32)
    x[positive, :5] += 3
    return x, [
        FitTask(f"fold {number}", np.flatnonzero(np.arange(120) % n != number), positive, number)
        for number in range(n)
    ]


def _children() -> list[psutil.Process]:
    """The processes at work; one that has just ended is none of them."""
    found = []
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            if "--multiprocessing-fork" in child.cmdline():
                found.append(child)
    return found


def test_every_task_is_trained_once_and_learns() -> None:
    x, tasks = _tasks()
    heard: list[Progress] = []
    found = dict(fit_all(x, QUICK, tasks, processes=2, report=heard.append))
    assert set(found) == set(tasks)
    for task, network in found.items():
        held_out = np.setdiff1d(np.arange(120), task.rows)
        scores = score(network, x[held_out])
        assert roc_auc_score(task.positive[held_out], scores) > 0.9
    done = [progress.done for progress in heard]
    assert done == sorted(done)
    assert {progress.total for progress in heard} == {150}
    assert not _children()


def test_a_wish_to_stop_ends_all_processes_soon() -> None:
    x, tasks = _tasks()

    def stop(progress: Progress) -> None:
        if progress.done > 0:
            raise Cancelled("enough")

    with pytest.raises(Cancelled):
        list(fit_all(x, ENDLESS, tasks, processes=2, report=stop))
    assert not _children()


def test_a_caller_that_asks_no_more_ends_all_processes() -> None:
    x, tasks = _tasks()
    with closing(fit_all(x, QUICK, tasks, processes=1, report=silent)) as fits:
        next(fits)
    assert not _children()


def test_a_process_that_dies_is_told_with_what_to_do() -> None:
    x, tasks = _tasks()

    def kill(progress: Progress) -> None:
        if progress.done > 0:
            for child in _children():
                with suppress(psutil.NoSuchProcess):
                    child.kill()
            time.sleep(0.1)

    with pytest.raises(WorkerError, match="try again"):
        list(fit_all(x, ENDLESS, tasks, processes=2, report=kill))
