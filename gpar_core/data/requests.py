"""Requests that create a whole compendium."""

from dataclasses import dataclass
from typing import ClassVar

from gpar_core.data.quality import QualityFilter


@dataclass(frozen=True)
class DemoRequest:
    """Build the simulated demo compendium."""

    kind: ClassVar[str] = "demo"
    seed: int = 0

    @property
    def title(self) -> str:
        return "Build the demo compendium"


@dataclass(frozen=True)
class SelectRequest:
    """Make a compendium from those signatures of another one that pass a filter.

    compendium, fingerprint: the data. name: of the compendium to publish.
    """

    kind: ClassVar[str] = "select"
    compendium: str
    fingerprint: str
    name: str
    quality: QualityFilter
    replace: bool = False

    @property
    def title(self) -> str:
        return f"Filter '{self.compendium}' into '{self.name}'"
