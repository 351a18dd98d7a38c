"""The request for a download."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from gpar_core.data.fetching.sources import SOURCES
from gpar_core.fields import COMPOUND_PERT_TYPE, PERT_TYPES
from gpar_core.storage.cache import Cache


@dataclass(frozen=True)
class FetchRequest:
    """Fetch a source of LINCS data.

    source: its name in `data.fetching.sources.SOURCES`. base_url: of a mirror, ending in '/', or
    ''. cells: cell lines, sorted; empty for all. pert_types: kinds of perturbagens, of
    `fields.PERT_TYPES`. to: absolute path of the folder, '' for the one in
    the cache; never user input from a page.
    """

    kind: ClassVar[str] = "fetch"
    source: str
    base_url: str = ""
    cells: tuple[str, ...] = ()
    to: str = ""
    pert_types: tuple[str, ...] = (COMPOUND_PERT_TYPE,)

    @property
    def unused(self) -> tuple[str, ...]:
        return ("pert_types",) if self.pert_types == (COMPOUND_PERT_TYPE,) else ()

    @property
    def choice(self) -> tuple[str, str, tuple[str, ...], tuple[str, ...]]:
        """What is fetched, wherever to."""
        return self.source, self.base_url, self.cells, self.pert_types

    def folder(self, cache: Cache) -> Path:
        """The folder of the downloaded files."""
        return Path(self.to) if self.to else cache.source(self.source)

    @property
    def title(self) -> str:
        parts = [f"Fetch {SOURCES[self.source].title}"]
        parts += [", ".join(self.cells)] if self.cells else []
        if not self.unused:
            parts.append(", ".join(f"{PERT_TYPES[kind]}s" for kind in self.pert_types))
        return " · ".join(parts)
