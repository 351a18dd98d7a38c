"""How much results computed on different processors may differ.

The data of a training and its draws are the same everywhere; sums in single precision and the type
of matrix products are not, and every step of a training propagates the difference. The limits are
larger than the largest difference measured by `python -m benchmarks.processors`, for `paper` about
twice as large. docs/training.md has the table. `fast` and `linear`, computed in double precision,
agree to all digits shown; their limits allow for a different order of nearly equal scores.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

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
    ranked: ClassVar[str] = "compounds"

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
class ListTolerance:
    """How far apart two results of one request may be, of a method without a preset.

    of: what its figures are, in words. largest: difference of one. ranked: what is ranked, in
    words, '' where nothing is. first: minimum share of the first of these that both have.
    """

    of: str
    largest: float
    ranked: str = ""
    first: float = 1.0

    @property
    def limits(self) -> str:
        """The limits in words."""
        said = f"no {self.of} differs by more than {self.largest:g}"
        if not self.ranked:
            return said
        return f"{said}, and at least {self.first:.0%} of the first {self.ranked} are the same"

    def of_figure(self, name: str) -> float:
        """The limit of one figure."""
        return self.largest


SEARCH: Final = ListTolerance("connectivity", 0.001, "compounds", 0.95)
"""Sums over genes are in single precision, and the space is as that of 'fast'."""
TARGETS: Final = ListTolerance("probability or genetic score", 1e-4, "genes", 0.95)
"""Cosines and their sums over cell lines are in single precision. In the demo, two kinds of
processor differ by 3e-13."""
HITS: Final = ListTolerance("share of molecules", 0.01)
"""A molecule whose target is just among the first genes on one processor may not be on another. In
the demo none is."""
