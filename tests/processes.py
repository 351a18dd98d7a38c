"""The background processes of a cache."""

from contextlib import suppress

import psutil

from gpar_core.storage.cache import Cache


def end_jobs(cache: Cache) -> None:
    """End every supervisor and worker, which outlive a test on purpose; supervisors first."""
    for module in ("gpar_core.jobs.supervisor", "gpar_core.jobs.worker"):
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if {module, str(cache.root)} <= set(process.cmdline()):
                    process.kill()
                    process.wait(10)
