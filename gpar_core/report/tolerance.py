"""Within what two results agree that differ in nothing but the processor they were computed on.

The data of a training and its draws are the same everywhere; sums of single precision and the type
of matrix products are not, and every step of a training carries the difference on. The limits are a
few times the largest difference measured by `python -m benchmarks.processors`; docs/training.md has
the table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Tolerance:
    """How far apart two results of one request may be.

    figure: any figure of the cross-validation, above all an AUROC. es: the ES of a compound among
    the first hundred. first: least share of the first hundred compounds that both have.
    """

    figure: float
    es: float
    first: float


TOLERANCES: Final[Mapping[str, Tolerance]] = {
    "fast": Tolerance(figure=0.001, es=0.005, first=0.97),
    "paper": Tolerance(figure=0.05, es=0.2, first=0.8),
}
"""By preset."""
