"""The requests for a target prediction and for its evaluation."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class TargetRequest:
    """Rank genes as targets of a compound of a compendium, or of uploaded profiles.

    name: of the compound or the profiles on screen. compound: a drug of the compendium; or
    profiles: id of uploaded profiles. library: id of the library whose models of targets are asked,
    '' for none; models: their ids, sorted.
    """

    kind: ClassVar[str] = "target_prediction"
    compendium: str
    fingerprint: str
    name: str
    compound: str = ""
    profiles: str = ""
    library: str = ""
    models: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return f"Predicted targets of {self.name}"


@dataclass(frozen=True)
class TargetEvaluationRequest:
    """Count how often known targets are found. library, models: as in `TargetRequest`. seed: of
    samples, folds and intervals.
    """

    kind: ClassVar[str] = "target_evaluation"
    compendium: str
    fingerprint: str
    library: str = ""
    models: tuple[str, ...] = ()
    seed: int = 0

    @property
    def title(self) -> str:
        return f"Evaluation of target prediction in {self.compendium}"
