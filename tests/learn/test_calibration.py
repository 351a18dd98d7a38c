"""Calibration against scikit-learn's and against what is true by construction."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import norm

from gpar_core.learn.calibration import Calibration, calibrate, reliability


def _scores(n: int, share: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Positives and scores whose log-odds are one apart."""
    rng = np.random.default_rng(seed)
    positive = rng.random(n) < share
    positive[:2] = True, False
    return positive, 1 / (1 + np.exp(-(rng.normal(size=n) + positive)))


def test_the_curve_is_the_one_of_greatest_likelihood_for_platts_targets() -> None:
    positive, score = _scores(300, 0.1)
    n_positive = positive.sum()
    target = np.where(
        positive, (n_positive + 1) / (n_positive + 2), 1 / (len(positive) - n_positive + 2)
    )
    odds = np.log(score / (1 - score))

    def loss(parameters: np.ndarray) -> float:
        p = 1 / (1 + np.exp(-(parameters[0] * odds + parameters[1])))
        return float(-(target * np.log(p) + (1 - target) * np.log(1 - p)).sum())

    expected = minimize(loss, [1.0, 0.0], tol=1e-10).x
    found = calibrate(positive, score)
    assert (found.slope, found.intercept) == pytest.approx(expected, rel=1e-2)


def test_probabilities_come_true_on_new_scores() -> None:
    calibration = calibrate(*_scores(40_000, 0.1))
    positive, score = _scores(100_000, 0.1, seed=1)
    probability = calibration.probability(score)
    for low, high in ((0.02, 0.05), (0.05, 0.1), (0.1, 0.2), (0.2, 0.5)):
        held = (probability >= low) & (probability < high)
        assert positive[held].mean() == pytest.approx(probability[held].mean(), rel=0.15)


def test_the_order_of_scores_stays() -> None:
    positive, score = _scores(200, 0.05)
    probability = calibrate(positive, score).probability(np.sort(score))
    assert (np.diff(probability) > 0).all()


def test_scores_of_0_and_1_and_separable_ones_are_borne() -> None:
    positive = np.arange(50) < 4
    probability = calibrate(positive, positive.astype(float)).probability(np.array([0.0, 1.0]))
    assert (np.diff(probability) > 0).all()
    assert ((probability > 0) & (probability < 1)).all()


def test_scores_that_point_the_wrong_way_say_nothing() -> None:
    positive, score = _scores(400, 0.1)
    found = calibrate(positive, 1 - score)
    assert found.slope == 0
    assert found.probability(np.array([0.1, 0.9])) == pytest.approx(positive.mean(), abs=0.01)


def test_reliability_counts_every_signature_once() -> None:
    positive, score = _scores(1000, 0.1)
    fold = np.arange(1000) % 5
    table = reliability(positive, score, fold)
    assert table["n"].sum() == 1000
    assert table["n_positive"].sum() == positive.sum()
    assert (np.diff(table["predicted"]) > 0).all()
    np.testing.assert_allclose(table["observed"], table["n_positive"] / table["n"])


def test_reliability_intervals_are_wilsons() -> None:
    positive, score = _scores(1000, 0.1)
    row = reliability(positive, score, np.arange(1000) % 5).iloc[-1]
    n, p, z = row["n"], row["observed"], norm.ppf(0.975)
    middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    assert (row["low"], row["high"]) == pytest.approx((middle - half, middle + half))


def test_no_fold_is_calibrated_by_itself() -> None:
    positive, score = _scores(400, 0.2)
    fold = np.arange(400) % 2
    table = reliability(positive, score, fold)
    expected = np.empty(400)
    for number in range(2):
        other = fold != number
        expected[~other] = calibrate(positive[other], score[other]).probability(score[~other])
    assert np.average(table["predicted"], weights=table["n"]) == pytest.approx(expected.mean())


def test_calibrated_scores_of_another_mix_keep_their_shape() -> None:
    assert Calibration(1.0, 0.0).probability(np.full((2, 3), 0.5)).tolist() == [[0.5] * 3] * 2
