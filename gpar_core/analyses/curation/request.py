"""The request for a curation."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class CurationRequest:
    """Find outliers among the training drugs of a model.

    model: its id. label: the name of its positive set. repeats: cross-validations with different
    folds, of the whole set and without each drug.
    """

    kind: ClassVar[str] = "curation"
    model: str
    label: str
    repeats: int = 5

    @property
    def title(self) -> str:
        return f"Outlier drugs of {self.label}"
