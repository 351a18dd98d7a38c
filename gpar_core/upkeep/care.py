"""Clean up the cache after each job: keep it within its size, clear old uploads."""

import os
import re
import sys
import time

from filelock import FileLock, Timeout

from gpar_core.errors import GparError
from gpar_core.jobs.store import JobStore
from gpar_core.server.limits import read_limits
from gpar_core.storage import leftovers
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import to_json
from gpar_core.upkeep import deletion
from gpar_core.upkeep import pruning as upkeep

THING = re.compile("[0-9a-f]{20}")


def take_care(cache: Cache) -> None:
    """Prune and clear, unless another process is doing so. Errors are only printed."""
    try:
        with FileLock(cache.jobs / "care.lock", timeout=0):
            needed, now = needed_by_jobs(cache), time.time()
            deletion.purge(cache, now)
            limits = read_limits(os.environ)
            for item in upkeep.prune(cache, limits.cache_gb, now, needed):
                print(f"Deleted {item.folder} to keep within {limits.cache_gb} GB.")
            for each in leftovers.clear(cache):
                print(f"{each.path}: {each.what}, {each.done}.")
            for folder in upkeep.clear_uploads(cache, now, needed):
                print(f"Deleted {folder}, an upload that was imported long ago.")
    except Timeout:
        return
    except (GparError, OSError) as error:
        print(f"The cache could not be cleaned up: {error}", file=sys.stderr)


def needed_by_jobs(cache: Cache) -> frozenset[str]:
    """Ids of queued and running jobs and of what their requests name: models, uploads, tables."""
    jobs = JobStore(cache.unrestricted).active_jobs()
    named = (THING.findall(to_json(job.request)) for job in jobs if job.request)
    return frozenset({job.id for job in jobs}.union(*named))
