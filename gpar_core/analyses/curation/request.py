"""The request for a curation."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class CurationRequest:
    """Find the training drugs of a model that do not belong.

    model: its id. label: what its positive set is called. repeats: cross-validations with other
    folds, of the whole set and without each drug.
    """

    kind: ClassVar[str] = "curation"
    model: str
    label: str
    repeats: int = 5

    @property
    def title(self) -> str:
        return f"Outlier drugs of {self.label}"
