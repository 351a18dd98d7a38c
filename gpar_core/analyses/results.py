"""The result of a request: where it is, and whether it exists and can be read.

A result that cannot be read, because it is damaged or of another version, counts as missing: it is
computed again when it is requested again.
"""

from pathlib import Path

from gpar_core.analyses.library import result as library
from gpar_core.analyses.library.request import LibraryRequest
from gpar_core.analyses.registry import STORED, found, kind_of
from gpar_core.data import demo
from gpar_core.data.fetching.fetched import is_fetched, load_fetched
from gpar_core.data.fetching.request import FetchRequest
from gpar_core.data.importing.request import ImportRequest
from gpar_core.data.requests import DemoRequest, SelectRequest
from gpar_core.errors import DataError, NotFoundError
from gpar_core.storage.cache import MANIFEST, Cache
from gpar_core.storage.requests import Request, job_id


def is_there(cache: Cache, request: Request) -> bool:
    """Whether the whole result exists and can be read."""
    match request:
        case LibraryRequest():
            return library.is_complete(cache, job_id(request))
        case FetchRequest():
            return is_fetched(
                request.folder(cache),
                request.source,
                request.base_url,
                request.cells,
                request.pert_types,
            )
    folder = folder_of(cache, request)
    return (folder / MANIFEST).is_file() and _is_of(cache, folder, request) and _is_readable(folder)


def is_damaged(cache: Cache, request: Request) -> bool:
    """Whether the request's result still exists, but is incomplete or unreadable.

    A result that was deleted, or replaced by another one of the same name, is not damaged.
    """
    folder = folder_of(cache, request)
    if isinstance(request, FetchRequest):
        try:
            there = load_fetched(folder)
        except NotFoundError:
            return False
        return there.choice == request.choice and not there.is_whole
    if not folder.is_dir() or not _is_of(cache, folder, request):
        return False
    return not (folder / MANIFEST).is_file() or not _is_readable(folder)


def folder_of(cache: Cache, request: Request) -> Path:
    """The folder of a request's result, whether it exists or not."""
    match request:
        case DemoRequest():
            return cache.compendium(demo.NAME)
        case ImportRequest() | SelectRequest():
            return cache.compendium(request.name)
        case FetchRequest():
            return request.folder(cache)
    return cache.root / kind_of(request).folder / job_id(request)


def read(folder: Path) -> None:
    """Read a whole published folder: a compendium, a model or a result derived from them.

    Raises DataError if it is damaged or of another version.
    """
    if stored := STORED.get(folder.parent.name):
        found(stored.read)(folder)


def _is_of(cache: Cache, folder: Path, request: Request) -> bool:
    """A compendium has the requested name, but it may belong to another user."""
    if kind_of(request).folder != "compendia":
        return True
    return cache.compendium_made_by(folder.name) == job_id(request)


def _is_readable(folder: Path) -> bool:
    try:
        read(folder)
    except DataError:
        return False
    return True
