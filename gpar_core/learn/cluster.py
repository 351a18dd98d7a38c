"""Work side by side on a Dask cluster: as `engine`, with the processes on other computers.

The data travel with the tasks, so workers need no shared disk; each worker gets them once for all
parts of a computation. The scheduler keeps them until the parts are done: if a worker is lost, Dask
itself resends and repeats its parts.

The result is that of `FitPool`, bit for bit where the processors are of one kind. Scheduler and
workers therefore run the same GPAR with the same packages, which is checked. A worker process does
one part at a time, however many threads Dask gives it.
"""

import asyncio
import itertools
import threading
import time
import uuid
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Generic, Self

import numpy as np

from gpar_core.errors import WorkerError
from gpar_core.learn.cluster_worker import (
    STEPS,
    Package,
    check_software,
    fit_part,
    run_part,
    software,
)
from gpar_core.learn.engine import (
    POLL_SECONDS,
    FitTask,
    Here,
    Part,
    Pool,
    Result,
    Shared,
    State,
    State_co,
    fit_here,
    together,
)
from gpar_core.learn.presets import LinearSettings, Settings
from gpar_core.progress import Progress, Report
from gpar_core.rank.scoring import Network, scaled

if TYPE_CHECKING:  # it takes a second to import, and most trainings need no cluster
    from distributed import Client, Future

CONNECT_SECONDS = 10
PATIENCE_SECONDS = 60
"""Time without a response before checking whether the cluster has workers."""

PER_WORKER = 2
"""Parts at once: one runs, and the next is there when it ends."""


class _Call:
    """A running computation: the latest progress of its parts.

    last_sign: time of the last sign of life.
    """

    def __init__(self) -> None:
        self.id = uuid.uuid4().hex
        self.numbers = itertools.count()
        self.progress: dict[int, Progress] = {}
        self.last_sign = time.monotonic()

    def hear(self, number: int, progress: Progress) -> None:
        """Record a part's progress; a restarted part does not reduce it within a stage."""
        self.last_sign = time.monotonic()
        before = self.progress.get(number)
        if before is None or before.stage != progress.stage or before.done <= progress.done:
            self.progress[number] = progress


class ClusterPool:
    """The workers of a Dask cluster; a context manager.

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

    def sharing(
        self, state: State, *, at_once: int, fits: bool = False
    ) -> AbstractContextManager[Shared[State]]:
        """As in `Pool`: the workers run the parts, unless `fits`. Raises what `fit_all` raises."""
        here: AbstractContextManager[Shared[State]] = nullcontext(Here(state, self, at_once))
        return here if fits else self._sharing(state)

    @contextmanager
    def _sharing(self, state: State) -> "Iterator[_There[State]]":
        client, call = self._connected(), _Call()
        self._calls[call.id] = call
        try:
            with self.explained():
                # As a task, not scattered, so that Dask can recreate it when all workers that had
                # it are dead.
                package = client.submit(
                    Package, call.id, state, software(),
                    key=f"gpar-shared-{call.id}", priority=1,
                )  # fmt: skip
                at_once = PER_WORKER * max(1, len(client.nthreads()))
            yield _There(self, client, call, package, at_once)
        finally:
            del self._calls[call.id]

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
        progress = np.zeros((len(tasks), 2))
        with self._sharing((scaled(x, settings.scaling), settings)) as there:
            for each in there.done(fit_part, tasks):
                for number, latest in dict(there.heard.progress).items():
                    progress[number] = latest.done, latest.values["loss"]
                if each is not None:
                    number, network = each
                    steps, values = settings.steps, {"loss": progress[number, 1]}
                    there.heard.hear(number, Progress("Training", steps, steps, values=values))
                    progress[number, 0] = steps
                report(together(progress, len(tasks) * settings.steps))
                if each is not None:
                    yield tasks[number], network

    def _connected(self) -> "Client":
        with self._connecting:
            if self._client is None:
                self._client = self._connect()
                with self.explained():
                    self._client.run_on_scheduler(check_software, software(), "scheduler")
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

    def preferred(self, client: "Client") -> list[str] | None:
        """The worker whose turn it is; None if there is none.

        By default, Dask runs everything where the data are, until others steal tasks.
        """
        workers = sorted(client.nthreads())
        return [workers[next(self._turn) % len(workers)]] if workers else None

    def look_for_workers(self, client: "Client", call: _Call) -> None:
        if time.monotonic() - call.last_sign < PATIENCE_SECONDS:
            return
        call.last_sign = time.monotonic()
        with self.explained():
            if not client.nthreads():
                raise WorkerError(
                    f"The Dask cluster at {self.address} has no workers. Start some "
                    f"(python -m dask worker {self.address} --nthreads 1) and try again."
                )

    def _hear(self, event: tuple[float, tuple[str, int, str, int, int, float]]) -> None:
        _, (call_id, number, stage, done, total, loss) = event
        call = self._calls.get(call_id)  # the topic is that of all who compute on the cluster
        if call is not None:
            call.hear(number, Progress(stage, done, total, values={"loss": loss}))

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Turn errors of Dask into a WorkerError that explains the cause and the remedy."""
        from distributed import KilledWorker  # noqa: PLC0415

        try:
            yield
        except KilledWorker as error:
            raise WorkerError(
                "Several workers of the Dask cluster died on the same task, possibly for lack of "
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


@dataclass(frozen=True, eq=False)
class _There(Generic[State_co]):
    """`Shared` on the workers. heard: what is heard of the parts. package: the state, there."""

    pool: ClusterPool
    client: "Client"
    heard: _Call
    package: "Future[Package[State_co]]"
    at_once: int

    def call(
        self, work: Callable[[State_co, Part, Pool, Report], Result], part: Part, report: Report
    ) -> Result:
        """As in `Shared`."""
        number = next(self.heard.numbers)
        for each in self._done(work, {number: part}):
            if each is not None:
                return each[1]
            report(self.heard.progress.get(number, Progress("Waiting for a worker")))
        raise AssertionError("A part has one result.")

    def done(
        self, work: Callable[[State_co, Part, Pool, Report], Result], parts: Sequence[Part]
    ) -> Generator[tuple[int, Result] | None, None, None]:
        """Number and result of each part as it is done, and None every `POLL_SECONDS` between."""
        return self._done(work, dict(enumerate(parts)))

    def _done(
        self, work: Callable[[State_co, Part, Pool, Report], Result], parts: Mapping[int, Part]
    ) -> Generator[tuple[int, Result] | None, None, None]:
        ended: SimpleQueue[Future[Result]] = SimpleQueue()
        running: dict[Future[Result], int] = {}
        try:
            with self.pool.explained():
                for number, part in parts.items():
                    preferred = self.pool.preferred(self.client)
                    future = self.client.submit(
                        run_part, self.package, number, work, part,
                        key=(f"gpar-part-{self.heard.id}", number),
                        workers=preferred, allow_other_workers=preferred is not None,
                    )  # fmt: skip
                    running[future] = number
                    future.add_done_callback(ended.put)
            while running:
                try:
                    future = ended.get(timeout=POLL_SECONDS)
                except Empty:
                    self.pool.look_for_workers(self.client, self.heard)
                    yield None
                else:
                    number = running.pop(future)
                    with self.pool.explained():
                        result = future.result()
                    self.heard.last_sign = time.monotonic()
                    yield number, result
        finally:
            if running:
                with suppress(*_gone()):
                    self.client.cancel(list(running))


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
