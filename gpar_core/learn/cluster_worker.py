"""The part of a Dask worker in `cluster`: run one part of a computation at a time.

What it runs, and the software that both sides must agree on, travel in a `Package`.
"""

import hashlib
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Generic

import numpy as np
from threadpoolctl import threadpool_limits

import gpar_core
from gpar_core.errors import WorkerError
from gpar_core.learn.engine import Alone, FitTask, Part, Pool, Result, State, fit, prepare
from gpar_core.learn.presets import Settings
from gpar_core.progress import Progress, Report
from gpar_core.rank.scoring import Network

PACKAGES = ("distributed", "numpy", "pandas", "scikit-learn", "scipy", "tensorflow")

STEPS = "gpar-steps"
"""The topic under which workers report their steps."""


@dataclass(frozen=True, eq=False)
class Package(Generic[State]):
    """What all parts of a computation share. call: its id. software: see `software`."""

    call: str
    state: State
    software: Mapping[str, str]


@lru_cache(maxsize=1)
def software() -> dict[str, str]:
    """Names and versions of the software that must match everywhere for identical results."""
    code = hashlib.sha256()
    for path in sorted(Path(gpar_core.__file__).parent.rglob("*.py")):
        code.update(path.read_text("utf-8").encode())
    packages = {name: version(name) for name in PACKAGES}
    return {
        "Python": ".".join(map(str, sys.version_info[:2])),
        **packages,
        "the code of GPAR": code.hexdigest()[:12],
    }


def check_software(wanted: Mapping[str, str], who: str) -> None:
    """Raises WorkerError where this process and the other side run different software."""
    here = software()
    others = [
        f"{name} {here[name]}, not {wanted[name]}" for name in wanted if here[name] != wanted[name]
    ]
    if others:
        raise WorkerError(
            f"The {who} of the Dask cluster has {'; '.join(others)}. Install the same GPAR with "
            "the same requirements there, restart the scheduler and workers, and try again."
        )


_working = threading.Lock()
"""Trainers hold variables, so threads must not share them; and work takes one processor."""


def run_part(
    package: Package[State],
    number: int,
    work: Callable[[State, Part, Pool, Report], Result],
    part: Part,
) -> Result:
    from distributed import get_worker  # noqa: PLC0415

    worker = get_worker()
    stop_if_unwanted = _stopper(worker)

    def report(progress: Progress) -> None:
        loss = float(progress.values.get("loss", np.nan))
        done, total = int(progress.done), int(progress.total)
        worker.log_event(STEPS, (package.call, number, progress.stage, done, total, loss))
        stop_if_unwanted()

    with _working:
        stop_if_unwanted()
        check_software(package.software, f"worker {worker.address}")
        _begin(worker.local_directory)
        return work(package.state, part, Alone(), report)


def fit_part(
    state: tuple[np.ndarray, Settings], task: FitTask, pool: Pool, report: Report
) -> Network:
    _prepare()
    x, settings = state
    return fit(x, settings, task, report=report)


def _stopper(worker: Any) -> Callable[[], None]:
    """A function that ends this thread's current task if nobody is waiting for it any more.

    Dask does not end a running task that is canceled, or whose client has died; it only marks it.
    """
    from distributed import Reschedule  # noqa: PLC0415

    key = worker.get_current_task()

    def stop_if_unwanted() -> None:
        task = worker.state.tasks.get(key)
        if task is None or task.state == "cancelled":
            raise Reschedule  # runs again if somebody has requested it in the meantime

    return stop_if_unwanted


@lru_cache(maxsize=1)
def _begin(folder: str) -> None:
    tempfile.tempdir = folder  # TensorFlow leaves generated code there
    threadpool_limits(1)


@lru_cache(maxsize=1)
def _prepare() -> None:
    prepare()
