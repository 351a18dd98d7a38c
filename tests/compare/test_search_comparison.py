"""Scores compared over MOAs: means, intervals, the best and the difference to it."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from gpar_core.compare.search_comparison import (
    MEASURES,
    identified,
    scope_in_words,
    summary,
    verdict,
)


def measured(n: int, gap: float, *, lengths: tuple[int, ...] = (50,)) -> pd.DataFrame:
    """Figures of n MOAs by two scores; the first is ahead by the gap, plus noise."""
    rng = np.random.default_rng(0)
    rows = [
        {
            "score": score,
            "n_genes": length,
            "noise": 0.0,
            "moa": f"moa {number}",
            "n_drugs": 4,
            "n_queries": 4,
            "base_rate": 0.01,
            **{name: rng.normal(0.5 + lead, 0.02) for name in MEASURES},
        }
        for length in lengths
        for number in range(n)
        for score, lead in (("space", gap), ("wtcs", 0.0))
    ]
    return pd.DataFrame(rows)


def test_means_intervals_and_differences_are_those_of_the_moas() -> None:
    moas = measured(30, 0.01)
    table = summary(moas, seed=0)
    assert len(table) == 2 * len(MEASURES)
    wide = moas.pivot_table(index="moa", columns="score", values="ap")
    ap = table[table["measure"] == "ap"].set_index("score")
    assert ap["mean"].to_dict() == pytest.approx(wide.mean().to_dict())
    assert ap.loc["space", "best"]
    assert not ap.loc["wtcs", "best"]
    assert ap.loc["wtcs", "behind"] == pytest.approx((wide["space"] - wide["wtcs"]).mean())
    assert ap.loc["wtcs", "p"] == pytest.approx(stats.wilcoxon(wide["space"] - wide["wtcs"]).pvalue)
    assert np.isnan(ap.loc["space", ["behind", "p"]].to_numpy(float)).all()
    assert (ap["n_moas"] == 30).all()
    assert (ap["n_queries"] == 120).all()
    # As the normal approximation has it, within a tenth.
    error = 1.96 * wide["wtcs"].std() / np.sqrt(30)
    assert ap.loc["wtcs", "high"] - ap.loc["wtcs", "mean"] == pytest.approx(error, rel=0.15)
    paired = 1.96 * (wide["space"] - wide["wtcs"]).std() / np.sqrt(30)
    half = (ap.loc["wtcs", "behind_high"] - ap.loc["wtcs", "behind_low"]) / 2
    assert half == pytest.approx(paired, rel=0.15)


def test_a_rounding_error_is_no_difference() -> None:
    moas = measured(12, 0.0)
    leader = moas["score"] == "space"
    moas.loc[~leader, "ap"] = moas.loc[leader, "ap"].to_numpy() - 0.01 * (np.arange(12) < 6)
    exact = summary(moas, seed=0)
    moas.loc[leader, "ap"] += 1e-14 * np.arange(-6, 6)
    pd.testing.assert_series_equal(summary(moas, seed=0)["p"], exact["p"])


def test_few_moas_have_no_interval_and_no_winner() -> None:
    moas = measured(4, 0.2)
    table = summary(moas, seed=0)
    assert table[["low", "high", "behind_low", "behind_high", "p"]].isna().all(axis=None)
    assert "4 MOAs cannot show which is better; at least 6" in verdict(moas, "ap", 0.0, seed=0)


@pytest.mark.parametrize(("gap", "said"), [(0.1, " is ahead by 0.1"), (0.0, "neither is ahead")])
def test_a_winner_is_ahead_by_more_than_noise(gap: float, said: str) -> None:
    assert said in verdict(measured(20, gap), "first_10", 0.0, seed=0)


def test_a_verdict_is_over_all_lengths() -> None:
    long = measured(10, 0.3, lengths=(50, 100))
    long.loc[long["n_genes"] == 100, "ap"] = 0.0
    text = verdict(long, "ap", 0.0, seed=0)
    mean = long.loc[long["score"] == "space", "ap"].mean()
    assert f"mean over 10 MOAs and all list lengths: GPAR's space {mean:.3g}" in text


def test_one_score_has_nothing_to_be_compared_with() -> None:
    moas = measured(10, 0.1)
    alone = moas[moas["score"] == "wtcs"]
    assert verdict(alone, "ap", 0.0, seed=0).endswith(").")
    assert summary(alone, seed=0)["best"].all()


@pytest.mark.parametrize(
    ("available", "said"),
    [(120, "30 MOAs, 120 queries, 120 pairs"), (2500, "120 queries (a random sample of 2,500)")],
)
def test_a_sample_of_the_queries_is_said(available: int, said: str) -> None:
    scope = pd.DataFrame({"n_used": [120], "n_available": [available]})
    assert said in scope_in_words(summary(measured(30, 0.1), seed=0), scope)


def test_identity_is_counted() -> None:
    table = pd.DataFrame(
        {"score": "space", "n_genes": 50, "noise": 0.0, "drug": list("abcd"),
         "rank": [1.0, 1.5, 10.0, 40.0], "n_drugs": 100}
    )  # fmt: skip
    (row,) = identified(table).to_dict("records")
    assert [row[name] for name in ("n", "first", "first_10", "median_rank")] == [4, 2, 3, 5.75]
    assert identified(table.iloc[:0]).empty
