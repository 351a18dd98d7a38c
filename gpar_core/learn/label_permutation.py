"""The mean AUROC that a cross-validation reaches by chance, from a few matrix products.

The direct way, training the model again for every permutation of the labels, takes as long as that
many trainings. A closed-form classifier replaces the model: what chance reaches depends on how many
drugs are held out and how similar their signatures are, and hardly on the classifier.
"""

import numpy as np
from scipy.sparse import csr_array
from scipy.stats import rankdata

from gpar_core.data.chosen_rows import ChosenRows
from gpar_core.learn.codes import coded
from gpar_core.learn.cross_validation import taking_part
from gpar_core.rank.scoring import scaled

N_PERMUTATIONS = 500
SCALING = "signed-root"

MAX_SIGNATURES = 5000
"""With more, some negative drugs are left out: what chance reaches varies with the positives, and
thousands of further negatives only cost time."""


def permuted_auroc(
    x: np.ndarray | ChosenRows,
    positive: np.ndarray,
    drug: np.ndarray,
    fold: np.ndarray,
    *,
    seed: int,
    n_permutations: int = N_PERMUTATIONS,
) -> np.ndarray:
    """Mean AUROCs over the folds of a nearest-mean classifier with permuted labels.

    x: (n, n_genes) z-scores. positive, drug, fold: (n,), as in `metrics.evaluate`.

    Within each fold, as many drugs as are positive there are drawn to be positive, with all their
    signatures; with a single positive drug, whose signatures are held out one by one, signatures
    are drawn instead. This is a restricted permutation (Good 2005, Permutation, Parametric and
    Bootstrap Tests of Hypotheses): labels are exchangeable within folds. The classifier is fitted
    to each. Permuting labels against fixed held-out scores would be cheaper but wrong: the scores
    of a fold depend on the labels of the others, so the mean over folds varies more than that would
    show.

    With z the signed roots, centered over all signatures and scaled to length 1, P the positive and
    T all signatures outside the fold, a held-out signature i scores
    z_i . (mean_{j in P} z_j - mean_{j in T} z_j).

    docs/training.md compares this with full trainings on permuted labels.

    Above `MAX_SIGNATURES` a random share of the negative drugs takes part.

    Returns (n_permutations,) float.
    """
    rng = np.random.default_rng([seed, 0x9E21])
    part = taking_part(positive, drug, MAX_SIGNATURES, rng)
    positive, drug, fold = positive[part], drug[part], fold[part]
    z = scaled(x[part], SCALING)
    z = z - z.mean(axis=0)
    length = np.linalg.norm(z, axis=1, keepdims=True)
    z /= np.where(length > 0, length, 1)
    unit = _units(positive, drug)
    drawn = _drawn(positive, unit, fold, n_permutations, rng)
    n_folds = int(fold.max()) + 1
    total = np.zeros(n_permutations)
    for number in range(n_folds):
        held = fold == number
        seen = csr_array(drawn[:, ~held].astype(np.float32))
        direction = seen @ z[~held] - seen.sum(axis=1)[:, None] * z[~held].mean(axis=0)
        total += _auroc(drawn[:, held], direction @ z[held].T)
    return total / n_folds


def _units(positive: np.ndarray, drug: np.ndarray) -> np.ndarray:
    """(n,) int: the units that are labeled, drugs or, with a single positive drug, signatures."""
    if len(set(drug[positive])) == 1:
        return np.arange(len(drug))
    return coded(drug)[1]


def _drawn(
    positive: np.ndarray, unit: np.ndarray, fold: np.ndarray, n: int, rng: np.random.Generator
) -> np.ndarray:
    """(n, n_signatures) bool: random units, in each fold as many as are positive there."""
    drawn = np.zeros((n, len(unit)), bool)
    for number in range(int(fold.max()) + 1):
        held = np.flatnonzero(fold == number)
        there, place = np.unique(unit[held], return_inverse=True)
        n_positive = len(set(unit[held][positive[held]]))
        order = np.argsort(rng.random((n, len(there))), axis=1)
        chosen = np.zeros((n, len(there)), bool)
        np.put_along_axis(chosen, order[:, :n_positive], True, axis=1)
        drawn[:, held] = chosen[:, place]
    return drawn


def _auroc(positive: np.ndarray, score: np.ndarray) -> np.ndarray:
    """(n,) AUROC of each row of (n, m) scores: Mann and Whitney's U divided by its maximum."""
    n_positive = positive.sum(axis=1)
    # From SciPy 1.18 on, ranks of float32 are float32: exact one by one, not in sum.
    ranks = (rankdata(score, axis=1) * positive).sum(axis=1, dtype=float)
    wins = ranks - n_positive * (n_positive + 1) / 2
    return wins / (n_positive * (positive.shape[1] - n_positive))
