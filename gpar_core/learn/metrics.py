"""Metrics for held-out scores: AUROC, average precision and their intervals."""

from dataclasses import dataclass

import numpy as np

from gpar_core.learn.codes import coded

PAPER_LINE = 0.6
"""Gao et al. 2021: models with mean AUROC >= 0.6 were regarded as well trained."""

N_RESAMPLES = 1000
RESAMPLES_AT_ONCE = 50
"""Few enough for the processor's cache, also with thousands of drugs."""


@dataclass(frozen=True)
class Metrics:
    """Quality of one cross-validation.

    fold_auroc: per fold with both positives and negatives. mean_auroc: their mean, as in the paper.
    pooled_auroc, average_precision: over all held-out scores together. base_rate: share of
    positives, the average_precision without skill. interval: 95% for mean_auroc, by resampling
    drugs. n_resampled: positive drugs (signatures, if there is one drug) that were resampled.
    """

    fold_auroc: tuple[float, ...]
    mean_auroc: float
    pooled_auroc: float
    average_precision: float
    base_rate: float
    interval: tuple[float, float]
    n_resampled: int

    @property
    def reaches_line(self) -> bool:
        """Whether the mean AUROC reaches the paper's threshold of 0.6."""
        return self.mean_auroc >= PAPER_LINE


def evaluate(
    positive: np.ndarray, score: np.ndarray, fold: np.ndarray, drug: np.ndarray, *, seed: int
) -> Metrics:
    """Metrics of held-out scores.

    positive: (n,) bool. score: (n,), each from the model that did not see the signature.
    fold: (n,) int from 0. drug: (n,) names. A fold without positives, or without negatives, counts
    only in the pooled metrics.
    """
    from sklearn.metrics import average_precision_score, roc_auc_score  # noqa: PLC0415 -- pages start without it

    both = np.intersect1d(fold[positive], fold[~positive])
    folds = [fold == number for number in both]
    fold_auroc = tuple(float(roc_auc_score(positive[held], score[held])) for held in folds)
    unit = drug.astype(object)
    if len(set(unit[positive])) == 1:
        unit[positive] = [str(row) for row in np.flatnonzero(positive)]
    return Metrics(
        fold_auroc=fold_auroc,
        mean_auroc=float(np.mean(fold_auroc)),
        pooled_auroc=float(roc_auc_score(positive, score)),
        average_precision=float(average_precision_score(positive, score)),
        base_rate=float(positive.mean()),
        interval=auroc_interval(positive, score, fold, unit, seed=seed),
        n_resampled=len(set(unit[positive])),
    )


def auroc_interval(
    positive: np.ndarray,
    score: np.ndarray,
    fold: np.ndarray,
    unit: np.ndarray,
    *,
    seed: int,
    n_resamples: int = N_RESAMPLES,
) -> tuple[float, float]:
    """95% percentile interval of the mean AUROC over folds, resampling whole drugs.

    Positive and negative drugs are drawn with replacement from all folds together; a drawn drug
    keeps its fold, and folds left without a positive or a negative drop out of the mean. Two to
    four drugs give only a rough interval.
    """
    rng = np.random.default_rng([seed, 0xB007])
    positive_units, positive_index = coded(unit[positive])
    negative_units, negative_index = coded(unit[~positive])
    column = np.empty(len(unit), dtype=np.int64)
    column[positive], column[~positive] = positive_index, len(positive_units) + negative_index
    wins = _wins_of_folds(positive, score, fold, column)
    of_positives = resample(len(positive_units), n_resamples, rng)
    parts = []
    for start in range(0, n_resamples, RESAMPLES_AT_ONCE):
        part = of_positives[start : start + RESAMPLES_AT_ONCE]
        weight = [part, resample(len(negative_units), len(part), rng)]
        parts.append(_mean_auroc(wins, np.concatenate(weight, axis=1)))
    auroc = np.concatenate(parts)
    low, high = np.percentile(auroc[np.isfinite(auroc)], [2.5, 97.5])
    return float(low), float(high)


def weighted_auroc(
    positive: np.ndarray, score: np.ndarray, fold: np.ndarray, unit: np.ndarray, weight: np.ndarray
) -> np.ndarray:
    """Mean AUROC over folds, each signature counted as often as its unit is drawn.

    positive, score, fold: as in `evaluate`. unit: (n,) int, columns of weight. weight:
    (n_resamples, n_units) how often each unit is drawn. Folds left without a positive or a negative
    drop out of the mean. Returns (n_resamples,), NaN where no fold is left.
    """
    return _mean_auroc(_wins_of_folds(positive, score, fold, unit), weight)


@dataclass(frozen=True, eq=False)
class _Wins:
    """Comparisons within a fold.

    positive: (p,) units of its positive signatures. negative: (q,) units of its negative ones, each
    once; size: (q,) how many signatures. wins: (p, q), how many of them each positive outscores,
    ties as half.
    """

    positive: np.ndarray
    negative: np.ndarray
    size: np.ndarray
    wins: np.ndarray


def _wins_of_folds(
    positive: np.ndarray, score: np.ndarray, fold: np.ndarray, unit: np.ndarray
) -> list[_Wins]:
    found = []
    for number in range(fold.max() + 1):
        held_positive = np.flatnonzero(positive & (fold == number))
        held_negative = np.flatnonzero(~positive & (fold == number))
        if not len(held_positive) or not len(held_negative):
            continue
        held_negative = held_negative[np.argsort(unit[held_negative], kind="stable")]
        units, first, size = np.unique(unit[held_negative], return_index=True, return_counts=True)
        wins = _wins(score[held_positive], score[held_negative])
        found.append(_Wins(unit[held_positive], units, size, np.add.reduceat(wins, first, axis=1)))
    return found


def _mean_auroc(folds: list[_Wins], weight: np.ndarray) -> np.ndarray:
    """(n_resamples,) as `weighted_auroc`; whole numbers and halves, so that order is no matter."""
    total = np.zeros(len(weight))
    counted = np.zeros(len(weight))
    for each in folds:
        p, q = weight[:, each.positive], weight[:, each.negative]
        together = p.sum(axis=1) * (q @ each.size)
        won = np.einsum("ri,ri->r", p @ each.wins, q)
        present = together > 0
        total[present] += won[present] / together[present]
        counted[present] += 1
    return np.where(counted > 0, total / np.maximum(counted, 1), np.nan)


def resample(n: int, n_resamples: int, rng: np.random.Generator) -> np.ndarray:
    """(n_resamples, n) how often each of n drugs is drawn."""
    return rng.multinomial(n, np.full(n, 1 / n), size=n_resamples).astype(np.float64)


def _wins(positive_score: np.ndarray, negative_score: np.ndarray) -> np.ndarray:
    """(n_positive, n_negative): 1 where the positive scores higher, 0.5 on a tie."""
    difference = positive_score[:, None] - negative_score[None, :]
    return (difference > 0) + 0.5 * (difference == 0)
