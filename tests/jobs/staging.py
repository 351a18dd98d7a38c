"""Real supervisors and workers on a cache of their own, and how tests wait for them."""

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import psutil

from gpar_core.jobs.request import ImportRequest
from gpar_core.jobs.store import JobStore
from gpar_core.jobs.supervisor import ensure_running
from gpar_core.storage.cache import Cache
from tests.import_requests import import_request

T = TypeVar("T")


class Site:
    """A cache with its store, and the real processes at work on it."""

    def __init__(self, root: Path, module: str = "scripted_worker") -> None:
        """module: of the workers."""
        self.cache = Cache(root)
        self.module = module
        self.store = JobStore(self.cache)

    def supervise(self, *options: str) -> None:
        ensure_running(self.cache, ("--worker-module", self.module, *options))

    def supervisors(self) -> list[psutil.Process]:
        return self._processes("gpar_core.jobs.supervisor")

    def workers(self) -> list[psutil.Process]:
        return self._processes(self.module, without="gpar_core.jobs.supervisor")

    def release(self) -> None:
        """Let the workers that wait end their job."""
        (self.cache.root / "release").touch()

    def runs(self, name: str) -> int:
        """How often a worker began this request."""
        return len((self.cache.root / f"runs-{name}").read_text().splitlines())

    def stop(self) -> None:
        # The supervisors first, or they would start what is queued.
        for process in self.supervisors():
            kill(process)
        for process in self.workers():
            kill(process)

    def _processes(self, module: str, without: str = "nothing") -> list[psutil.Process]:
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                command = process.cmdline()
                if {module, str(self.cache.root)} <= set(command) and without not in command:
                    found.append(process)
        return found


def work(name: str, behaviour: str = "quick") -> ImportRequest:
    return import_request(name, behaviour)


def until(look: Callable[[], T], seconds: float = 30.0) -> T:
    """The first true answer of `look`."""
    deadline = time.monotonic() + seconds
    while not (answer := look()):
        assert time.monotonic() < deadline, "nothing happened in time"
        time.sleep(0.02)
    return answer


def kill(process: psutil.Process) -> None:
    """Kill and wait until it is gone, but for a zombie that its parent has yet to reap."""
    with suppress(psutil.NoSuchProcess):
        process.kill()
    until(lambda: not lives(process))


def lives(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False
