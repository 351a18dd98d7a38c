"""How well held-out signatures are told apart."""

from dataclasses import dataclass

import numpy as np

WELL_TRAINED = 0.6
"""Gao et al. 2021: models with mean AUROC >= 0.6 were regarded as well trained."""

N_RESAMPLES = 1000


@dataclass(frozen=True)
class Metrics:
    """Quality of one cross-validation.

    fold_auroc: per fold. mean_auroc: their mean, the paper's number. pooled_auroc,
    average_precision: over all held-out scores together. base_rate: share of positives, what
    average_precision is without skill. interval: 95% for mean_auroc, by resampling drugs.
    n_resampled: positive drugs (signatures, if there is one drug) that were resampled.
    """

    fold_auroc: tuple[float, ...]
    mean_auroc: float
    pooled_auroc: float
    average_precision: float
    base_rate: float
    interval: tuple[float, float]
    n_resampled: int

    @property
    def well_trained(self) -> bool:
        return self.mean_auroc >= WELL_TRAINED

    @property
    def verdict(self) -> str:
        if self.well_trained:
            return "well trained"
        return "this MOA is not learnable from these signatures"


def evaluate(
    positive: np.ndarray, score: np.ndarray, fold: np.ndarray, drug: np.ndarray, *, seed: int
) -> Metrics:
    """Metrics of held-out scores.

    positive: (n,) bool. score: (n,), each from the model that did not see the signature.
    fold: (n,) int from 0. drug: (n,) names. Every fold holds positives and negatives.
    """
    from sklearn.metrics import average_precision_score, roc_auc_score  # noqa: PLC0415 -- pages start without it

    folds = [fold == number for number in range(fold.max() + 1)]
    fold_auroc = tuple(float(roc_auc_score(positive[held], score[held])) for held in folds)
    unit = drug.astype(str)
    if len(set(unit[positive])) == 1:
        unit = np.where(positive, np.arange(len(unit)).astype(str), unit)
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
    four drugs give a rough interval only.
    """
    rng = np.random.default_rng([seed, 0xB007])
    positive_units, positive_index = np.unique(unit[positive], return_inverse=True)
    negative_units, negative_index = np.unique(unit[~positive], return_inverse=True)
    positive_weight = _resample(len(positive_units), n_resamples, rng)
    negative_weight = _resample(len(negative_units), n_resamples, rng)
    total = np.zeros(n_resamples)
    counted = np.zeros(n_resamples)
    for number in range(fold.max() + 1):
        held_positive = fold[positive] == number
        held_negative = fold[~positive] == number
        wins = _wins(score[positive][held_positive], score[~positive][held_negative])
        p = positive_weight[:, positive_index[held_positive]]
        q = negative_weight[:, negative_index[held_negative]]
        weight = p.sum(axis=1) * q.sum(axis=1)
        won = np.einsum("ri,ri->r", p @ wins, q)
        present = weight > 0
        total[present] += won[present] / weight[present]
        counted[present] += 1
    auroc = total[counted > 0] / counted[counted > 0]
    low, high = np.percentile(auroc, [2.5, 97.5])
    return float(low), float(high)


def _resample(n: int, n_resamples: int, rng: np.random.Generator) -> np.ndarray:
    """(n_resamples, n) how often each of n drugs is drawn."""
    return rng.multinomial(n, np.full(n, 1 / n), size=n_resamples).astype(np.float64)


def _wins(positive_score: np.ndarray, negative_score: np.ndarray) -> np.ndarray:
    """(n_positive, n_negative): 1 where the positive scores higher, 0.5 on a tie."""
    difference = positive_score[:, None] - negative_score[None, :]
    return (difference > 0) + 0.5 * (difference == 0)
