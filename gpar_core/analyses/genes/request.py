"""The requests about genes."""

from dataclasses import dataclass
from typing import ClassVar

from gpar_core.analyses.method import DrugSet, Method


@dataclass(frozen=True)
class GeneImportanceRequest:
    """Find the landmark genes that a model uses.

    model: its id. label: the name of its positive set. compendium, fingerprint: the data it was
    trained on.
    """

    kind: ClassVar[str] = "gene_importance"
    compendium: str
    fingerprint: str
    model: str
    label: str

    @property
    def title(self) -> str:
        return f"Which genes: {self.label}"


@dataclass(frozen=True)
class GeneCountRequest:
    """Cross-validate on fewer landmark genes, drawn at random or the most important ones.

    counts: numbers of genes, rising. repeats: draws of each. Other fields as in `TrainRequest`.
    """

    kind: ClassVar[str] = "gene_count"
    unused: ClassVar[tuple[str, ...]] = ("profiles",)
    compendium: str
    fingerprint: str
    drug_set: DrugSet
    counts: tuple[int, ...]
    repeats: int = 10
    method: Method = Method()

    @property
    def title(self) -> str:
        return f"How many genes: {self.drug_set.label}"
