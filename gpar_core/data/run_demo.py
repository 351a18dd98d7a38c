"""Build the demo compendium."""

from gpar_core.data import demo
from gpar_core.data.requests import DemoRequest
from gpar_core.progress import Report
from gpar_core.storage.cache import MADE_BY, Cache, publishing
from gpar_core.storage.requests import job_id


def run_demo(request: DemoRequest, cache: Cache, report: Report) -> None:
    """Build the demo compendium and publish it under its name."""
    with publishing(cache.compendium(demo.NAME)) as folder:
        demo.build(folder, seed=request.seed, report=report)
        (folder / MADE_BY).write_text(job_id(request), encoding="utf-8")
