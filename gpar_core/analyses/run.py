"""Publish the tables of an analysis; finished parts are kept until then."""

import shutil
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from gpar_core.analyses import result as analysis
from gpar_core.analyses.finished_parts import kept_in
from gpar_core.analyses.result import Analysis
from gpar_core.data.compendium import Compendium
from gpar_core.data.provenance import OnCompendium, same_compendium, versions
from gpar_core.progress import Remember, Tables
from gpar_core.storage.cache import Cache, publishing
from gpar_core.storage.requests import Request, job_id


class AnalysisRequest(OnCompendium, Request, Protocol):
    """A request whose result is an `Analysis` of a compendium."""


def publish_analysis(
    request: AnalysisRequest, cache: Cache, compute: Callable[[Compendium, Remember], Tables]
) -> None:
    """Compute an analysis of the request's compendium and publish it. Raises GparError.

    compute: gets the compendium, and a `Remember` that keeps finished parts for the next try.
    """
    started = time.monotonic()
    compendium = same_compendium(request, cache)
    parts = cache.parts_of(job_id(request))
    tables = compute(compendium, kept_in(parts))
    result = Analysis(
        analysis_id=job_id(request),
        request=request,
        compendium=compendium.name,
        simulated=compendium.simulated,
        seconds=round(time.monotonic() - started, 2),
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        versions=versions(),
        tables=tables,
    )
    with publishing(cache.analysis(result.analysis_id)) as folder:
        analysis.save(result, folder)
    shutil.rmtree(parts, ignore_errors=True)
