"""The quality to expect of a positive set, before any training.

`learning_curves.tsv` has the AUROCs that MOAs reach in 24 cell lines of LINCS2020, by number of
drugs and of cell lines, as `python -m benchmarks.learning_curves` measures them with the preset
'fast'.
"""

from dataclasses import dataclass
from functools import cache
from importlib import resources

import pandas as pd

from gpar_core.data.training_set import TrainingSet

MEASURED_ON = "24 cell lines of LINCS2020"


@dataclass(frozen=True)
class Expectation:
    """The mean AUROCs of n_moas MOAs, each with n_drugs drugs in n_cells cell lines.

    low, median, high: quartiles over the MOAs.
    """

    n_drugs: int
    n_cells: int
    n_moas: int
    low: float
    median: float
    high: float

    @property
    def sentence(self) -> str:
        """One sentence for users."""
        lines = "1 cell line" if self.n_cells == 1 else f"{self.n_cells} cell lines"
        return (
            f"With {self.n_drugs} drugs in {lines}, half of {self.n_moas} MOAs reach a mean AUROC "
            f"of {self.low:.2f}-{self.high:.2f} (measured in {MEASURED_ON})."
        )


@cache
def learning_curves() -> pd.DataFrame:
    """One row for each number of drugs and cell lines, with the fields of `Expectation`."""
    text = resources.files("gpar_core.learn").joinpath("learning_curves.tsv")
    with text.open(encoding="utf-8") as lines:
        return pd.read_csv(lines, sep="\t")


def expected(training_set: TrainingSet) -> Expectation | None:
    """The measured row with the most drugs and cell lines that this set can match.

    Its number of cell lines is the mean number of signatures per drug. None for a single drug.
    """
    n_drugs = training_set.n_positive_compounds
    n_cells = training_set.n_positive_signatures / max(n_drugs, 1)
    table = learning_curves()
    fitting = table[(table["n_drugs"] <= n_drugs) & (table["n_cells"] <= n_cells)]
    if fitting.empty:
        return None
    best = fitting.sort_values(["n_cells", "n_drugs"]).iloc[-1]
    return Expectation(
        int(best["n_drugs"]),
        int(best["n_cells"]),
        int(best["n_moas"]),
        float(best["low"]),
        float(best["median"]),
        float(best["high"]),
    )
