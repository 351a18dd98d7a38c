"""Make a compendium from those signatures of another one that pass a filter."""

from gpar_core.data.provenance import same_compendium
from gpar_core.data.requests import SelectRequest
from gpar_core.data.selecting import select_compendium
from gpar_core.errors import RequestError
from gpar_core.progress import Report
from gpar_core.storage.cache import MADE_BY, Cache, publishing
from gpar_core.storage.requests import job_id


def run_select(request: SelectRequest, cache: Cache, report: Report) -> None:
    """Select the signatures and publish them under the requested name. Raises GparError."""
    source = same_compendium(request, cache)
    target = cache.compendium(request.name)
    own = cache.compendium_made_by(request.name) == job_id(request)  # and damaged since
    if target.exists() and not (request.replace or own):
        raise RequestError(
            f"There is already a compendium '{request.name}'. Choose another name, or replace it."
        )
    with publishing(target) as folder:
        select_compendium(
            source,
            request.quality,
            folder,
            name=request.name,
            compact=request.compact,
            report=report,
        )
        (folder / MADE_BY).write_text(job_id(request), encoding="utf-8")
