"""The background processes of a cache."""

from contextlib import suppress

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
