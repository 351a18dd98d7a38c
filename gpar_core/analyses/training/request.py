"""A training, asked for."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class TrainRequest:
    """Train a model on some drugs, cross-validate it and rank all other compounds.

    compendium, fingerprint: the data. label: what the positive set is called on screen.
    drugs: names without case, sorted. moa: the MOA they were chosen by, or ''.
    cells: cell lines, sorted; empty for all. preset: a key of `learn.presets.PRESETS`.
    negatives: 'inactive' (unannotated, low TAS) or 'others' (all compounds without the MOA).
    null_repeats: whole trainings with permuted labels, beside the quick runs.
    profiles: id of the uploaded profiles that are the positive set in place of drugs, or ''.
    """

    kind: ClassVar[str] = "train"
    compendium: str
    fingerprint: str
    label: str
    drugs: tuple[str, ...]
    moa: str = ""
    cells: tuple[str, ...] = ()
    preset: str = "fast"
    negatives: str = "inactive"
    seed: int = 0
    null_repeats: int = 0
    profiles: str = ""

    @property
    def title(self) -> str:
        return f"Train on {self.label}"
