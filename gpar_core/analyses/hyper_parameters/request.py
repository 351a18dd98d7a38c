"""The request for a sweep over network sizes."""

from dataclasses import dataclass
from typing import ClassVar

from gpar_core.analyses.method import DrugSet, Method


@dataclass(frozen=True)
class SweepRequest:
    """Cross-validate networks of different depth and width on the same folds.

    layers: numbers of hidden layers. nodes: numbers of nodes in each layer. Both rising. Other
    fields as in `TrainRequest`.
    """

    kind: ClassVar[str] = "sweep"
    unused: ClassVar[tuple[str, ...]] = ("profiles", "preset")
    compendium: str
    fingerprint: str
    drug_set: DrugSet
    layers: tuple[int, ...]
    nodes: tuple[int, ...]
    steps: int = 2000
    method: Method = Method()

    @property
    def title(self) -> str:
        return f"Hyper-parameters for {self.drug_set.label}"
