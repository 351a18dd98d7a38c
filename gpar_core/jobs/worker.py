"""Runs jobs, one after another: `python -m gpar_core.jobs.worker --cache DIR`.

The supervisor starts it and writes one order per line to its stdin:

    warm              get ready for a job that may come
    job ID ATTEMPT    run this claimed job

The end of stdin, because the supervisor closed it or died, is the order to exit. After a job that
may have left a broken state, a worker exits by itself. Its output during a job goes to `worker.log`
in the job's folder; the outcome of the job is in the store. The exit code is 0 after a regular
exit.
"""

import argparse
import gc
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from importlib import import_module
from pathlib import Path

import psutil
from filelock import Timeout

from gpar_core import processors
from gpar_core.analyses.library.request import LibraryRequest
from gpar_core.analyses.registry import found, kind_of
from gpar_core.analyses.training.request import TrainRequest
from gpar_core.errors import Cancelled, GparError, JobError, WorkerError
from gpar_core.jobs.events import EventLog
from gpar_core.jobs.job import State
from gpar_core.jobs.store import JobStore
from gpar_core.jobs.workers import WORKER_LOG, at_work
from gpar_core.learn.engine import FitPool, Pool
from gpar_core.learn.presets import LayeredSettings, preset
from gpar_core.processes import give_back_memory
from gpar_core.progress import Progress, Report
from gpar_core.storage.cache import Cache
from gpar_core.storage.disk import saying_full
from gpar_core.storage.requests import Request
from gpar_core.upkeep.care import take_care

BEAT_SECONDS = 0.5
LOCK_SECONDS = 10.0
FINISH_SECONDS = 60.0
"""Seconds to retry recording the end of a job, so that a brief problem does not lose its work."""
CANCEL_CHECK_SECONDS = 0.2
NICENESS = 10
"""Processes of a worker's pool: each takes 0.3 GB of memory."""

SCIENCE = (
    "gpar_core.analyses.run_job",
    "gpar_core.analyses.training.run",
    "gpar_core.learn.training",
    "gpar_core.maps.tsne",
)
"""Modules that a training imports, which takes seconds."""

Run = Callable[[Request, Cache, Report, Pool], None]
Warm = Callable[[FitPool], None]


class Claim:
    """One attempt at one job, with the calls by which its process reports to the store."""

    def __init__(self, cache: Cache, job_id: str, attempt: int) -> None:
        self.log_path = cache.job(job_id) / WORKER_LOG
        self._store = JobStore(cache)
        self._events = EventLog(cache.job(job_id))
        self._job_id = job_id
        self._attempt = attempt
        self._pid: int | None = None
        self._latest = Progress("Starting")
        self._next_check = 0.0
        self._at_work = at_work(cache, job_id, attempt)

    def begin(self) -> tuple[Request, str]:
        """The request and its cluster, once this process is recorded.

        Raises WorkerError if the claim was lost.
        """
        # Before the process is recorded; the supervisor may briefly hold it.
        try:
            self._at_work.acquire(timeout=LOCK_SECONDS)
        except Timeout as error:
            raise WorkerError(
                "An earlier process is still working on this job. Try again in a minute."
            ) from error
        process = psutil.Process()
        created = process.create_time()
        if not self._store.register(self._job_id, self._attempt, process.pid, created):
            raise WorkerError(f"Attempt {self._attempt} of job {self._job_id} was abandoned.")
        self._pid = process.pid
        job = self._store.get(self._job_id)
        if job.request is None:
            raise WorkerError(job.error)
        return job.request, job.cluster

    def report(self, progress: Progress) -> None:
        """Pass a progress event on. Raises Cancelled if the job is to stop."""
        self._events.append(progress)
        self._latest = progress
        now = time.monotonic()
        if now >= self._next_check:
            self._next_check = now + CANCEL_CHECK_SECONDS
            if self._should_stop():
                raise Cancelled("Cancelled.")

    def _should_stop(self) -> bool:
        try:
            return self._store.should_stop(self._job_id, self._attempt, self._pid)
        except JobError as error:  # not worth losing the work
            _tell(f"Cannot check whether to stop: {error}")
            return False

    @contextmanager
    def beating(self) -> Iterator[None]:
        """Write heartbeat and latest progress on a timer, so that a long numpy call seems alive."""
        stop = threading.Event()
        thread = threading.Thread(target=self._beat, args=(stop,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def _beat(self, stop: threading.Event) -> None:
        last = False
        while not last:
            last = stop.wait(BEAT_SECONDS)  # once more after the end, for the last progress
            try:
                self._store.heartbeat(self._job_id, self._attempt, self._latest, self._pid)
            except JobError as error:
                _tell(f"Cannot write the heartbeat: {error}")

    def finish(self, state: State, message: str = "") -> None:
        """Record how the attempt ended; if the list of jobs is busy, retry.

        Raises JobError if it stays busy.
        """
        deadline = time.monotonic() + FINISH_SECONDS
        while True:
            try:
                self._store.finish(self._job_id, self._attempt, state, message, self._pid)
            except JobError as error:
                if time.monotonic() > deadline:
                    raise
                _tell(f"Cannot record the end of the job yet: {error}")
                time.sleep(BEAT_SECONDS)
            else:
                self._at_work.release()
                with suppress(OSError):
                    Path(self._at_work.lock_file).unlink(missing_ok=True)
                return


def run_science(request: Request, cache: Cache, report: Report, pool: Pool) -> None:
    """Run the request."""
    if _trains_networks(request):
        pool.warm()
    with _importing:
        run = import_module(SCIENCE[0]).run_job
        found(kind_of(request).run)
    run(request, cache, report, pool)
    take_care(cache)


def _trains_networks(request: Request) -> bool:
    """Whether the processes of a pool are certainly needed."""
    if isinstance(request, TrainRequest | LibraryRequest):
        return isinstance(preset(request.method.preset), LayeredSettings)
    return False


def warm_science(pool: FitPool) -> None:
    """Get ready for a training in the background."""
    threading.Thread(target=_import_science).start()


def _import_science() -> None:
    with _importing:
        for name in SCIENCE:
            import_module(name)


_importing = threading.Lock()
"""Two threads that import the same packages in different orders can see a partial import."""


def main(
    arguments: Sequence[str] | None = None, run: Run = run_science, warm: Warm = warm_science
) -> int:
    """Follow the orders on stdin."""
    parser = argparse.ArgumentParser(description="Carry out claimed jobs.")
    parser.add_argument("--cache", type=Path, required=True)
    cache = Cache(parser.parse_args(arguments).cache)
    lower_priority()
    with FitPool(processors.usable()) as pool:
        for line in sys.stdin:
            match line.split():
                case ["warm"]:
                    warm(pool)
                case ["job", job_id, attempt]:
                    if not _carry_out(Claim(cache, job_id, int(attempt)), cache, pool, run):
                        break
                    gc.collect()
                    give_back_memory()
    return 0


def lower_priority() -> None:
    """Let pages and other programs go first."""
    process = psutil.Process()
    if sys.platform == "win32":
        process.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
    else:
        process.nice(max(process.nice(), NICENESS))


def _carry_out(claim: Claim, cache: Cache, pool: FitPool, run: Run) -> bool:
    """Run one job to its end; False if this process should not run another."""
    sound, state, message = True, State.DONE, ""
    try:
        with saying_full(cache.jobs), _output_to(claim.log_path):
            request, cluster = claim.begin()
            with claim.beating(), _pool_on(cluster, pool) as trains:
                run(request, cache, claim.report, trains)
    except Cancelled as error:
        state, message = State.CANCELLED, str(error)
    except GparError as error:
        sound, state, message = not isinstance(error, WorkerError), State.FAILED, str(error)
    except Exception:  # noqa: BLE001
        # The last resort for any bug: only through its job can the process inform the user.
        sound, state = False, State.FAILED
        message = (
            "Something went wrong inside GPAR. Try again; if it happens again, tell the person "
            f"who runs GPAR. The details are in {claim.log_path}."
        )
    claim.finish(state, message)
    return sound


def _pool_on(cluster: str, local: FitPool) -> AbstractContextManager[Pool]:
    if not cluster:
        return nullcontext(local)
    with _importing:
        from gpar_core.learn.cluster import ClusterPool  # noqa: PLC0415
    return ClusterPool(cluster, local.processes)


@contextmanager
def _output_to(path: Path) -> Iterator[None]:
    """Redirect stdout and stderr of this process, including native code, to a file."""
    before = os.dup(1), os.dup(2)
    try:
        with path.open("wb") as file:
            _write_to(file.fileno(), file.fileno())
        yield
    except Cancelled:
        raise
    except Exception:
        _tell(traceback.format_exc())
        raise
    finally:
        _write_to(*before)
        for each in before:
            os.close(each)


def _write_to(output: int, errors: int) -> None:
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):  # the disk is full: the last output is lost
            stream.flush()
    os.dup2(output, 1)
    os.dup2(errors, 2)


def _tell(text: str) -> None:
    """Write to the log, if the disk allows."""
    with suppress(OSError):
        print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
