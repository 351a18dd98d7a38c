"""Requests that create a whole compendium."""

from dataclasses import dataclass
from typing import ClassVar

from gpar_core.data.quality import EVERYTHING, QualityFilter


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

    compendium, fingerprint: the data. name: of the compendium to publish. compact: store the
    z-scores in 8 bits.
    """

    kind: ClassVar[str] = "select"
    compendium: str
    fingerprint: str
    name: str
    quality: QualityFilter
    replace: bool = False
    compact: bool = False

    @property
    def unused(self) -> tuple[str, ...]:
        return () if self.compact else ("compact",)

    @property
    def title(self) -> str:
        if self.quality == EVERYTHING:
            return f"Store '{self.compendium}' compactly as '{self.name}'"
        return f"Filter '{self.compendium}' into '{self.name}'"
