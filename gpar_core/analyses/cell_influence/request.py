"""The request for a comparison of cell lines."""

from dataclasses import dataclass
from typing import ClassVar

from gpar_core.analyses.method import DrugSet, Method


@dataclass(frozen=True)
class CellInfluenceRequest:
    """Cross-validate the same drugs on several selections of cell lines.

    selections: each a sorted tuple of cell lines, an empty one for all. left_out: drugs that were
    chosen but lack signatures in some selection, and so are neither positive nor negative. Other
    fields as in `TrainRequest`; the method has no cell lines of its own.
    """

    kind: ClassVar[str] = "cell_influence"
    unused: ClassVar[tuple[str, ...]] = ("profiles", "cells")
    compendium: str
    fingerprint: str
    drug_set: DrugSet
    selections: tuple[tuple[str, ...], ...]
    left_out: tuple[str, ...] = ()
    method: Method = Method()

    @property
    def title(self) -> str:
        return f"Cell lines compared for {self.drug_set.label}"
