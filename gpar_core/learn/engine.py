"""Parallel fits in long-lived processes, with one TensorFlow thread each.

One thread in each of many processes does more steps per second than many threads in one. Starting
such a process takes seconds, so one pool serves any number of trainings.

During a call the two sides share one folder: the signatures, the progress, and a stop file. No lock
is shared, so a process that dies leaves nobody waiting for it.
"""

import multiprocessing
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing.connection import Connection
from multiprocessing.connection import wait as wait_for
from pathlib import Path
from typing import Any, Generic, Protocol, Self, TypeVar

import numpy as np
from numpy.lib.format import open_memmap
from threadpoolctl import threadpool_limits

from gpar_core.errors import Cancelled, WorkerError
from gpar_core.learn.presets import LayeredSettings, LinearSettings, Settings
from gpar_core.progress import Progress, Report, silent
from gpar_core.rank.scoring import Network, scaled
from gpar_core.storage import scratch
from gpar_core.storage.disk import reserve
from gpar_core.storage.scratch import Scratch

POLL_SECONDS = 0.25
BLOCK_ROWS = 1024
TRIES = 20
SIGNATURES = "x.npy"
PROGRESS, STOP, OUTPUT = "progress.npy", "stop", "output.log"


@dataclass(frozen=True, eq=False)
class FitTask:
    """One network to train. rows: of the training set. positive: (n_training,) bool."""

    name: str
    rows: np.ndarray
    positive: np.ndarray
    seed: int


State = TypeVar("State")
State_co = TypeVar("State_co", covariant=True)
Part = TypeVar("Part")
Result = TypeVar("Result")


class Shared(Protocol[State_co]):
    """What the parts of a long computation share, wherever they run.

    at_once: how many parts to run at once, each by a `call` in a thread of its own.
    """

    @property
    def at_once(self) -> int: ...

    def call(
        self, work: Callable[[State_co, Part, "Pool", Report], Result], part: Part, report: Report
    ) -> Result:
        """`work(state, part, pool, report)`, perhaps on another computer; raises what it raises.

        work: a function of a module. Its pool trains networks where it runs. report: gets its
        progress and may raise to stop.
        """


class Pool(Protocol):
    """Runs work in parallel: here `FitPool`, on a cluster `cluster.ClusterPool`.

    processes: how many of this computer's cores work other than training may use.
    """

    processes: int

    def sharing(
        self, state: State, *, at_once: int, fits: bool = False
    ) -> AbstractContextManager[Shared[State]]:
        """Share what the parts of a long computation need, while the block runs.

        at_once: parts at once if they run in this process. fits: whether they train networks by
        the pool; such parts stay in this process.
        """

    def warm(self) -> None:
        """Start getting ready, without waiting."""

    def fit_all(
        self, x: np.ndarray, settings: Settings, tasks: Sequence[FitTask], *, report: Report
    ) -> Generator[tuple[FitTask, Network], None, None]:
        """Train all tasks; yield each as it is done. Called by several threads at once."""


@dataclass(frozen=True, eq=False)
class Here(Generic[State_co]):
    """`Shared` in this process. pool: trains the networks of the parts."""

    state: State_co
    pool: Pool
    at_once: int

    def call(
        self, work: Callable[[State_co, Part, Pool, Report], Result], part: Part, report: Report
    ) -> Result:
        """As in `Shared`."""
        return work(self.state, part, self.pool, report)


class Alone:
    """A pool that is this process, for methods that train no networks in TensorFlow."""

    processes = 1

    def warm(self) -> None:
        """Has no effect."""

    def sharing(
        self, state: State, *, at_once: int, fits: bool = False
    ) -> AbstractContextManager[Shared[State]]:
        """As in `Pool`, in this process."""
        return nullcontext(Here(state, self, at_once))

    def fit_all(
        self, x: np.ndarray, settings: Settings, tasks: Sequence[FitTask], *, report: Report
    ) -> Generator[tuple[FitTask, Network], None, None]:
        """As in `Pool`. Raises TypeError for networks."""
        if not isinstance(settings, LinearSettings):
            raise TypeError(f"{type(settings).__name__} needs processes that train.")
        yield from fit_here(x, settings, tasks, report=report)


class FitPool(Alone):
    """Processes of this computer that train networks; a context manager.

    They start when first needed, or at `warm`, and end with the block, or with the process that
    owns them, however it ends. Between calls they keep the traced graphs of the last settings, but
    no data.
    """

    def __init__(self, processes: int) -> None:
        self.processes = processes
        self._scratch = Scratch()
        self._context = multiprocessing.get_context("spawn")
        # Nothing is ever sent: it closes when this end is closed, or when this process ends.
        self._far_end, self._lifeline = self._context.Pipe(duplex=False)
        self._executor = self._new_executor()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._lifeline.close()
        self._executor.shutdown(cancel_futures=True)
        self._far_end.close()
        self._scratch.remove()

    def warm(self) -> None:
        """Start all processes, which takes seconds, without waiting for them.

        Has no effect while they are running. If one has died since the last call, all start again.
        """
        self._scratch.make()
        try:
            self._greet_each()
        except BrokenProcessPool:
            self._executor = self._new_executor()
            self._greet_each()

    def fit_all(
        self, x: np.ndarray, settings: Settings, tasks: Sequence[FitTask], *, report: Report
    ) -> Generator[tuple[FitTask, Network], None, None]:
        """Train all tasks; yield each as it is done.

        x: (n, n_genes) z-scores of the training set. report: gets the steps of all tasks together,
        and raises to stop; then, or when the caller stops iterating, every fit ends within
        `STEPS_PER_CALL` steps, and the pool is ready for the next call. Linear models are fitted in
        this process instead.

        A task's result depends on the task alone: not on the number of processes, their order or
        what they did before. Raises WorkerError where a process dies.
        """
        if isinstance(settings, LinearSettings):
            yield from super().fit_all(x, settings, tasks, report=report)
            return
        self.warm()
        with tempfile.TemporaryDirectory(
            dir=self._scratch.folder, ignore_cleanup_errors=True
        ) as name:
            folder = Path(name)
            _write(folder, x, settings)
            progress = open_memmap(folder / PROGRESS, "w+", np.float64, (len(tasks), 2))
            running: dict[Future[Network], FitTask] = {}
            try:
                for number, task in enumerate(tasks):
                    running[self._executor.submit(_fit, folder, settings, number, task)] = task
                while running:
                    done, _ = wait(running, timeout=POLL_SECONDS, return_when=FIRST_COMPLETED)
                    report(together(progress, len(tasks) * settings.steps))
                    for future in done:
                        yield running.pop(future), future.result()
            except BrokenProcessPool as error:
                error.add_note(f"Its last output, if any:\n{self._last_words()}")
                raise WorkerError(
                    "A training process died, possibly for lack of memory. Close other programs, "
                    "or choose fewer drugs or cell lines, then try again."
                ) from error
            finally:
                (folder / STOP).touch()
                wait(running)

    def _new_executor(self) -> ProcessPoolExecutor:
        begin_with = (self._far_end, self._scratch.folder)
        return ProcessPoolExecutor(self.processes, self._context, _begin, begin_with)

    def _greet_each(self) -> None:
        for _ in range(self.processes):
            self._executor.submit(_greet)

    def _last_words(self) -> str:
        output = self._scratch.folder / OUTPUT
        return output.read_text("utf-8", errors="replace")[-2000:] if output.exists() else ""


def _write(folder: Path, x: np.ndarray, settings: Settings) -> None:
    # In blocks, so that no second copy of the whole matrix is in memory on its way to the disk.
    target = open_memmap(folder / SIGNATURES, "w+", np.float32, x.shape)
    reserve(folder / SIGNATURES)
    for start in range(0, len(x), BLOCK_ROWS):
        block = slice(start, start + BLOCK_ROWS)
        target[block] = scaled(x[block], settings.scaling)


def together(progress: np.ndarray, total: int) -> Progress:
    """Summarize the steps and losses of all tasks, (n_tasks, 2); the loss is the mean of those
    begun.
    """
    steps, losses = np.array(progress).T
    told = (steps > 0) & np.isfinite(losses)
    values = {"loss": float(losses[told].mean())} if told.any() else {}
    return Progress("Training", int(steps.sum()), total, values=values)


# ------------------------------------------------------------------------- in the processes


def _begin(lifeline: Connection, folder: Path) -> None:
    try:
        with (folder / OUTPUT).open("ab") as output:
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
    except FileNotFoundError:  # the pool has ended, and another process has cleaned up
        scratch.forget_lock(folder)
        raise
    tempfile.tempdir = str(folder)  # TensorFlow leaves the code that it generates there
    threading.Thread(target=_end_with, args=(lifeline, folder), daemon=True).start()
    prepare()


def _end_with(lifeline: Connection, folder: Path) -> None:
    """End this process when its pool is gone, even in the middle of work."""
    wait_for([lifeline])
    for _ in range(TRIES):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():  # another thread or process may have just written a file
            break
    scratch.forget_lock(folder)
    os._exit(1)


def prepare() -> None:
    """Make this process one of many that train. Call it before the first use of TensorFlow."""
    # TensorFlow imports Keras if it can, which takes half of its time and memory; we do not use
    # it.
    sys.modules["keras"] = None  # type: ignore[assignment]
    # By default only on processors made for networks; others gain a quarter from it.
    os.putenv("TF_ENABLE_ONEDNN_OPTS", "1")
    from gpar_core.learn import steps  # noqa: PLC0415

    steps.be_one_of_many()
    threadpool_limits(1)  # numpy's products too, so that the result does not depend on the machine


def fit(x: np.ndarray, settings: Settings, task: FitTask, *, report: Report) -> Network:
    """Train one network in a prepared process, one at a time: the last trainers are kept.

    x: (n, n_genes) scaled signatures. report: gets step and loss, and may raise to stop.
    """
    return _trainer(settings, x.shape[1]).fit(
        x, task.positive, rows=task.rows, seed=task.seed, report=report
    )


def fit_here(
    x: np.ndarray, settings: LinearSettings, tasks: Sequence[FitTask], *, report: Report
) -> Generator[tuple[FitTask, Network], None, None]:
    """Train all tasks in this process, which needs no TensorFlow. Arguments as in `fit_all`."""
    x = scaled(x, settings.scaling)
    for number, task in enumerate(tasks):
        report(Progress("Training", number, len(tasks)))
        yield task, fit(x, settings, task, report=silent)


def _greet() -> None:
    """Takes no time, but starts a process."""


def _fit(folder: Path, settings: Settings, number: int, task: FitTask) -> Network:
    _stop_if_told(folder)
    x = np.load(folder / SIGNATURES, mmap_mode="r", allow_pickle=False)
    together = np.load(folder / PROGRESS, mmap_mode="r+", allow_pickle=False)

    def report(progress: Progress) -> None:
        together[number] = progress.done, progress.values.get("loss", np.nan)
        _stop_if_told(folder)

    return fit(x, settings, task, report=report)


def _stop_if_told(folder: Path) -> None:
    if (folder / STOP).exists():
        raise Cancelled("Cancelled.")


@lru_cache(maxsize=2)
def _trainer(settings: Settings, n_genes: int) -> Any:
    if isinstance(settings, LinearSettings):
        from gpar_core.learn.linear import LinearTrainer  # noqa: PLC0415

        return LinearTrainer(settings)
    if not isinstance(settings, LayeredSettings):
        raise TypeError(f"{type(settings).__name__} needs no trainer: see `matching`.")
    from gpar_core.learn.network import LayeredTrainer  # noqa: PLC0415

    return LayeredTrainer(settings, n_genes)
