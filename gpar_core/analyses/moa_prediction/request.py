"""The request for a MOA prediction of uploaded profiles."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class PredictionRequest:
    """Score uploaded profiles with the models of a library.

    profiles: id of the uploaded profiles. library: id of the library. models: ids of the models to
    use, sorted. label: the name of the profiles on screen.
    """

    kind: ClassVar[str] = "prediction"
    profiles: str
    library: str
    models: tuple[str, ...]
    label: str

    @property
    def title(self) -> str:
        return f"MOAs of {self.label}"
