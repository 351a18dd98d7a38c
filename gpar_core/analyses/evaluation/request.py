"""The request for an evaluation."""

from dataclasses import dataclass
from typing import ClassVar

from gpar_core.analyses.method import Method
from gpar_core.compare.methods import METHODS


@dataclass(frozen=True)
class EvaluationRequest:
    """Compare methods on identical folds of many classes of drugs.

    classes: MOAs and targets, or classes of the uploaded table `labels` (its id, '' for MOAs),
    sorted. methods: names of `compare.methods.METHODS`. Other fields as in `TrainRequest`, the same
    for all.
    """

    kind: ClassVar[str] = "evaluation"
    compendium: str
    fingerprint: str
    classes: tuple[str, ...]
    methods: tuple[str, ...]
    labels: str = ""
    method: Method = Method()

    @property
    def title(self) -> str:
        names = [METHODS[name].label for name in self.methods]
        what = names[0] if len(names) == 1 else f"{len(names)} methods"
        on = ", ".join(self.classes) if len(self.classes) <= 2 else f"{len(self.classes)} classes"
        return f"Evaluation of {what} on {on}"
