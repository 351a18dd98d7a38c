"""Run a request: the only place where jobs meet analyses."""

from gpar_core.analyses import results
from gpar_core.analyses.registry import found, kind_of
from gpar_core.learn.engine import Pool
from gpar_core.progress import Report
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import Request


def run_job(request: Request, cache: Cache, report: Report, pool: Pool) -> None:
    """Run the request and publish the result. Raises GparError; `report` may raise to stop.

    Does nothing if the result exists, for example because a process died before reporting it. pool:
    trains networks.
    """
    if results.is_there(cache, request):
        return
    kind = kind_of(request)
    run = found(kind.run)
    if kind.trains:
        run(request, cache, report, pool)
    else:
        run(request, cache, report)
