"""Fits side by side: one process and one TensorFlow thread each.

One thread in each of many processes does more steps a second than many threads in one. The
processes read the signatures from one memory-mapped file; each traces its graph once and uses it
for every fit that comes its way.
"""

import multiprocessing
import queue
import tempfile
from collections.abc import Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from gpar_core.errors import Cancelled, WorkerError
from gpar_core.learn.presets import Settings
from gpar_core.progress import Progress, Report
from gpar_core.rank.scoring import Network, scaled

POLL_SECONDS = 0.25


@dataclass(frozen=True, eq=False)
class FitTask:
    """One network to train. rows: of the signatures. positive: (n,) of all signatures."""

    name: str
    rows: np.ndarray
    positive: np.ndarray
    seed: int


def fit_all(
    x: np.ndarray,
    settings: Settings,
    tasks: Sequence[FitTask],
    *,
    processes: int,
    report: Report,
) -> Generator[tuple[FitTask, Network], None, None]:
    """Train all tasks, `processes` at a time; yield each as it is done.

    x: (n, n_genes) z-scores. report: gets steps of all tasks together, and raises to stop; then,
    or when the caller stops asking, every process ends within `STEPS_PER_CALL` steps.

    A task's result depends on itself alone, not on the number of processes or their order.
    Raises WorkerError where a process dies.
    """
    with tempfile.TemporaryDirectory(prefix="gpar-") as folder:
        x_file = Path(folder) / "x.npy"
        np.save(x_file, scaled(x, settings.scaling))
        yield from _in_processes(x_file, settings, tasks, min(processes, len(tasks)), report)


def _in_processes(
    x_file: Path, settings: Settings, tasks: Sequence[FitTask], processes: int, report: Report
) -> Generator[tuple[FitTask, Network], None, None]:
    context = multiprocessing.get_context("spawn")
    news, stop = context.Queue(), context.Event()
    pool = ProcessPoolExecutor(processes, context, _begin, (news, stop))
    try:
        waiting: dict[Future[Network], FitTask] = {
            pool.submit(_fit, str(x_file), settings, number, task): task
            for number, task in enumerate(tasks)
        }
        steps = np.zeros(len(tasks), dtype=np.int64)
        while waiting:
            done, _ = wait(waiting, timeout=POLL_SECONDS, return_when=FIRST_COMPLETED)
            _pass_on(news, steps, len(tasks) * settings.steps, report)
            for future in done:
                yield waiting.pop(future), future.result()
    except BrokenProcessPool as error:
        raise WorkerError(
            "A training process died, possibly for lack of memory. Close other programs, or choose "
            "fewer drugs or cell lines, and try again."
        ) from error
    finally:
        stop.set()
        pool.shutdown(cancel_futures=True)


def _pass_on(news: Any, steps: np.ndarray, total: int, report: Report) -> None:
    loss = None
    while True:
        try:
            number, step, loss = news.get_nowait()
        except queue.Empty:
            break
        steps[number] = step
    values = {} if loss is None else {"loss": loss}
    report(Progress("Training", int(steps.sum()), total, values=values))


# ------------------------------------------------------------------------- in the processes

_channel: list[Any] = []


def _begin(news: Any, stop: Any) -> None:
    _channel[:] = [news, stop]
    # The network's module brings TensorFlow: every process pays for it once, at the same time.
    from gpar_core.learn import network  # noqa: PLC0415

    network.use_one_thread()


def _fit(x_file: str, settings: Settings, number: int, task: FitTask) -> Network:
    news, stop = _channel

    def report(progress: Progress) -> None:
        news.put((number, progress.done, progress.values["loss"]))
        if stop.is_set():
            raise Cancelled("Cancelled.")

    trainer = _trainer(settings, _signatures(x_file).shape[1])
    return trainer.fit(
        _signatures(x_file), task.positive, rows=task.rows, seed=task.seed, report=report
    )


@cache
def _trainer(settings: Settings, n_genes: int) -> Any:
    from gpar_core.learn.network import Trainer  # noqa: PLC0415

    return Trainer(settings, n_genes)


@cache
def _signatures(x_file: str) -> np.ndarray:
    return np.load(x_file, mmap_mode="r")
