"""MOAs of signatures from the scores of many models."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import cauchy, false_discovery_control, percentileofscore

from gpar_core.errors import RequestError
from gpar_core.rank.moa_prediction import (
    NEAR_THE_TOP,
    SUPPORTED,
    MoaScores,
    combined,
    p_values,
    percentiles,
    rank_moas,
)


def _scores(n_models: int = 5, n: int = 4, seed: int = 0) -> MoaScores:
    rng = np.random.default_rng(seed)
    moas = tuple(f"moa {number}" for number in range(n_models))
    arrays = [rng.random((n_models, n)) for _ in range(3)]
    ids = tuple(moa.replace(" ", "-") for moa in moas)
    p, base_rate = rng.random((n_models, n)), rng.random(n_models)
    return MoaScores(moas, ids, *arrays, arrays[0] > 0.8, p, base_rate)


def test_percentiles_are_those_of_scipy_with_ties_counted_half() -> None:
    rng = np.random.default_rng(0)
    known = np.round(rng.random(200), 1)
    score = np.round(rng.random(30), 1)
    expected = [percentileofscore(known, one, kind="mean") / 100 for one in score]
    np.testing.assert_allclose(percentiles(score, np.sort(known)), expected)


def test_every_moa_has_its_means_over_the_chosen_signatures() -> None:
    scores = _scores()
    chosen = np.array([0, 2, 3])
    table = rank_moas(scores, chosen).set_index("moa")
    for place, moa in enumerate(scores.moa):
        row = table.loc[moa]
        percentile = [scores.percentile[place, column] for column in chosen]
        assert row["percentile"] == pytest.approx(sum(percentile) / 3)
        assert row["agreement"] == pytest.approx(sum(one >= NEAR_THE_TOP for one in percentile) / 3)
        assert row["mean_probability"] == pytest.approx(scores.probability[place, chosen].mean())
        assert row["calibrated"] == pytest.approx(scores.calibrated[place, chosen].mean())
        assert row["held_out"] == any(scores.held_out[place, column] for column in chosen)
        assert row["n_signatures"] == 3


@pytest.mark.parametrize(
    ("by", "column"),
    [
        ("calibrated", "calibrated"),
        ("percentile", "percentile"),
        ("paper", "mean_probability"),
    ],
)
def test_the_highest_comes_first(by: str, column: str) -> None:
    table = rank_moas(_scores(), by=by)
    assert table[column].is_monotonic_decreasing
    assert set(table["moa"]) == set(_scores().moa)


def test_equal_percentiles_go_by_calibrated_probability_then_name() -> None:
    moas, same = ("b", "c", "a"), np.full((3, 1), 0.99)
    calibrated = np.array([[0.1], [0.3], [0.1]])
    scores = MoaScores(moas, moas, same, same, calibrated, same > 1, same, np.full(3, 0.1))
    assert rank_moas(scores, by="percentile")["moa"].tolist() == ["c", "a", "b"]


def test_an_unknown_order_is_refused() -> None:
    with pytest.raises(RequestError, match="evidence, calibrated, percentile, paper"):
        rank_moas(_scores(), by="luck")


# --------------------------------------------------------------------------------- evidence


def test_p_is_the_share_of_others_that_score_as_high() -> None:
    null = np.sort(np.round(np.random.default_rng(0).random(50), 1))
    score = np.array([0.0, 0.3, 0.95, 2.0])
    expected = [(1 + sum(other >= one for other in null)) / 51 for one in score]
    np.testing.assert_allclose(p_values(score, null), expected)


def test_p_of_several_signatures_is_combined_as_by_scipys_cauchy_distribution() -> None:
    p = np.random.default_rng(0).random((6, 4)) ** 3
    expected = cauchy.sf(cauchy.isf(p).mean(axis=1))
    np.testing.assert_allclose(combined(p), expected)
    np.testing.assert_allclose(combined(p[:, :1]), p[:, 0])


@pytest.mark.parametrize("correlation", [0.0, 0.5, 1.0])
def test_combined_p_holds_its_level_whatever_the_dependence(correlation: float) -> None:
    from scipy.stats import norm

    rng = np.random.default_rng(0)
    shared, own = rng.normal(size=(20_000, 1)), rng.normal(size=(20_000, 5))
    p = norm.sf(np.sqrt(correlation) * shared + np.sqrt(1 - correlation) * own)
    assert (combined(p) <= 0.01).mean() == pytest.approx(0.01, abs=0.003)


def test_evidence_is_the_odds_over_those_of_the_base_rate() -> None:
    scores = _scores()
    table = rank_moas(scores).set_index("moa")
    for place, moa in enumerate(scores.moa):
        calibrated, base = scores.calibrated[place], scores.base_rate[place]
        ratio = calibrated / (1 - calibrated) / (base / (1 - base))
        assert table.loc[moa, "evidence"] == pytest.approx(np.prod(ratio) ** (1 / len(ratio)))
    fdr = false_discovery_control(combined(scores.p))
    np.testing.assert_allclose(table.loc[list(scores.moa), "fdr"], fdr)


def test_supported_moas_come_first_by_their_evidence_and_then_the_likeliest() -> None:
    moas = ("large", "small", "none", "other")
    calibrated = np.array([[0.6], [0.2], [0.5], [0.1]])
    p = np.array([[0.001], [0.002], [0.4], [0.9]])
    scores = MoaScores(
        moas, moas, calibrated, calibrated, calibrated, calibrated > 1, p,
        np.array([0.3, 0.01, 0.4, 0.1]),
    )  # fmt: skip
    table = rank_moas(scores)
    assert table["moa"].tolist() == ["small", "large", "none", "other"]
    assert table["supported"].tolist() == [True, True, False, False]
    assert (table["fdr"] <= SUPPORTED).tolist() == table["supported"].tolist()
    assert rank_moas(scores, by="calibrated")["moa"].tolist() == ["large", "none", "small", "other"]


def test_without_p_nothing_is_supported() -> None:
    scores = replace(_scores(), p=np.full((5, 4), np.nan))
    table = rank_moas(scores)
    assert not table["supported"].any()
    assert table["fdr"].isna().all()
    assert table["calibrated"].is_monotonic_decreasing
