"""How much results computed on different processors may differ.

The data of a training and its draws are the same everywhere; sums in single precision and the type
of matrix products are not, and every step of a training propagates the difference. The limits are
larger than the largest difference measured by `python -m benchmarks.processors`, for `paper` about
twice as large. docs/training.md has the table. `fast` and `linear`, computed in double precision,
agree to all digits shown; their limits allow for a different order of nearly equal scores.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

PARTS: Final = ("AUROC of fold", "95% interval", "average precision", "permuted labels")
"""First words of figures that depend on few drugs or only on the top of a ranking."""


@dataclass(frozen=True)
class Tolerance:
    """How far apart two results of one request may be.

    auroc: AUROC over all folds. part: a figure of one fold and the others of `PARTS`. es: the ES of
    a compound among the first hundred. first: minimum share of the first hundred compounds that
    both have.
    """

    auroc: float
    part: float
    es: float
    first: float

    @property
    def limits(self) -> str:
        """The limits in words."""
        return (
            f"no AUROC differs by more than {self.auroc:g}, no value of a single fold, average "
            f"precision or interval by more than {self.part:g}, and at least {self.first:.0%} of "
            "the first compounds are the same"
        )

    def of_figure(self, name: str) -> float:
        """The limit of one figure. name: as in `outcomes`."""
        return self.part if name.startswith(PARTS) else self.auroc


TOLERANCES: Final[Mapping[str, Tolerance]] = {
    "linear": Tolerance(auroc=1e-6, part=1e-6, es=0.001, first=0.99),
    "fast": Tolerance(auroc=1e-4, part=0.001, es=0.001, first=0.99),
    "paper": Tolerance(auroc=0.08, part=0.3, es=0.25, first=0.25),
}
"""By preset."""


@dataclass(frozen=True)
class SearchTolerance:
    """How far apart two results of one search may be.

    connectivity: of a compound. first: as in `Tolerance`.
    """

    connectivity: float
    first: float

    @property
    def limits(self) -> str:
        """The limits in words."""
        return (
            f"no connectivity differs by more than {self.connectivity:g}, and at least "
            f"{self.first:.0%} of the first compounds are the same"
        )

    def of_figure(self, name: str) -> float:
        """The limit of one figure."""
        return self.connectivity


SEARCH: Final = SearchTolerance(connectivity=0.001, first=0.95)
"""Sums over genes are in single precision, and the space is as that of 'fast'."""
