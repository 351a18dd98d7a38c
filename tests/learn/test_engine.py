"""Fits side by side: what they give, and that nothing is left behind when they stop."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest
from sklearn.metrics import roc_auc_score

from gpar_core.errors import Cancelled, WorkerError
from gpar_core.learn.engine import FitPool, FitTask
from gpar_core.learn.presets import LayeredSettings, Settings
from gpar_core.progress import Progress, silent
from gpar_core.rank.scoring import Network, score
from tests.processes import lives
from tests.waiting import until

QUICK = LayeredSettings(steps=50, hidden=(16, 8), batch=32, learning_rate=0.02)
ENDLESS = replace(QUICK, steps=1_000_000)

WARM = "pool.warm(); print(flush=True); time.sleep(600)"
AT_WORK = """
import numpy as np
from gpar_core.learn.engine import FitTask
from gpar_core.learn.presets import LayeredSettings

rows = np.arange(100)
tasks = [FitTask(str(seed), rows, rows % 4 == 0, seed) for seed in range(2)]
settings = LayeredSettings(hidden=(8,), steps=10**9)
report = lambda progress: progress.done and print(flush=True)
list(pool.fit_all(np.ones((100, 30)), settings, tasks, report=report))
"""


def _tasks(n: int = 3) -> tuple[np.ndarray, list[FitTask]]:
    rng = np.random.default_rng(0)
    positive = np.arange(120) % 4 == 0
    x = rng.normal(size=(120, 30)).astype(np.float32)
    x[positive, :5] += 3
    return x, [
        FitTask(f"fold {number}", np.flatnonzero(np.arange(120) % n != number), positive, number)
        for number in range(n)
    ]


def _children(process: psutil.Process | None = None) -> list[psutil.Process]:
    """The processes at work; one that has just ended is none of them."""
    found = []
    for child in (process or psutil.Process()).children(recursive=True):
        with suppress(psutil.Error):
            if "--multiprocessing-fork" in child.cmdline():
                found.append(child)
    return found


def _stop(progress: Progress) -> None:
    if progress.done > 0:
        raise Cancelled("enough")


def _networks(pool: FitPool, settings: Settings = QUICK) -> dict[str, Network]:
    x, tasks = _tasks()
    found = pool.fit_all(x, settings, tasks, report=silent)
    return {task.name: network for task, network in found}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the pool of these tests keeps its files."""
    return tmp_path_factory.mktemp("temporary")


@pytest.fixture(scope="module")
def pool(folder: Path) -> Iterator[FitPool]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(folder))
        pool = FitPool(2)
    with pool:
        yield pool
    assert not list(folder.iterdir())


def test_every_task_is_trained_once_and_learns(pool: FitPool) -> None:
    x, tasks = _tasks()
    heard: list[Progress] = []
    found = dict(pool.fit_all(x, QUICK, tasks, report=heard.append))
    assert set(found) == set(tasks)
    for task, network in found.items():
        held_out = np.setdiff1d(np.arange(120), task.rows)
        scores = score(network, x[held_out])
        assert roc_auc_score(task.positive[held_out], scores) > 0.9
    done = [progress.done for progress in heard]
    assert done == sorted(done)
    assert {progress.total for progress in heard} == {150}


def test_a_wish_to_stop_ends_the_fits_and_the_same_processes_go_on(pool: FitPool) -> None:
    pool.warm()
    before = set(_children())
    x, tasks = _tasks()
    with pytest.raises(Cancelled):
        list(pool.fit_all(x, ENDLESS, tasks, report=_stop))
    assert set(_networks(pool)) == {task.name for task in tasks}
    assert set(_children()) == before


def test_a_caller_that_asks_no_more_ends_the_fits(pool: FitPool) -> None:
    x, tasks = _tasks()
    with closing(pool.fit_all(x, QUICK, tasks, report=silent)) as fits:
        next(fits)
    assert len(_networks(pool)) == 3


def test_what_a_pool_did_before_does_not_show(pool: FitPool, folder: Path) -> None:
    x, tasks = _tasks()
    for hidden in ((8,), (4,), (16, 8)):
        _networks(pool, replace(QUICK, hidden=hidden, steps=3))
    used = _networks(pool)
    with FitPool(1) as fresh:
        for task, network in fresh.fit_all(x, QUICK, tasks[::-1], report=silent):
            for one, other in zip(network.weights, used[task.name].weights, strict=True):
                np.testing.assert_array_equal(one, other)
    assert not list(folder.rglob("*.npy"))


def test_a_process_that_dies_is_told_with_what_to_do_and_replaced(pool: FitPool) -> None:
    x, tasks = _tasks()

    def kill(progress: Progress) -> None:
        if progress.done > 0:
            for child in _children():
                with suppress(psutil.NoSuchProcess):
                    child.kill()
            time.sleep(0.1)

    with pytest.raises(WorkerError, match="try again"):
        list(pool.fit_all(x, ENDLESS, tasks, report=kill))
    assert len(_networks(pool)) == 3


def test_a_pool_that_ends_leaves_neither_processes_nor_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = set(_children())
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with FitPool(2) as pool:
        pool.warm()
        until(lambda: len(set(_children()) - before) == 2, saw=_children)
    assert set(_children()) == before
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("does", [WARM, AT_WORK], ids=["warm", "at work"])
def test_the_processes_of_a_killed_owner_end(tmp_path: Path, does: str) -> None:
    start = "import time; from gpar_core.learn.engine import FitPool; pool = FitPool(2)\n"
    owner = subprocess.Popen(
        [sys.executable, "-c", start + does],
        stdout=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(tmp_path), "TEMP": str(tmp_path)},
    )
    with owner:
        assert owner.stdout is not None
        owner.stdout.readline()

        def both() -> list[psutil.Process]:
            """One that is just starting does not look like a process of the pool yet."""
            found = _children(psutil.Process(owner.pid))
            return found if len(found) == 2 else []

        children = until(both, unless=lambda: owner.poll() is not None and "the owner has ended")
        owner.kill()
    until(
        lambda: not (any(map(lives, children)) or list(tmp_path.iterdir())),
        saw=lambda: [*children, *tmp_path.iterdir()],
    )
