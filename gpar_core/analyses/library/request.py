"""The request for a library of models."""

from dataclasses import dataclass
from typing import ClassVar

from gpar_core.analyses.method import Method
from gpar_core.data.class_names import Noun, noun_of


@dataclass(frozen=True)
class LibraryRequest:
    """Train a model on each of many MOAs or targets; existing models are kept.

    moas: their names, sorted; targets are written 'target: DRD2'. Other fields as in
    `TrainRequest`, the same for all.
    """

    kind: ClassVar[str] = "library"
    compendium: str
    fingerprint: str
    moas: tuple[str, ...]
    method: Method = Method()

    @property
    def title(self) -> str:
        return f"Library of {self.noun.counted(len(self.moas))} of '{self.compendium}'"

    @property
    def noun(self) -> Noun:
        return noun_of(self.moas)
