"""The request for a download."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from gpar_core.data.fetching.sources import SOURCES
from gpar_core.storage.cache import Cache


@dataclass(frozen=True)
class FetchRequest:
    """Fetch a source of LINCS data.

    source: its name in `data.fetching.sources.SOURCES`. base_url: of a mirror, ending in '/', or
    ''. cells: cell lines, sorted; empty for all. to: absolute path of the folder, '' for the one in
    the cache; never user input from a page.
    """

    kind: ClassVar[str] = "fetch"
    source: str
    base_url: str = ""
    cells: tuple[str, ...] = ()
    to: str = ""

    def folder(self, cache: Cache) -> Path:
        """The folder of the downloaded files."""
        return Path(self.to) if self.to else cache.source(self.source)

    @property
    def title(self) -> str:
        cells = f" · {', '.join(self.cells)}" if self.cells else ""
        return f"Fetch {SOURCES[self.source].title}{cells}"
