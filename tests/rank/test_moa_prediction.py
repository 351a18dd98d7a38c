"""MOAs of signatures from the scores of many models."""

import numpy as np
import pytest
from scipy.stats import percentileofscore

from gpar_core.errors import RequestError
from gpar_core.rank.moa_prediction import NEAR_THE_TOP, MoaScores, percentiles, rank_moas


def _scores(n_models: int = 5, n: int = 4, seed: int = 0) -> MoaScores:
    rng = np.random.default_rng(seed)
    moas = tuple(f"moa {number}" for number in range(n_models))
    arrays = [rng.random((n_models, n)) for _ in range(3)]
    return MoaScores(moas, tuple(m.replace(" ", "-") for m in moas), *arrays, arrays[0] > 0.8)


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
    scores = MoaScores(moas, moas, same, same, calibrated, same > 1)
    assert rank_moas(scores, by="percentile")["moa"].tolist() == ["c", "a", "b"]


def test_an_unknown_order_is_refused() -> None:
    with pytest.raises(RequestError, match="calibrated, percentile, paper"):
        rank_moas(_scores(), by="luck")
