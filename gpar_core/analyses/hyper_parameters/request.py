"""A sweep over network sizes, asked for."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class SweepRequest:
    """Cross-validate networks of different depth and width on the same folds.

    layers: numbers of hidden layers. nodes: numbers of nodes of each of them. Both rising. The rest
    as in `TrainRequest`.
    """

    kind: ClassVar[str] = "sweep"
    compendium: str
    fingerprint: str
    label: str
    drugs: tuple[str, ...]
    layers: tuple[int, ...]
    nodes: tuple[int, ...]
    steps: int = 2000
    moa: str = ""
    cells: tuple[str, ...] = ()
    negatives: str = "others"
    seed: int = 0

    @property
    def title(self) -> str:
        return f"Hyper-parameters for {self.label}"
