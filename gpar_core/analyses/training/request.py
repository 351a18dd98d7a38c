"""The request for a training."""

from dataclasses import dataclass
from typing import ClassVar

from gpar_core.analyses.method import DrugSet, Method


@dataclass(frozen=True)
class TrainRequest:
    """Train a model on some drugs, cross-validate it and rank all other compounds.

    compendium, fingerprint: the data. drug_set: the positive set. null_repeats: full trainings with
    permuted labels, in addition to the quick runs.
    """

    kind: ClassVar[str] = "train"
    compendium: str
    fingerprint: str
    drug_set: DrugSet
    method: Method = Method()
    null_repeats: int = 0

    @property
    def large(self) -> bool:
        return self.null_repeats > 0

    @property
    def title(self) -> str:
        return f"Train on {self.drug_set.label}"
