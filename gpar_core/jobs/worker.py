"""One job in its own process: `python -m gpar_core.jobs.worker JOB_ID --cache DIR --attempt N`.

Started by the supervisor, which sends stdout and stderr to `worker.log` in the job's folder.
Exit code 0 if the job is done, 1 otherwise.
"""

import argparse
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

from gpar_core.cache import Cache
from gpar_core.errors import Cancelled, GparError, JobError, WorkerError
from gpar_core.jobs.events import EventLog
from gpar_core.jobs.request import Request
from gpar_core.jobs.store import JobStore, State
from gpar_core.progress import Progress, Report

LOG_NAME = "worker.log"
BEAT_SECONDS = 0.5
CANCEL_CHECK_SECONDS = 0.2
NICENESS = 10

Run = Callable[[Request, Cache, Report], None]


class Claim:
    """One attempt at one job: what its process may tell the store."""

    def __init__(self, cache: Cache, job_id: str, attempt: int) -> None:
        self.log_path = cache.job(job_id) / LOG_NAME
        self._store = JobStore(cache)
        self._events = EventLog(cache.job(job_id))
        self._job_id = job_id
        self._attempt = attempt
        self._latest = Progress("Starting")
        self._next_check = 0.0

    def begin(self) -> Request:
        """The request, once this process is noted. Raises WorkerError if the claim was lost."""
        process = psutil.Process()
        created = process.create_time()
        if not self._store.register(self._job_id, self._attempt, process.pid, created):
            raise WorkerError(f"Attempt {self._attempt} of job {self._job_id} was given up.")
        job = self._store.get(self._job_id)
        if job.request is None:
            raise WorkerError(job.error)
        return job.request

    def report(self, progress: Progress) -> None:
        """Pass a progress event on. Raises Cancelled if the job is to stop."""
        self._events.append(progress)
        self._latest = progress
        now = time.monotonic()
        if now >= self._next_check:
            self._next_check = now + CANCEL_CHECK_SECONDS
            if self._store.should_stop(self._job_id, self._attempt):
                raise Cancelled("Cancelled.")

    @contextmanager
    def beating(self) -> Iterator[None]:
        """Write heartbeat and latest progress by time: a long numpy call is not death."""
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
            last = stop.wait(BEAT_SECONDS)  # once more after the end: the last progress counts
            try:
                self._store.heartbeat(self._job_id, self._attempt, self._latest)
            except JobError as error:
                print(f"No heartbeat: {error}", file=sys.stderr)

    def finish(self, state: State, message: str = "") -> None:
        self._store.finish(self._job_id, self._attempt, state, message)


def main(arguments: Sequence[str] | None = None, run: Run | None = None) -> int:
    """Carry out one claimed job; `run` is `jobs.run.run_job` unless another is given."""
    parser = argparse.ArgumentParser(description="Carry out one claimed job.")
    parser.add_argument("job_id")
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--attempt", type=int, required=True)
    options = parser.parse_args(arguments)
    cache = Cache(options.cache)
    lower_priority()
    claim = Claim(cache, options.job_id, options.attempt)
    state, message = _outcome(claim, cache, run)
    claim.finish(state, message)
    return 0 if state == State.DONE else 1


def lower_priority() -> None:
    """Let pages and other programs go first."""
    process = psutil.Process()
    if sys.platform == "win32":
        process.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
    else:
        process.nice(max(process.nice(), NICENESS))


def _outcome(claim: Claim, cache: Cache, run: Run | None) -> tuple[State, str]:
    try:
        request = claim.begin()
        with claim.beating():
            (run or _science())(request, cache, claim.report)
    except Cancelled as error:
        return State.CANCELLED, str(error)
    except GparError as error:
        traceback.print_exc()
        return State.FAILED, str(error)
    except Exception as error:  # noqa: BLE001
        # The last station of any bug: the process has no other way to tell the user than its job.
        traceback.print_exc()
        return State.FAILED, (
            f"Something went wrong inside GPAR ({type(error).__name__}: {_first_line(error)}). "
            f"The details are in {claim.log_path}."
        )
    return State.DONE, ""


def _science() -> Run:
    # Imported late and inside the heartbeat: it brings scikit-learn, which takes seconds.
    from gpar_core.jobs.run import run_job  # noqa: PLC0415

    return run_job


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [""])[0][:200]


if __name__ == "__main__":
    sys.exit(main())
