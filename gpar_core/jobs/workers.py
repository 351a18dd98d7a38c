"""The supervisor's handles of worker processes: start, give orders, dismiss, kill.

Processes that a worker has started end with it (see `FitPool`), so killing a worker is enough.
"""

import logging
import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, cast

import psutil
from filelock import FileLock, Timeout

from gpar_core.jobs.job import Job
from gpar_core.processes import ENVIRONMENT, SOURCE_ROOT, no_window
from gpar_core.storage.cache import Cache

WORKER_LOG = "worker.log"
"""The worker's output, in the folder of a job."""

SPARE_MB = 600.0
"""A spare that holds more makes way for a new one, which holds 200: jobs leave libraries and
compiled functions that the next ones may never need."""

SETTLE_SECONDS = 2.0
"""Time for a worker to give back memory after its job, before it is weighed."""

PART_SECONDS = 0.05

log = logging.getLogger(__name__)


class Worker:
    """A worker that this process started. Except during jobs, it shares this process's output."""

    def __init__(self, cache: Cache, module: str) -> None:
        """Raises OSError if the system cannot start more processes."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, "--cache", str(cache.root)],
            stdin=subprocess.PIPE,
            bufsize=0,
            cwd=SOURCE_ROOT,
            env={**os.environ, **ENVIRONMENT},
            creationflags=no_window(),
        )
        self._ear = cast("IO[bytes]", self._process.stdin)
        self.pid = self._process.pid

    @property
    def ended(self) -> bool:
        return self._process.poll() is not None

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.poll()

    @property
    def held_mb(self) -> float:
        """MB of memory held by the worker and its descendants."""
        return _held_mb(self.pid)

    def warm(self) -> bool:
        """Let it get ready for a job; False if it is gone."""
        return self._order("warm")

    def give(self, job: Job) -> bool:
        """Let it run a claimed job after its current one; False if it is gone."""
        return self._order(f"job {job.id} {job.attempt}")

    def dismiss(self) -> None:
        """Let it exit after its current job."""
        with suppress(OSError):
            self._ear.close()

    def kill(self) -> None:
        self._process.kill()

    def _order(self, line: str) -> bool:
        try:
            self._ear.write(f"{line}\n".encode())
        except OSError:
            return False
        return True


class Adopted:
    """A worker of a supervisor that is gone: it takes no orders, and exits after its job."""

    exit_code = None

    def __init__(self, process: psutil.Process) -> None:
        self._process = process
        self.pid = process.pid

    @property
    def ended(self) -> bool:
        try:
            # An orphan stays a zombie if nothing reaps it, as in some containers.
            return not self._process.is_running() or self._process.status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return True

    @property
    def held_mb(self) -> float:
        """As in `Worker`."""
        return _held_mb(self.pid)

    def dismiss(self) -> None:
        """It is dismissed already."""

    def kill(self) -> None:
        with suppress(psutil.NoSuchProcess):
            self._process.kill()


class Crew:
    """The workers of a supervisor that have no job: at most one spare, and those that are exiting.

    A spare is started only while no job runs, when it does not compete for processors and memory.
    Usually it is the worker of the last job, unless that holds more than `SPARE_MB`. It leaves when
    it has waited in vain, or when other programs need the memory; the next job brings a new one.
    """

    def __init__(
        self,
        cache: Cache,
        module: str,
        *,
        spares: int,
        grace: float,
        patience: float,
        least_free_mb: float,
    ) -> None:
        """spares: 0 or 1. grace: seconds to exit before the kill.

        patience: seconds that a spare waits for a job. least_free_mb: MB of available memory below
        which none waits.
        """
        self._cache = cache
        self._module = module
        self._spares = spares
        self._grace = grace
        self._patience = patience
        self._least_free_mb = least_free_mb
        self._waited = 0.0
        self._spare: Worker | None = None
        self._spare_due = True
        self._unweighed = 0.0
        self._leaving: dict[Worker | Adopted, float] = {}

    def take(self, job: Job) -> tuple[Worker, bool]:
        """The worker that the job was given to, and whether it was the spare.

        Raises OSError if the system cannot start more processes.
        """
        spare, self._spare, self._spare_due = self._spare, None, True
        if spare is not None and spare.give(job):
            return spare, True
        worker = Worker(self._cache, self._module)
        worker.give(job)
        return worker, False

    def release(self, worker: Worker | Adopted) -> None:
        """Keep a worker that has finished its job as the spare, or let it exit."""
        wanted = self._spare is None and self._spares > 0
        if wanted and isinstance(worker, Worker) and worker.warm():
            self._spare, self._unweighed, self._waited = worker, SETTLE_SECONDS, 0.0
        else:
            self._let_go(worker)

    def tend(self, elapsed: float, *, at_work: bool) -> None:
        """Start a spare if one is due, in place of one that has grown too large; kill workers that
        fail to exit. Call it regularly.
        """
        if self._spare is not None and self._spare.ended:
            log.info("the spare ended with exit code %s", self._spare.exit_code)
            self._spare = None
        if self._spare is not None and self._unweighed > 0:
            self._unweighed -= elapsed
            if self._unweighed <= 0 and (held := self._spare.held_mb) > SPARE_MB:
                log.info("the spare holds %.0f MB and makes way for a new one", held)
                self._let_go(self._spare)
                self._spare, self._spare_due = None, True
        if self._spare is not None:
            self._waited += elapsed
            self._dismiss_if_useless()
        # Due once for each job, so that a spare that keeps dying is not started again and again.
        if self._spare is None and self._spare_due and self._spares and not at_work:
            self._spare_due = False
            if _available_mb() >= self._least_free_mb:
                self._start_spare()
        for worker, waited in list(self._leaving.items()):
            if worker.ended:
                del self._leaving[worker]
            elif waited > self._grace:
                worker.kill()
            else:
                self._leaving[worker] = waited + elapsed

    def part(self) -> None:
        """Dismiss all workers."""
        spare, self._spare, self._spares = self._spare, None, 0
        if spare is not None:
            self.release(spare)
        while self._leaving:
            time.sleep(PART_SECONDS)
            self.tend(PART_SECONDS, at_work=False)

    def _dismiss_if_useless(self) -> None:
        """Let the spare exit if it has waited too long, or if others need its memory."""
        available = _available_mb()
        if self._waited <= self._patience and available >= self._least_free_mb:
            return
        spare, self._spare, self._spare_due = self._spare, None, False
        if spare is not None:
            why = "nobody needed it" if self._waited > self._patience else "others need its memory"
            log.info("the spare leaves: %s (%.0f MB are available)", why, available)
            self._let_go(spare)

    def _let_go(self, worker: Worker | Adopted) -> None:
        worker.dismiss()
        self._leaving[worker] = 0.0

    def _start_spare(self) -> None:
        self._unweighed = self._waited = 0.0
        try:
            self._spare = Worker(self._cache, self._module)
        except OSError as error:
            log.warning("no spare could be started: %s", error)
            return
        self._spare.warm()
        log.info("process %d is the spare", self._spare.pid)


def at_work(cache: Cache, job_id: str, attempt: int) -> FileLock:
    """A lock held by the worker of this attempt while it runs.

    The system frees it with the process. Process ids can be reused, and start times depend on a
    clock that can be changed.
    """
    return FileLock(cache.job(job_id) / f"attempt-{attempt}.lock", is_singleton=False)


def find(cache: Cache, job: Job) -> Adopted | None:
    """The living worker of a running job; None if it is gone or never was."""
    if job.pid is None or not is_held(at_work(cache, job.id, job.attempt)):
        return None
    try:
        process = psutil.Process(job.pid)
        if str(cache.root) not in process.cmdline():
            return None  # it runs in another container, where this id is another process's
    except psutil.Error:
        return None
    worker = Adopted(process)
    return None if worker.ended else worker


def is_held(lock: FileLock) -> bool:
    """Whether a process, this one included, holds the lock."""
    if not Path(lock.lock_file).exists():
        return False
    try:
        with lock.acquire(timeout=0):
            return False
    except Timeout:
        return True


def _held_mb(pid: int) -> float:
    """MB held by a process and its descendants, without memory shared with others if known."""
    held = 0
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        for each in [process, *process.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):
                memory = each.memory_info()
                held += memory.rss - getattr(memory, "shared", 0)
    return held / 1e6


def _available_mb() -> float:
    """MB of memory that programs can have without swapping."""
    return psutil.virtual_memory().available / 1e6


def supervisor_lock(cache: Cache) -> FileLock:
    """The lock held by the one supervisor of a cache."""
    return FileLock(cache.jobs / "supervisor.lock")
