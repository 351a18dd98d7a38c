"""Plan a download, ready to be queued, and estimate its size."""

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from gpar_core.data.fetching.fetched import Fetched, load_fetched
from gpar_core.data.fetching.meter import size_text
from gpar_core.data.fetching.request import FetchRequest
from gpar_core.data.fetching.sources import SOURCES, Source
from gpar_core.data.importing.import_files import ImportFiles
from gpar_core.data.importing.plan import plan_import
from gpar_core.data.importing.request import ImportRequest
from gpar_core.data.name_lists import read_names
from gpar_core.data.pert_types import COMPOUNDS, known_pert_types
from gpar_core.data.quality import QualityFilter
from gpar_core.errors import NotFoundError, RequestError
from gpar_core.storage.cache import Cache

MOAS_FOR_ALL = "repurposing-hub"
"""The source whose MOAs apply to the compounds of every release."""


def plan_fetch(
    source: str,
    *,
    base_url: str = "",
    cells: Iterable[str] = (),
    to: Path | None = None,
    pert_types: Iterable[str] = COMPOUNDS,
) -> FetchRequest:
    """Check the request. Raises RequestError or NotFoundError.

    base_url: of a mirror that has the same files. cells: cell lines, or a text that lists them;
    whether the release has them is checked once its cell_info is there. to: a folder in place of
    the one in the cache, for the command line only. pert_types: as in `known_pert_types`.
    """
    if source not in SOURCES:
        raise NotFoundError(
            f"There is no source '{source[:80]}'. Choose from: {', '.join(SOURCES)}."
        )
    names = read_names(cells) if isinstance(cells, str) else cells
    chosen = tuple(sorted({cell.strip() for cell in names} - {""}))
    if chosen and not SOURCES[source].cell_column:
        raise RequestError(f"{SOURCES[source].title} has no cell lines to choose from.")
    kinds = known_pert_types(pert_types)
    if kinds != COMPOUNDS and not SOURCES[source].cell_column:
        raise RequestError(f"{SOURCES[source].title} has no kinds of perturbagens to choose from.")
    if to is not None and to.exists() and not to.is_dir():
        raise RequestError(f"'{to}' is a file. Give a folder to download into.")
    return FetchRequest(
        source=source,
        base_url=_checked(base_url),
        cells=chosen,
        to=str(to.resolve()) if to else "",
        pert_types=kinds,
    )


def all_fetched(cache: Cache) -> list[Fetched]:
    """The complete downloads in the cache, in the order of `SOURCES`."""
    found = []
    for name in SOURCES:
        with suppress(NotFoundError):
            found.append(load_fetched(cache.source(name)))
    return [each for each in found if each.is_whole]


def plan_import_of(
    cache: Cache, sources: Sequence[Fetched], *, name: str, replace: bool = False
) -> ImportRequest:
    """The request to import the downloads of some sources into one compendium.

    Signatures in several sources are taken from the first. Cell lines are those requested, or all
    if any source was downloaded with all cell lines; kinds of perturbagens are those requested of
    any source. MOAs come from the sources' own tables, and
    from the Drug Repurposing Hub if that was downloaded into the cache. Raises RequestError or
    FileFormatError.
    """
    series = []
    for each in sources:
        if each.series is None:
            raise RequestError(
                f"{SOURCES[each.source].title} has no signatures to import. Use its tables "
                "together with another source."
            )
        series.append(each.series)
    hub = [each for each in all_fetched(cache) if each.source == MOAS_FOR_ALL]
    tables = [path for each in (*sources, *hub) for path in each.compound_tables]
    cells = {cell for each in sources for cell in each.cells}
    return plan_import(
        cache,
        ImportFiles(tuple(series), tuple(tables)),
        name=name,
        quality=QualityFilter(
            cells=tuple(sorted(cells)) if all(each.cells for each in sources) else ()
        ),
        replace=replace,
        pert_types=[kind for each in sources for kind in each.pert_types],
    )


def size_in_words(source: Source, pert_types: Collection[str] = COMPOUNDS) -> str:
    """How much will be downloaded and how much disk it takes, to show the user beforehand."""
    tables = sum(file.n_bytes for file in source.tables)
    matrix = source.matrix
    if matrix is None:
        return f"{size_text(tables)} to download."
    if source.by_ranges:
        sizes = [file.n_bytes for file in source.matrices(pert_types)]
        several = f"{len(sizes)} matrices ({size_text(sum(sizes))} in all)"
        of = several if len(sizes) > 1 else f"the {size_text(sum(sizes))} matrix"
        return (
            f"{size_text(tables)} of tables to download, then the selected part of {of}, about "
            "50 kB per signature."
        )
    return (
        f"{size_text(tables + matrix.n_bytes)} to download; {size_text(tables + matrix.unpacked)} "
        f"on disk, {size_text(tables + matrix.n_bytes + matrix.unpacked)} during unpacking."
    )


def _checked(base_url: str) -> str:
    """A mirror's address, ending in '/'. Raises RequestError."""
    if not base_url:
        return ""
    try:
        parts = urlsplit(base_url)
        valid = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid or parts.query or parts.fragment or parts.username or not base_url.isprintable():
        raise RequestError(
            f"'{base_url[:80]}' is not the address of a mirror. Use http://HOST/FOLDER/ or "
            "https://HOST/FOLDER/, without a user name, '?' or '#'."
        )
    return base_url.rstrip("/") + "/"
