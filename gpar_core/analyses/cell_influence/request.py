"""A comparison of cell lines, asked for."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class CellInfluenceRequest:
    """Cross-validate the same drugs on several selections of cell lines.

    selections: each a sorted tuple of cell lines, an empty one for all. left_out: drugs that were
    chosen but lack signatures in some selection, and so are neither positive nor negative. The rest
    as in `TrainRequest`.
    """

    kind: ClassVar[str] = "cell_influence"
    compendium: str
    fingerprint: str
    label: str
    drugs: tuple[str, ...]
    selections: tuple[tuple[str, ...], ...]
    left_out: tuple[str, ...] = ()
    moa: str = ""
    preset: str = "fast"
    negatives: str = "others"
    seed: int = 0

    @property
    def title(self) -> str:
        return f"Cell influence on {self.label}"
