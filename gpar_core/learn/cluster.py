"""Fits side by side on a Dask cluster: as `engine`, with the processes on other computers.

The data travel with the tasks, so workers need no shared disk. The scheduler keeps them until the
tasks are done: if a worker is lost, Dask itself resends and repeats its tasks.

The result is that of `FitPool`, bit for bit where the processors are of one kind. Scheduler and
workers therefore run the same GPAR with the same packages, which is checked. A worker process fits
one network at a time, however many threads Dask gives it.
"""

import asyncio
import hashlib
import itertools
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from gpar_core.errors import WorkerError
from gpar_core.learn.engine import POLL_SECONDS, FitTask, fit, fit_here, prepare, together
from gpar_core.learn.presets import LinearSettings, Settings
from gpar_core.progress import Progress, Report
from gpar_core.rank import scoring
from gpar_core.rank.scoring import Network, scaled

if TYPE_CHECKING:  # it takes a second to import, and most trainings need no cluster
    from distributed import Client, Future

CONNECT_SECONDS = 10
PATIENCE_SECONDS = 60
"""Time without a response before checking whether the cluster has workers."""

STEPS = "gpar-steps"
"""The topic under which workers report their steps."""


@dataclass(frozen=True, eq=False)
class _Shared:
    """The data that all fits of a call share.

    call: its id. x: (n, n_genes) scaled signatures. software: see `_software`.
    """

    call: str
    x: np.ndarray
    settings: Settings
    software: Mapping[str, str]


class _Call:
    """The state of a running call.

    progress: (n_tasks, 2) steps and losses. done: futures, as they are done.
    heard: time of the last sign of life.
    """

    def __init__(self, n_tasks: int) -> None:
        self.id = uuid.uuid4().hex
        self.progress = np.zeros((n_tasks, 2))
        self.done: SimpleQueue[Future[Any]] = SimpleQueue()
        self.heard = time.monotonic()

    def hear(self, number: int, steps: int, loss: float) -> None:
        """Record a task's progress; a restarted task does not reduce it."""
        self.heard = time.monotonic()
        self.progress[number] = max(steps, self.progress[number, 0]), loss


class ClusterPool:
    """The workers of a Dask cluster, to train networks; a context manager.

    It connects when first needed, or at `warm`; the workers outlive it.
    """

    def __init__(self, address: str, processes: int) -> None:
        """address: of the scheduler, `tcp://HOST:PORT` or `tls://HOST:PORT`.

        processes: how many of this computer's cores work other than training may use.
        """
        self.address = address
        self.processes = processes
        self._client: Client | None = None
        self._connecting = threading.Lock()
        self._calls: dict[str, _Call] = {}
        self._turn = itertools.count()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._client is not None:
            self._client.close()

    def warm(self) -> None:
        """Connect. Raises WorkerError where no scheduler of the same version answers."""
        self._connected()

    def fit_all(
        self, x: np.ndarray, settings: Settings, tasks: Sequence[FitTask], *, report: Report
    ) -> Generator[tuple[FitTask, Network], None, None]:
        """Train all tasks; yield each as it is done. Several threads may call it at once.

        Takes the same arguments and stops in the same way as `FitPool.fit_all`. Another worker
        takes over the tasks of one that dies. Raises WorkerError where the cluster is gone, has no
        workers or different software, or where several workers die on one task.
        """
        if isinstance(settings, LinearSettings):
            yield from fit_here(x, settings, tasks, report=report)
            return
        call = _Call(len(tasks))
        client = self._connected()
        self._calls[call.id] = call
        fits: dict[Future[Network], int] = {}
        try:
            with self._explained():
                fits = self._send(client, call, x, settings, tasks)
            for future in self._as_done(client, call, len(tasks)):
                report(together(call.progress, len(tasks) * settings.steps))
                if future is not None:
                    number = fits.pop(future)
                    with self._explained():
                        network = future.result()
                    call.hear(number, settings.steps, call.progress[number, 1])
                    yield tasks[number], network
        finally:
            del self._calls[call.id]
            with suppress(*_gone()):
                client.cancel(list(fits))

    def _connected(self) -> "Client":
        with self._connecting:
            if self._client is None:
                self._client = self._connect()
                with self._explained():
                    self._client.run_on_scheduler(_check_software, _software(), "scheduler")
                self._client.subscribe_topic(STEPS, self._hear)
            return self._client

    def _connect(self) -> "Client":
        if find_spec("distributed") is None:
            raise WorkerError(
                "A Dask cluster needs the package distributed. Install it: pip install "
                "'gpar[cluster]'. Or train without --dask and GPAR_DASK."
            )
        import dask  # noqa: PLC0415
        from distributed import Client  # noqa: PLC0415

        # Otherwise Dask warns each time against sending signatures this way.
        dask.config.set({"distributed.admin.large-graph-warning-threshold": "1TB"})
        try:
            asyncio.run(_ask(self.address))
            return Client(self.address, timeout=CONNECT_SECONDS, set_as_default=False, name="gpar")
        except (OSError, TypeError, ValueError) as error:
            raise WorkerError(
                f"No Dask scheduler answers at {self.address} ({str(error) or 'silence'}). Check "
                "that it is running and can be reached from this computer, or train without "
                "--dask and GPAR_DASK."
            ) from error

    def _send(
        self,
        client: "Client",
        call: _Call,
        x: np.ndarray,
        settings: Settings,
        tasks: Sequence[FitTask],
    ) -> "dict[Future[Network], int]":
        x = scaled(x, settings.scaling)
        # As a task, not scattered, so that Dask can recreate it when all workers that had it are
        # dead.
        shared = client.submit(
            _Shared, call.id, x, settings, _software(),
            key=f"gpar-signatures-{call.id}", priority=1,
        )  # fmt: skip
        workers = sorted(client.nthreads())
        fits = {}
        for number, task in enumerate(tasks):
            # By default, Dask runs everything where the signatures are, until others steal tasks.
            preferred = [workers[next(self._turn) % len(workers)]] if workers else None
            future = client.submit(
                _fit, shared, number, task,
                key=(f"gpar-fit-{call.id}", number),
                workers=preferred, allow_other_workers=preferred is not None,
            )  # fmt: skip
            future.add_done_callback(call.done.put)
            fits[future] = number
        return fits

    def _as_done(self, client: "Client", call: _Call, n: int) -> "Iterator[Future[Network] | None]":
        """The `n` futures of a call as they are done, and None every `POLL_SECONDS` between."""
        while n:
            try:
                future = call.done.get(timeout=POLL_SECONDS)
            except Empty:
                self._look_for_workers(client, call)
                yield None
            else:
                n -= 1
                yield future

    def _look_for_workers(self, client: "Client", call: _Call) -> None:
        if time.monotonic() - call.heard < PATIENCE_SECONDS:
            return
        call.heard = time.monotonic()
        with self._explained():
            if not client.nthreads():
                raise WorkerError(
                    f"The Dask cluster at {self.address} has no workers. Start some "
                    f"(python -m dask worker {self.address} --nthreads 1) and try again."
                )

    def _hear(self, event: tuple[float, tuple[str, int, int, float]]) -> None:
        _, (call_id, number, steps, loss) = event
        call = self._calls.get(call_id)  # the topic is that of all who train on the cluster
        if call is not None:
            call.hear(number, steps, loss)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn errors of Dask into a WorkerError that explains the cause and the remedy."""
        from distributed import KilledWorker  # noqa: PLC0415

        try:
            yield
        except KilledWorker as error:
            raise WorkerError(
                "Several training runs in a row died on the Dask cluster, possibly for lack of "
                "memory. Give its workers more memory, or choose fewer drugs or cell lines, and "
                "try again."
            ) from error
        except _gone() as error:
            raise WorkerError(
                f"The connection to the Dask cluster at {self.address} was lost ({error}). Check "
                "that its scheduler is running, then try again."
            ) from error
        except ImportError as error:
            raise WorkerError(
                f"A process of the Dask cluster at {self.address} cannot import what it needs "
                f"({error}). Start the scheduler and workers in GPAR's folder with its "
                "environment."
            ) from error


async def _ask(address: str) -> None:
    """Raises OSError, TypeError or ValueError where no scheduler answers.

    `Client` itself would wait forever where something else listens, such as the dashboard.
    """
    from distributed import Security, rpc  # noqa: PLC0415

    security = Security().get_connection_args("client")
    async with rpc(address, timeout=CONNECT_SECONDS, connection_args=security) as scheduler:
        await asyncio.wait_for(scheduler.identity(), 2 * CONNECT_SECONDS)


def _gone() -> tuple[type[Exception], ...]:
    """Errors that Dask raises when the scheduler is gone."""
    from distributed import CancelledError  # noqa: PLC0415
    from distributed.client import ClosedClientError  # noqa: PLC0415

    return (CancelledError, ClosedClientError, OSError)


# ----------------------------------------------------------------- what both sides must agree on


@lru_cache(maxsize=1)
def _software() -> dict[str, str]:
    """Names and versions of the software that must match everywhere for identical results."""
    code = hashlib.sha256()
    for path in [*sorted(Path(__file__).parent.glob("*.py")), Path(scoring.__file__)]:
        code.update(path.read_text("utf-8").encode())
    packages = {name: version(name) for name in ("distributed", "numpy", "tensorflow")}
    return {
        "Python": ".".join(map(str, sys.version_info[:2])),
        **packages,
        "the code of GPAR": code.hexdigest()[:12],
    }


def _check_software(wanted: Mapping[str, str], who: str) -> None:
    """Raises WorkerError where this process and the other side run different software."""
    here = _software()
    others = [
        f"{name} {here[name]}, not {wanted[name]}" for name in wanted if here[name] != wanted[name]
    ]
    if others:
        raise WorkerError(
            f"The {who} of the Dask cluster has {'; '.join(others)}. Install the same GPAR with "
            "the same requirements there, restart the scheduler and workers, and try again."
        )


# --------------------------------------------------------------------------------- in the workers


_fitting = threading.Lock()
"""Trainers hold variables, so threads must not share them."""


def _fit(shared: _Shared, number: int, task: FitTask) -> Network:
    from distributed import get_worker  # noqa: PLC0415

    worker = get_worker()
    stop_if_unwanted = _stopper(worker)

    def report(progress: Progress) -> None:
        loss = progress.values.get("loss", np.nan)
        worker.log_event(STEPS, (shared.call, number, progress.done, loss))
        stop_if_unwanted()

    with _fitting:
        stop_if_unwanted()
        _begin(worker.local_directory)
        _check_software(shared.software, f"worker {worker.address}")
        return fit(shared.x, shared.settings, task, report=report)


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
    prepare()
