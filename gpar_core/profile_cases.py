"""Case studies that predict the MOA of a compound from a profile of another laboratory."""

from dataclasses import dataclass

import pandas as pd

from gpar_core.analyses.moa_prediction.result import Prediction, ranked
from gpar_core.data.training_set import moa_key

N_FIRST = 5


@dataclass(frozen=True)
class ProfileCase:
    """A compound whose MOA is asked for, and what the paper reported.

    drug: its name in a compendium. moas: names of the mechanism that others have shown, in
    different compendia. source: of a profile to upload. paper: what it reported.
    """

    title: str
    story: str
    drug: str
    moas: tuple[str, ...]
    source: str
    paper: str


PROFILE_CASES = (
    ProfileCase(
        title="Nitidine's mechanism",
        story=(
            "Nitidine chloride is a component of a traditional Chinese medicine. Its expression "
            "profile in MCF7 cells was measured by microarray in another laboratory, and Lv et al. "
            "2017 validated that it inhibits topoisomerase. Does a library of L1000 models name "
            "this mechanism (Additional file 1: Table S3)?"
        ),
        drug="nitidine",
        moas=("topoisomerase inhibitor", "topoisomerase I inhibitor", "topoisomerase II inhibitor"),
        source=(
            "GSE85871 of GEO, nitidine chloride against DMSO: a table of limma with a column t, or "
            "z-scores"
        ),
        paper="topoisomerase inhibitor is predicted",
    ),
)


def findings(case: ProfileCase, prediction: Prediction) -> pd.DataFrame:
    """The paper's result compared with a prediction: question, paper, here; all text."""
    table = ranked(prediction)
    wanted = {moa_key(moa) for moa in case.moas}
    rows = []
    names = table["name"].unique()
    for name in names:
        of_one = table[table["name"] == name].reset_index(drop=True)
        several = f" of {name}" if len(names) > 1 else ""
        hits = of_one[of_one["moa"].map(moa_key).isin(wanted)]
        for place, row in zip(hits.index + 1, hits.itertuples(), strict=True):
            supported = "supported" if row.supported else "not supported"
            here = f"number {place} of {len(of_one)}, FDR {row.fdr:.2g}: {supported}"
            rows.append((f"{row.moa}{several}", case.paper, here))
        if hits.empty:
            rows.append((f"{case.moas[0]}{several}", case.paper, "no model of it in the library"))
        first = ", ".join(of_one["moa"].head(N_FIRST))
        rows.append((f"First {N_FIRST} MOAs{several}", "not given", first))
    return pd.DataFrame(rows, columns=["question", "paper", "here"])
