"""Starts and watches the workers of one cache: `python -m gpar_core.jobs.supervisor --cache DIR`.

There is one supervisor per cache, the holder of `supervisor.lock`. It runs in a session of its
own, so jobs outlive the web server, and leaves after some idle time.

No job is stranded when a supervisor leaves. Whoever submits writes the job first and then calls
`ensure_running`, which tries the lock. If the lock is free, a supervisor is started. If it is
held, its holder releases it later than the job was written, and a leaving supervisor looks for
jobs once more after the release; it then takes the lock again, or finds that another has it.
Pages also call `ensure_running` while they watch a job, which covers a supervisor that was killed.

A supervisor that was killed leaves its workers alive. The next one adopts those that live, and
queues the others again, at most `MAX_RESTARTS` times per job.
"""

import argparse
import logging
import os
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
from filelock import FileLock, Timeout

import gpar_core
from gpar_core.cache import Cache
from gpar_core.errors import RequestError, WorkerError
from gpar_core.jobs.store import Job, JobStore, State
from gpar_core.jobs.worker import LOG_NAME as WORKER_LOG

POLL_SECONDS = 0.2
START_SECONDS = 10.0
MAX_RESTARTS = 2
SOURCE_ROOT = Path(gpar_core.__file__).parent.parent
MARK = "GPAR_JOB"
"""Environment variable of a worker, handed down to whatever it starts."""

ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}
"""Must be set before numpy and TensorFlow are imported. More processes beat more threads."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limits:
    """How many jobs run at once, and for how many seconds things may last.

    grace: from a wish to cancel to the kill. silence: without a heartbeat, before the kill.
    idle: without a job, before the supervisor leaves.
    """

    jobs: int
    jobs_per_owner: int
    grace: float = 5.0
    silence: float = 120.0
    idle: float = 30.0


@dataclass
class Watch:
    """A worker process under watch: an own child, or the adopted child of a former supervisor.

    silent, unwanted: for how many seconds. verdict: how the job ends once a kill has worked.
    """

    job_id: str
    attempt: int
    worker: subprocess.Popen[bytes] | psutil.Process
    last_heartbeat: float | None = None
    silent: float = 0.0
    unwanted: float = 0.0
    verdict: tuple[State, str] | None = None

    @property
    def ended(self) -> bool:
        if isinstance(self.worker, subprocess.Popen):
            return self.worker.poll() is not None
        return not _alive(self.worker)

    @property
    def exit_code(self) -> int | None:
        """None while it runs, and for an adopted worker, whose exit code goes to nobody."""
        return self.worker.returncode if isinstance(self.worker, subprocess.Popen) else None


class Supervisor:
    """The workers of one cache, for as long as this process holds the lock."""

    def __init__(self, cache: Cache, limits: Limits, worker_module: str) -> None:
        self._cache = cache
        self._limits = limits
        self._worker_module = worker_module
        self._store = JobStore(cache)
        self._token_file = cache.jobs / "supervisor.token"
        self._token = ""
        self._watches: dict[tuple[str, int], Watch] = {}

    def work_until_idle(self) -> bool:
        """False if the jobs folder was deleted meanwhile, and with it the right to go on.

        Raises JobError when the list of jobs cannot be used; workers then go on alone.
        """
        self._sign_on()
        idle, before = 0.0, time.monotonic()
        while True:
            if not self._in_charge():
                log.info("the jobs folder was deleted, leaving")
                for watch in self._watches.values():
                    self._kill(watch, State.CANCELLED, "The jobs folder was deleted.")
                    watch.worker.wait()
                return False
            now = time.monotonic()
            # At most a second: a laptop that slept for an hour has no silent workers.
            elapsed, before = min(now - before, 1.0), now
            self._step(elapsed)
            idle = 0.0 if self._watches else idle + elapsed
            if not self._watches and idle >= self._limits.idle:
                return True
            time.sleep(POLL_SECONDS)

    def _sign_on(self) -> None:
        self._token = uuid.uuid4().hex
        self._token_file.write_text(self._token, encoding="utf-8")

    def _in_charge(self) -> bool:
        """False once the folder with lock and jobs is deleted, as anybody may do at any time.

        The lock on a deleted file keeps nobody out, and two supervisors would take each other's
        jobs for lost.
        """
        try:
            return self._token_file.read_text("utf-8") == self._token
        except FileNotFoundError:
            return False

    def _step(self, elapsed: float) -> None:
        running = {(job.id, job.attempt): job for job in self._store.running()}
        for key in running.keys() - self._watches.keys():
            self._adopt(running[key])
        for key, watch in list(self._watches.items()):
            if watch.ended:
                self._settle(watch)
                del self._watches[key]
            else:
                self._check(watch, running.get(key), elapsed)
        while job := self._store.claim(self._limits.jobs, self._limits.jobs_per_owner):
            self._start(job)

    def _start(self, job: Job) -> None:
        folder = self._cache.job(job.id)
        folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", self._worker_module, job.id]
        command += ["--cache", str(self._cache.root), "--attempt", str(job.attempt)]
        try:
            with (folder / WORKER_LOG).open("wb") as output:
                child = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    cwd=SOURCE_ROOT,
                    env={**os.environ, **ONE_THREAD, MARK: self._mark(job.id, job.attempt)},
                    creationflags=_no_window(),
                )
        except OSError as error:
            reason = f"The worker could not be started ({error}). Try again."
            self._store.finish(job.id, job.attempt, State.FAILED, reason)
            return
        self._watches[job.id, job.attempt] = Watch(job.id, job.attempt, child)
        log.info("%s attempt %d: started as process %d", job.id, job.attempt, child.pid)

    def _adopt(self, job: Job) -> None:
        """Take over a job of a supervisor that is gone."""
        process = _process(job.pid, job.process_created)
        if process is not None and _alive(process):
            self._watches[job.id, job.attempt] = Watch(job.id, job.attempt, process)
            log.info("%s attempt %d: adopted", job.id, job.attempt)
            return
        _kill_marked(self._mark(job.id, job.attempt))
        if job.cancel_requested:
            self._store.finish(job.id, job.attempt, State.CANCELLED, "Cancelled.")
        elif job.restarts < MAX_RESTARTS:
            self._store.requeue(job.id, job.attempt)
            log.info("%s attempt %d: lost, queued again", job.id, job.attempt)
        else:
            reason = (
                f"The job was interrupted {job.restarts + 1} times together with GPAR's background "
                "service. See whether the computer runs out of memory, then try again."
            )
            self._store.finish(job.id, job.attempt, State.FAILED, reason)

    def _check(self, watch: Watch, job: Job | None, elapsed: float) -> None:
        """Kill a worker that is no longer wanted, or gives no sign of life."""
        if watch.verdict is not None:
            return
        if job is None or job.cancel_requested:
            watch.unwanted += elapsed
        elif job.heartbeat != watch.last_heartbeat:
            watch.last_heartbeat, watch.silent = job.heartbeat, 0.0
        else:
            watch.silent += elapsed
        if watch.unwanted > self._limits.grace:
            self._kill(watch, State.CANCELLED, "Cancelled.")
        elif watch.silent > self._limits.silence:
            reason = f"The worker gave no sign of life for {self._limits.silence:.0f} seconds. "
            self._kill(watch, State.FAILED, reason + "Try again.")

    def _kill(self, watch: Watch, state: State, reason: str) -> None:
        log.info("%s attempt %d: killed: %s", watch.job_id, watch.attempt, reason)
        watch.verdict = state, reason
        with suppress(psutil.NoSuchProcess):
            watch.worker.kill()
        _kill_marked(self._mark(watch.job_id, watch.attempt))

    def _settle(self, watch: Watch) -> None:
        """End the job of a process that has ended, if the worker did not do so itself."""
        death = State.FAILED, self._death(watch.job_id, watch.exit_code)
        state, reason = watch.verdict or death
        if self._store.finish(watch.job_id, watch.attempt, state, reason):
            log.info("%s attempt %d: %s: %s", watch.job_id, watch.attempt, state, reason)
        if watch.exit_code != 0:
            _kill_marked(self._mark(watch.job_id, watch.attempt))

    def _mark(self, job_id: str, attempt: int) -> str:
        # With the cache: the same request has the same id in every cache of this computer.
        return f"{self._cache.job(job_id)}:{attempt}"

    def _death(self, job_id: str, code: int | None) -> str:
        if code is None:
            how = "The worker died"
        elif code < 0:
            how = f"The worker was ended by signal {-code}"
            how += ", possibly for lack of memory" if code == -9 else ""
        else:
            how = f"The worker ended with exit code {code} before its job was done"
        return f"{how}. Try again. The details are in {self._cache.job(job_id) / WORKER_LOG}."


def ensure_running(cache: Cache, options: Sequence[str] = ()) -> None:
    """Start a supervisor unless one is running; cheap if so. `options` are those of `main`.

    Raises WorkerError if it ends before it has begun.
    """
    cache.jobs.mkdir(parents=True, exist_ok=True)
    if _has_supervisor(cache):
        return
    try:
        # Of many threads and processes that see no supervisor one starts it, the others need not
        # wait: it looks for jobs after this moment.
        with FileLock(cache.jobs / "starting.lock", timeout=0):
            if not _has_supervisor(cache):
                _start_supervisor(cache, options)
    except Timeout:
        return


def main(arguments: Sequence[str] | None = None) -> int:
    """Supervise until idle; 0 also if there is a supervisor already. Raises RequestError."""
    parser = argparse.ArgumentParser(description="Start and watch the workers of one cache.")
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--worker-module", default="gpar_core.jobs.worker")
    parser.add_argument("--grace", type=float, default=Limits.grace)
    parser.add_argument("--silence", type=float, default=Limits.silence)
    parser.add_argument("--idle", type=float, default=Limits.idle)
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(process)d %(message)s")
    cache = Cache(options.cache.resolve())
    limits = Limits(
        jobs=_whole_number("GPAR_MAX_JOBS", max(1, (os.cpu_count() or 1) - 1)),
        jobs_per_owner=_whole_number("GPAR_MAX_JOBS_PER_OWNER", 2),
        grace=options.grace,
        silence=options.silence,
        idle=options.idle,
    )
    lock = _lock(cache)
    while True:
        try:
            # Not 0: `ensure_running` holds the lock for the moment of its test.
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


def _lock(cache: Cache) -> FileLock:
    return FileLock(cache.jobs / "supervisor.lock")


def _has_supervisor(cache: Cache) -> bool:
    try:
        with _lock(cache).acquire(timeout=0):
            return False
    except Timeout:
        return True


def _start_supervisor(cache: Cache, options: Sequence[str]) -> None:
    log_path = cache.jobs / "supervisor.log"
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
            creationflags=_no_window() | _detached(),
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
    # Reaps the supervisor when it leaves, which may be long before this process does.
    threading.Thread(target=process.wait, daemon=True).start()


def _whole_number(variable: str, default: int) -> int:
    text = os.environ.get(variable, str(default))
    if text.strip().isdecimal() and int(text) > 0:
        return int(text)
    raise RequestError(
        f"The environment variable {variable} is '{text}'; a whole number of at least 1 is needed. "
        "Correct or remove it and start GPAR again."
    )


def _process(pid: int | None, created: float | None) -> psutil.Process | None:
    """The process of this number and birth; None if it is gone or never was."""
    if pid is None or created is None:
        return None
    try:
        process = psutil.Process(pid)
        # Within a second: the birth is counted from the clock, which may have been set since.
        return process if abs(process.create_time() - created) < 1.0 else None
    except psutil.NoSuchProcess:
        return None


def _alive(process: psutil.Process) -> bool:
    try:
        # An orphan stays a zombie where nobody reaps it, as in some containers.
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _kill_marked(mark: str) -> None:
    """Kill every process that an attempt started, orphans too: they bear its mark."""
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):  # gone, or not ours to look at
            if process.environ().get(MARK) == mark:
                process.kill()


def _no_window() -> int:
    if sys.platform == "win32":
        return subprocess.CREATE_NO_WINDOW
    return 0


def _detached() -> int:
    if sys.platform == "win32":
        return subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP
    return 0


if __name__ == "__main__":
    sys.exit(main())
