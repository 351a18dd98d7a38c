"""The background processes of a cache."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path

import psutil

from gpar_core.storage.cache import Cache
from tests.waiting import until


def of_cache(cache: Cache, module: str, without: str = "nothing") -> list[psutil.Process]:
    """Those that run the module on this cache.

    One that is just being started has its parent's command line for a moment, and is none of them.
    """
    found = {}
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            command = process.cmdline()
            if {module, str(cache.root)} <= set(command) and without not in command:
                found[process.pid] = process, process.ppid()
    return [process for process, parent in found.values() if parent not in found]


def lives(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def kill(process: psutil.Process) -> None:
    """Kill and wait until it is gone, but for a zombie that its parent has yet to reap."""
    with suppress(psutil.NoSuchProcess):
        process.kill()
    until(lambda: not lives(process))


def end_jobs(cache: Cache, worker: str = "gpar_core.jobs.worker") -> None:
    """End every supervisor and worker, which outlive a test on purpose.

    The supervisors first, or they would start what is queued; until there are none, as one may
    have started another meanwhile.
    """
    supervisor = "gpar_core.jobs.supervisor"
    for module, without in ((supervisor, "nothing"), (worker, supervisor)):
        while found := of_cache(cache, module, without):
            for process in found:
                kill(process)


@contextmanager
def frozen(cache: Cache) -> Iterator[None]:
    """Nothing goes on in the background meanwhile: what is under way now can be looked at."""
    until(lambda: _froze(cache))
    try:
        yield
    finally:
        _thaw(cache)


def _froze(cache: Cache) -> bool:
    for module in ("gpar_core.jobs.supervisor", "gpar_core.jobs.worker"):
        for process in of_cache(cache, module):
            with suppress(psutil.NoSuchProcess):
                process.suspend()
                until(partial(_has_stopped, process))
    if _is_free(cache):
        return True
    _thaw(cache)
    return False


def _has_stopped(process: psutil.Process) -> bool:
    """Every thread: one within the system's call for a lock gets the lock before it stops."""
    states = []
    with suppress(OSError):
        for task in Path(f"/proc/{process.pid}/task").iterdir():
            with suppress(FileNotFoundError):  # the thread has ended
                states.append((task / "stat").read_text().rpartition(")")[2].split()[0])
    return set(states) <= set("TtZX")


def _is_free(cache: Cache) -> bool:
    """Whether none of those suspended holds the list of jobs, where pages would wait for it."""
    path = cache.jobs / "jobs.sqlite3"
    with closing(sqlite3.connect(path, timeout=0.5, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        connection.execute("ROLLBACK")
        return True


def _thaw(cache: Cache) -> None:
    for module in ("gpar_core.jobs.worker", "gpar_core.jobs.supervisor"):
        for process in of_cache(cache, module):
            with suppress(psutil.NoSuchProcess):
                process.resume()
