"""Convert the scores of one model to probabilities that are comparable between models."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

LIMIT = 1e-6
"""Scores are kept this far from 0 and 1, where log-odds are infinite."""

EDGES = (0.003, 0.01, 0.03, 0.1, 0.3)
"""Limits of the probability bins: fixed, since limits fitted to the data would flatter the fit."""


@dataclass(frozen=True)
class Calibration:
    """Probability of being positive: 1 / (1 + exp(-(slope * log-odds of the score + intercept))).

    It holds for the mix of positives and negatives of the training set.
    """

    slope: float
    intercept: float

    def probability(self, score: np.ndarray) -> np.ndarray:
        """Scores of any shape to probabilities."""
        return 1 / (1 + np.exp(-(self.slope * _log_odds(score) + self.intercept)))


def calibrate(positive: np.ndarray, score: np.ndarray) -> Calibration:
    """Fit to held-out scores, after Platt (1999, Advances in Large Margin Classifiers).

    positive: (n,) bool, of both kinds. score: (n,), each by a model that did not see the signature.

    A logistic curve, because an isotonic one would overfit the few positives; its targets are
    (n+ + 1) / (n+ + 2) and 1 / (n- + 2), so that separable scores do not make it a step. A slope
    below 0 would reverse the model's order, so it is set to 0: the score is uninformative.
    """
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 -- pages start without it

    n_positive = int(positive.sum())
    target = np.where(
        positive, (n_positive + 1) / (n_positive + 2), 1 / (len(positive) - n_positive + 2)
    )
    x = np.tile(_log_odds(score), 2)[:, None]
    of_kind = np.repeat([True, False], len(score))
    weight = np.concatenate([target, 1 - target])
    fit = LogisticRegression(C=np.inf).fit(x, of_kind, sample_weight=weight)
    slope, intercept = float(fit.coef_[0, 0]), float(fit.intercept_[0])
    if slope < 0:
        share = target.mean()
        return Calibration(0.0, float(np.log(share / (1 - share))))
    return Calibration(slope, intercept)


def calibrate_each(
    positive: np.ndarray, score: np.ndarray, fold: np.ndarray
) -> tuple[Calibration, ...]:
    """For each fold, the calibration fitted to the held-out scores of all other folds.

    positive, score: as in `calibrate`. fold: (n,) int from 0.
    """
    folds = range(int(fold.max()) + 1)
    return tuple(calibrate(positive[fold != one], score[fold != one]) for one in folds)


def reliability(positive: np.ndarray, score: np.ndarray, fold: np.ndarray) -> pd.DataFrame:
    """Whether calibrated probabilities come true.

    Each fold is calibrated on the other folds. positive, score: as in `calibrate`. fold: (n,) int
    from 0. Returns one row per non-empty probability bin, in ascending order: predicted (mean),
    observed (share of positives), low and high (its 95% interval, Wilson 1927), n and n_positive.
    """
    from scipy.stats import binomtest  # noqa: PLC0415 -- pages start without it

    probability = np.empty(len(score))
    for number, calibration in enumerate(calibrate_each(positive, score, fold)):
        probability[fold == number] = calibration.probability(score[fold == number])
    rows = []
    bins = np.digitize(probability, EDGES)
    for number in np.unique(bins):
        held = bins == number
        n, n_positive = int(held.sum()), int(positive[held].sum())
        interval = binomtest(n_positive, n).proportion_ci(method="wilson")
        rows.append(
            {
                "predicted": float(probability[held].mean()),
                "observed": n_positive / n,
                "low": float(interval.low),
                "high": float(interval.high),
                "n": n,
                "n_positive": n_positive,
            }
        )
    return pd.DataFrame(rows)


def _log_odds(score: np.ndarray) -> np.ndarray:
    kept = np.clip(np.asarray(score, np.float64), LIMIT, 1 - LIMIT)
    return np.log(kept / (1 - kept))
