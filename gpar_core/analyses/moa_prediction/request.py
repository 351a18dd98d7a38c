"""The request for a MOA prediction of uploaded profiles."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class PredictionRequest:
    """Have uploaded profiles read by the models of a library.

    profiles: id of the uploaded profiles. library: id of the library. models: ids of its models
    that are to be asked, sorted. label: what the profiles are called on screen.
    """

    kind: ClassVar[str] = "prediction"
    profiles: str
    library: str
    models: tuple[str, ...]
    label: str

    @property
    def title(self) -> str:
        return f"MOAs of {self.label}"
