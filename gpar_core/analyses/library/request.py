"""The request for a library of models."""

from dataclasses import dataclass
from typing import ClassVar

from gpar_core.analyses.method import Method


@dataclass(frozen=True)
class LibraryRequest:
    """Train a model on each of many MOAs; existing models are kept.

    moas: their names, sorted. Other fields as in `TrainRequest`, the same for all.
    """

    kind: ClassVar[str] = "library"
    compendium: str
    fingerprint: str
    moas: tuple[str, ...]
    method: Method = Method()

    @property
    def title(self) -> str:
        return f"Library of {len(self.moas)} MOAs of '{self.compendium}'"
