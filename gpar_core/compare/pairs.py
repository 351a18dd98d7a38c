"""How well similarities between drugs separate the positives from the negatives.

All functions take similarity (n_positive, n), of each positive, in order, to each of n drugs,
higher for more alike; and positive, (n,) bool.
"""

import numpy as np

N_RESAMPLES = 200


def held_out_scores(similarity: np.ndarray, positive: np.ndarray, fold: np.ndarray) -> np.ndarray:
    """Mean similarity of each drug to the positives of the other folds.

    fold: (n,) int from 0. Returns (n,).
    """
    score = np.empty(len(positive))
    for number in range(fold.max() + 1):
        held_out = fold == number
        known = fold[positive] != number
        score[held_out] = similarity[np.ix_(known, held_out)].mean(axis=0)
    return score


def pair_scores(similarity: np.ndarray, positive: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The paper's pairs: all pairs of positives, and each positive with each negative.

    Needs two positives and one negative. Returns (n_pairs,) bool, whether both are positive, and
    (n_pairs,) similarity.
    """
    first, second = np.triu_indices(len(similarity), k=1)
    same = similarity[:, positive][first, second]
    different = similarity[:, ~positive].ravel()
    both = np.arange(len(same) + len(different)) < len(same)
    return both, np.concatenate([same, different])


def pair_auroc_interval(
    similarity: np.ndarray, positive: np.ndarray, *, seed: int, n_resamples: int = N_RESAMPLES
) -> tuple[float, float]:
    """95% percentile interval of the AUROC over pairs, resampling whole drugs.

    Positives and negatives are drawn with replacement; a pair counts as often as both of its drugs
    are drawn together, a drug paired with itself never.
    """
    rng = np.random.default_rng([seed, 0xFA12])
    n, m = len(similarity), int((~positive).sum())
    both, score = pair_scores(similarity, positive)
    first, second = np.triu_indices(n, k=1)
    places = np.unique(score, return_inverse=True)[1]
    auroc = []
    for _ in range(n_resamples):
        ours = rng.multinomial(n, np.full(n, 1 / n)).astype(float)
        theirs = rng.multinomial(m, np.full(m, 1 / m)).astype(float)
        same = np.bincount(places[both], ours[first] * ours[second], places.max() + 1)
        different = np.bincount(places[~both], np.outer(ours, theirs).ravel(), places.max() + 1)
        if same.sum() > 0:
            below = np.cumsum(different) - different / 2
            auroc.append(float(same @ below / (same.sum() * different.sum())))
    low, high = np.percentile(auroc, [2.5, 97.5])
    return float(low), float(high)
