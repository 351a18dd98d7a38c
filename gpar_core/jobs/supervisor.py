"""Starts and watches the workers of one cache: `python -m gpar_core.jobs.supervisor --cache DIR`.

There is one supervisor per cache, the holder of `supervisor.lock`. It runs in a session of its own,
so jobs outlive the web server, and exits after some idle time.

No job is stranded when a supervisor exits. A submitter writes the job first and then calls
`ensure_running`, which tries the lock. If the lock is free, a supervisor is started. If it is held,
its holder releases it after the job was written, and an exiting supervisor looks for jobs once more
after the release; it then takes the lock again, or finds that another has it. Pages also call
`ensure_running` while they watch a job, which covers a supervisor that was killed.

The workers of a killed supervisor stay alive. The next supervisor adopts those that are at work,
and queues the other jobs again, at most `interrupted.MAX_RESTARTS` times each.

One worker, the spare, is kept waiting with all its imports done, so that a training starts at once
(see `Crew`).
"""

import argparse
import logging
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from gpar_core.data.importing.request import ImportRequest
from gpar_core.errors import JobError, WorkerError
from gpar_core.jobs import job_log
from gpar_core.jobs.interrupted import settle_lost
from gpar_core.jobs.job import Job, State
from gpar_core.jobs.store import JobStore
from gpar_core.jobs.workers import WORKER_LOG, Adopted, Crew, Worker, find, supervisor_lock
from gpar_core.processes import SOURCE_ROOT, no_window
from gpar_core.server import json_log
from gpar_core.server.limits import read_limits
from gpar_core.storage import leftovers, scratch
from gpar_core.storage.cache import Cache
from gpar_core.upkeep.migration import bring_up_to_date

POLL_SECONDS = 0.2
START_SECONDS = 10.0
TROUBLE_SECONDS = 1.0
LOG_NAME = "supervisor.log"

SIGNALS: Mapping[int, str] = (
    {}
    if sys.platform == "win32"
    else {
        signal.SIGKILL: ", possibly for lack of memory",
        signal.SIGBUS: ", possibly because the disk is full",
    }
)
"""The likely meaning of a signal that ended a worker."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limits:
    """How many jobs run at once, and time limits in seconds.

    spares: workers kept waiting, 0 or 1. grace: from a request to cancel or exit to the kill.
    silence: without a heartbeat, before the kill. idle: without a job, before the supervisor exits.
    patience, least_free_mb: of the spare, see `Crew`.
    job_mb, import_mb: memory of one job, and of an import, 0 for no limit.
    """

    jobs: int
    jobs_per_owner: int
    spares: int = 1
    job_mb: int = 0
    import_mb: int = 0
    grace: float = 1.2
    silence: float = 120.0
    idle: float = 300.0
    patience: float = 300.0
    least_free_mb: float = 1000.0


@dataclass
class Watch:
    """A worker at a job.

    reused: whether the worker was the spare before. silent, unwanted: for how many seconds.
    verdict: the final state of the job once a kill has succeeded.
    """

    job_id: str
    attempt: int
    worker: Worker | Adopted
    reused: bool = False
    last_heartbeat: float | None = None
    silent: float = 0.0
    unwanted: float = 0.0
    verdict: tuple[State, str] | None = None


class Supervisor:
    """The workers of one cache, for as long as this process holds the lock."""

    def __init__(self, cache: Cache, limits: Limits, worker_module: str) -> None:
        self._cache = cache
        self._limits = limits
        self._store = JobStore(cache)
        self._token_file = cache.jobs / "supervisor.token"
        self._token = ""
        self._watches: dict[tuple[str, int], Watch] = {}
        self._crew = Crew(
            cache,
            worker_module,
            spares=limits.spares,
            grace=limits.grace,
            patience=limits.patience,
            least_free_mb=limits.least_free_mb,
        )

    def work_until_idle(self) -> bool:
        """Whether this supervisor may continue; False if the jobs folder has been deleted.

        Waits for a list of jobs that is busy or on a full disk, since nothing else runs queued
        jobs.
        """
        self._sign_on()
        self._clear()
        idle, before = 0.0, time.monotonic()
        while True:
            now = time.monotonic()
            # At most a second, so that workers do not count as silent after a laptop has slept.
            elapsed, before = min(now - before, 1.0), now
            if not self._in_charge():
                log.info("the jobs folder was deleted, leaving")
                for watch in self._watches.values():
                    self._kill(watch, State.CANCELLED, "The jobs folder was deleted.")
                    self._crew.release(watch.worker)
                self._crew.part()
                return False
            if not self._step(elapsed):
                time.sleep(TROUBLE_SECONDS)
            idle = 0.0 if self._watches else idle + elapsed
            if not self._watches and idle >= self._limits.idle:
                self._crew.part()
                return True
            time.sleep(POLL_SECONDS)

    def _sign_on(self) -> None:
        self._token = uuid.uuid4().hex
        self._token_file.write_text(self._token, encoding="utf-8")

    def _in_charge(self) -> bool:
        """False once the folder with lock and jobs is deleted, as anybody may do at any time.

        The lock on a deleted file excludes nobody, and two supervisors would consider each other's
        jobs lost.
        """
        try:
            return self._token_file.read_text("utf-8") == self._token
        except FileNotFoundError:
            return False

    def _step(self, elapsed: float) -> bool:
        """Check all jobs; False if their list could not be used."""
        try:
            self._look_after(elapsed)
        except JobError as error:
            log.warning("%s", error)
            return False
        return True

    def _look_after(self, elapsed: float) -> None:
        running = self._running()
        for key in running.keys() - self._watches.keys():
            self._adopt(running[key])
        for key, watch in list(self._watches.items()):
            if watch.worker.ended:
                self._settle(watch)
                if self._watches[key] is watch:
                    self._forget(key)
            elif watch.verdict is None and key in running:
                self._check(watch, running[key], elapsed)
        self._release(running)
        while job := self._store.claim(self._limits.jobs, self._limits.jobs_per_owner):
            # A job may have ended since that look: its worker takes this one, not a new process.
            self._release(self._running())
            self._start(job)
        self._crew.tend(elapsed, at_work=bool(self._watches))

    def _release(self, running: Mapping[tuple[str, int], Job]) -> None:
        """Let the workers whose jobs have ended take others."""
        for key, watch in list(self._watches.items()):
            if key not in running and watch.verdict is None and not watch.worker.ended:
                self._crew.release(watch.worker)
                self._forget(key)

    def _running(self) -> dict[tuple[str, int], Job]:
        return {(job.id, job.attempt): job for job in self._store.running()}

    def _start(self, job: Job) -> None:
        try:
            worker, reused = self._crew.take(job)
        except OSError as error:
            reason = f"The worker could not be started ({error}). Try again."
            self._store.finish(job.id, job.attempt, State.FAILED, reason)
            return
        self._watches[job.id, job.attempt] = Watch(job.id, job.attempt, worker, reused)
        job_log.begun(job, worker.pid)

    def _forget(self, key: tuple[str, int]) -> None:
        """Stop watching a job that has ended."""
        del self._watches[key]
        job_log.ended(self._store, key[0])

    def _adopt(self, job: Job) -> None:
        """Take over a job from a supervisor that is gone."""
        worker = find(self._cache, job)
        if worker is not None:
            self._watches[job.id, job.attempt] = Watch(job.id, job.attempt, worker)
            log.info("%s attempt %d: adopted", job.id, job.attempt)
            return
        log.info("%s attempt %d: lost, %s", job.id, job.attempt, settle_lost(self._store, job))

    def _check(self, watch: Watch, job: Job, elapsed: float) -> None:
        """Kill a worker that is no longer needed or does not respond."""
        if job.cancel_requested:
            watch.unwanted += elapsed
        elif job.heartbeat != watch.last_heartbeat:
            watch.last_heartbeat, watch.silent = job.heartbeat, 0.0
        else:
            watch.silent += elapsed
        if watch.unwanted > self._limits.grace:
            self._kill(watch, State.CANCELLED, "Cancelled.")
        elif watch.silent > self._limits.silence:
            reason = f"The worker did not respond for {self._limits.silence:.0f} seconds. "
            self._kill(watch, State.FAILED, reason + "Try again.")
        elif (limit := self._memory_of(job)) and watch.worker.held_mb > limit[0]:
            most, name = limit
            reason = (
                f"It needs more than {most:,} MB of memory, the limit for such a job on this "
                "server. Choose fewer signatures or cell lines, or ask your administrator to "
                f"raise the limit ({name})."
            )
            self._kill(watch, State.FAILED, reason)

    def _memory_of(self, job: Job) -> tuple[int, str] | None:
        """How many MB a job may take, and the name of the limit; None without one."""
        limits = [(self._limits.job_mb, "GPAR_JOB_MB")]
        if isinstance(job.request, ImportRequest):
            limits.append((self._limits.import_mb, "GPAR_IMPORT_MB"))
        return min((each for each in limits if each[0]), default=None)

    def _kill(self, watch: Watch, state: State, reason: str) -> None:
        log.info("%s attempt %d: killed: %s", watch.job_id, watch.attempt, reason)
        watch.verdict = state, reason
        watch.worker.kill()

    def _settle(self, watch: Watch) -> None:
        """End the job of a process that has ended, if the worker did not do so itself."""
        job = self._running().get((watch.job_id, watch.attempt))
        if job is None:
            return
        if watch.reused and watch.verdict is None and job.pid is None:
            # It was exiting, or had died, when it got the job.
            self._start(job)
            return
        state, reason = watch.verdict or (State.FAILED, self._death(job, watch.worker.exit_code))
        if self._store.finish(watch.job_id, watch.attempt, state, reason):
            log.info("%s attempt %d: %s: %s", watch.job_id, watch.attempt, state, reason)
        self._clear()

    def _clear(self) -> None:
        """Remove the incomplete files of killed workers."""
        try:
            for each in leftovers.clear(self._cache):
                log.info("%s: %s, %s", each.path, each.what, each.done)
            for folder in scratch.clear():
                log.info("%s: temporary files of a process that is gone, deleted", folder)
        except OSError as error:
            log.warning("leftovers stay for now: %s", error)

    def _death(self, job: Job, code: int | None) -> str:
        if code is None:
            how = "The worker died"
        elif code < 0:
            how = f"The worker was stopped by signal {-code}"
            how += SIGNALS.get(-code, "")
        else:
            how = f"The worker stopped with exit code {code} before its job was done"
        begun = job.pid is not None
        details = self._cache.job(job.id) / WORKER_LOG if begun else self._cache.jobs / LOG_NAME
        return f"{how}. Try again. The details are in {details}."


def ensure_running(cache: Cache, options: Sequence[str] = ()) -> None:
    """Start a supervisor unless one is running; cheap if so. `options` are those of `main`.

    Raises WorkerError if it cannot be started, or exits before it is ready.
    """
    try:
        cache.jobs.mkdir(parents=True, exist_ok=True)
        if _has_supervisor(cache):
            return
        # If several threads or processes see no supervisor, one starts it and the others need not
        # wait: it looks for jobs after this moment.
        with FileLock(cache.jobs / "starting.lock", timeout=0):
            if not _has_supervisor(cache):
                _start_supervisor(cache, options)
    except Timeout:
        return
    except OSError as error:
        raise WorkerError(
            f"GPAR's background service could not be started ({error}). Check whether the disk of "
            f"'{cache.root}' is full or read-only, then try again."
        ) from error


def main(arguments: Sequence[str] | None = None) -> int:
    """Supervise until idle; also returns 0 if there already is a supervisor.

    Raises RequestError if a limit is set incorrectly, DataError if the cache is of a later GPAR.
    """
    parser = argparse.ArgumentParser(description="Start and watch the workers of one cache.")
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--worker-module", default="gpar_core.jobs.worker")
    parser.add_argument("--grace", type=float, default=Limits.grace)
    parser.add_argument("--silence", type=float, default=Limits.silence)
    parser.add_argument("--idle", type=float, default=Limits.idle)
    parser.add_argument("--patience", type=float, default=Limits.patience)
    parser.add_argument("--least-free-mb", type=float, default=Limits.least_free_mb)
    options = parser.parse_args(arguments)
    handler = logging.StreamHandler()
    handler.setFormatter(json_log.formatter(os.environ, "%(asctime)s %(process)d %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    cache = Cache(options.cache.resolve())
    bring_up_to_date(cache)
    server = read_limits(os.environ)
    limits = Limits(
        jobs=server.jobs,
        jobs_per_owner=server.jobs_per_owner,
        spares=server.spares,
        job_mb=server.job_mb,
        import_mb=server.import_mb,
        grace=options.grace,
        silence=options.silence,
        idle=options.idle,
        patience=options.patience,
        least_free_mb=options.least_free_mb,
    )
    lock = supervisor_lock(cache)
    while True:
        try:
            # Not 0: `ensure_running` briefly holds the lock for its test.
            lock.acquire(timeout=1.0)
        except Timeout:
            log.info("another supervisor is running")
            return 0
        try:
            log.info("supervising %s", limits)
            if not Supervisor(cache, limits, options.worker_module).work_until_idle():
                return 0
        finally:
            lock.release()
        if not JobStore(cache).active_jobs():
            log.info("idle, leaving")
            return 0


def _has_supervisor(cache: Cache) -> bool:
    try:
        with supervisor_lock(cache).acquire(timeout=0):
            return False
    except Timeout:
        return True


def _start_supervisor(cache: Cache, options: Sequence[str]) -> None:
    log_path = cache.jobs / LOG_NAME
    command = [sys.executable, "-m", "gpar_core.jobs.supervisor"]
    command += ["--cache", str(cache.root.resolve()), *options]
    with log_path.open("ab") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=SOURCE_ROOT,
            start_new_session=True,
            creationflags=no_window() | _detached(),
        )
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and not _has_supervisor(cache) and time.monotonic() < deadline:
        time.sleep(0.02)
    if process.poll():
        reason = log_path.read_text("utf-8", errors="replace").strip().splitlines()[-1:]
        raise WorkerError(
            f"GPAR's background service could not be started: {''.join(reason)} "
            f"The details are in {log_path}."
        )
    # Reaps the supervisor when it exits, possibly long before this process does.
    threading.Thread(target=process.wait, daemon=True).start()


def _detached() -> int:
    if sys.platform == "win32":
        return subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP
    return 0


if __name__ == "__main__":
    sys.exit(main())
