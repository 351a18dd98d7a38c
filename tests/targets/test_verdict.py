"""What is said on likely targets."""

import numpy as np
import pandas as pd
import pytest

from gpar_core.targets.verdict import hits_in_words, verdict


def _table(probability: list[float], p: list[float] | None = None) -> pd.DataFrame:
    n = len(probability)
    p = p or [np.nan] * n
    fdr = np.minimum(np.array(p) * n, 1)
    genes = [f"G{number}" for number in range(n)]
    return pd.DataFrame({"gene": genes, "probability": probability, "p": p, "fdr": fdr})


@pytest.mark.parametrize(
    ("probability", "said"),
    [
        ([0.5, 0.01], "G0 stands out: its probability of being a known target is 0.5 (0.002 by "
         "chance)."),
        ([0.5, 0.4, 0.3, 0.25], "G0 (0.50), G1 (0.40), G2 (0.30) and 1 more stand out: in "
         "parentheses, the probability of being a known target (0.002 by chance)."),
        ([0.05, 0.01], "No gene stands out: the likeliest, G0, has a probability of 0.05 of being "
         "a known target (0.002 by chance)."),
    ],
)  # fmt: skip
def test_probabilities_decide(probability: list[float], said: str) -> None:
    assert verdict(_table(probability), 0.002) == said


def test_without_probabilities_the_fdr_decides() -> None:
    nan = [np.nan, np.nan]
    found = verdict(_table(nan, [1e-4, 0.9]), np.nan)
    assert found.startswith("G0 stands out of 2 genes with an FDR below 0.05. No probability")
    found = verdict(_table(nan, [0.3, 0.9]), np.nan)
    assert found.startswith("No gene stands out: none of 2 has an FDR below 0.05.")
    assert "a p of about 0.5; G0 has 0.3." in found


def test_without_evidence_nothing_is_claimed() -> None:
    assert verdict(_table([]), np.nan) == "There is no evidence on any gene."
    assert "No gene can be told from others" in verdict(_table([np.nan]), np.nan)


def test_hits_are_said_beside_what_needs_no_compound() -> None:
    rows = [
        (name, k, share / (1 if k == 10 else 0.5), 0.25, 0.35, 1200)
        for name, share in (("chance", 0.05), ("genetic", 0.2), ("combined", 0.3), ("other", 0.1))
        for k in (10, 50)
    ]
    columns = ["method", "first", "share", "low", "high", "n_molecules"]
    table = pd.DataFrame(rows, columns=columns)
    assert hits_in_words(table) == (
        "Combined: a known target is among the first 10 genes for a share of 0.30 (0.25–0.35) of "
        "1,200 molecules; with the list of another compound for 0.1, and by chance for 0.05."
    )
    fewer = hits_in_words(table[~table["method"].isin(["combined", "other"])])
    assert fewer.startswith("All genetic lines: ")
    assert fewer.endswith("1,200 molecules; by chance for 0.05.")
