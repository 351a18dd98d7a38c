"""Download a source into its folder; a stopped request resumes where it stopped."""

from datetime import UTC, datetime

from filelock import FileLock, Timeout

from gpar_core.data.fetching.fetch import fetch
from gpar_core.data.fetching.request import FetchRequest
from gpar_core.data.fetching.sources import SOURCES
from gpar_core.errors import RequestError
from gpar_core.progress import Report
from gpar_core.storage.cache import Cache

LOCK = ".fetching.lock"


def run_fetch(request: FetchRequest, cache: Cache, report: Report) -> None:
    """Download the files of a source into its folder, with `fetched.json`. Raises GparError."""
    folder = request.folder(cache)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / LOCK, timeout=0):
            fetch(
                SOURCES[request.source],
                folder,
                fetched_at=datetime.now(UTC).isoformat(timespec="seconds"),
                base_url=request.base_url,
                cells=request.cells,
                pert_types=request.pert_types,
                report=report,
            )
    except Timeout as error:
        raise RequestError(
            f"Another fetch is writing to '{folder}'. Wait until it finishes, or cancel it."
        ) from error
