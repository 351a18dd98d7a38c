"""Classifiers that tell each of many classes from the rest, fitted on the same signatures.

Gao et al. 2021 compare with logistic regression, nearest neighbors, random forest and naive Bayes
at scikit-learn's defaults on untransformed z-scores. The other methods are this project's own
choice. What the fits of all classes have in common is computed once.
"""

from collections.abc import Callable, Iterator

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.model_selection import StratifiedKFold
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC

from gpar_core.compare.many_logistic import Axes, axes, balanced, many_logistic
from gpar_core.learn.presets import LINEAR
from gpar_core.progress import Progress, Report
from gpar_core.rank.scoring import scaled

LOGISTIC_GRID = (1e-5, 1e-4, 1e-3, 1e-2, 1e-1)
INNER_FOLDS = 5
TUNED_AT_ONCE = 10
"""Classes whose C is chosen together."""
MAX_KERNEL = 6_000
"""Signatures whose kernel matrix is kept; it takes 290 MB."""
STAGE = "Classifiers"

ScoreAll = Callable[[np.ndarray], np.ndarray]
"""(m, 978) z-scores to (m, c) scores, higher for members of the class."""

FitAll = Callable[[np.ndarray, np.ndarray, int, Report], ScoreAll]
"""Learn c classes from (n, 978) z-scores and (n, c) bool, with both values in every column.

The third argument is a seed, which may be ignored; report may raise to stop.
"""


def balanced_logistic(x: np.ndarray, positive: np.ndarray, seed: int, report: Report) -> ScoreAll:
    """What `learn.logistic.logistic_regression` fits, for each class."""
    of = axes(scaled(x, LINEAR.scaling))
    model = many_logistic(of, positive, *_balanced(positive, LINEAR.c), report)
    return lambda other: model(scaled(other, LINEAR.scaling))


def default_logistic(x: np.ndarray, positive: np.ndarray, seed: int, report: Report) -> ScoreAll:
    """C = 1 as by scikit-learn's default, classes as frequent as they are.

    Fitted until it converges: at scikit-learn's tolerance it stops long before, with an AUROC that
    is 0.03 lower in 24 cell lines (docs/benchmarks.md).
    """
    ones = np.ones(positive.shape)
    return many_logistic(axes(x), positive, ones, np.ones(positive.shape[1]), report)


def tuned_logistic(x: np.ndarray, positive: np.ndarray, seed: int, report: Report) -> ScoreAll:
    """`balanced_logistic` with the C of `LOGISTIC_GRID` that is best on inner folds, by class.

    The training data alone determine C: by the mean AUROC over seeded, stratified folds of
    signatures; on a tie the stronger penalty wins. With one positive, C cannot be chosen and that
    of `balanced_logistic` is used.
    """
    x = scaled(x, LINEAR.scaling).astype(np.float64)
    of = axes(x)
    c = np.concatenate(
        [
            _best_c(of, x, positive[:, first : first + TUNED_AT_ONCE], seed, report)
            for first in range(0, positive.shape[1], TUNED_AT_ONCE)
        ]
    )
    weight, _ = _balanced(positive, 1.0)
    model = many_logistic(of, positive, weight, c, report)
    return lambda other: model(scaled(other, LINEAR.scaling))


def k_nearest_neighbors(x: np.ndarray, positive: np.ndarray, seed: int, report: Report) -> ScoreAll:
    """Share of members among the 5 nearest signatures by Euclidean distance.

    x: (n, 978) untransformed z-scores. Scores tie often: only six values are possible.
    """
    alone = positive.shape[1] == 1
    model = KNeighborsClassifier().fit(x, positive.squeeze(axis=1) if alone else positive)

    def score(other: np.ndarray) -> np.ndarray:
        shares = model.predict_proba(other)
        return np.stack([shares] if alone else shares)[:, :, 1].T

    return score


def random_forest(x: np.ndarray, positive: np.ndarray, seed: int, report: Report) -> ScoreAll:
    """Mean vote of 100 trees grown on bootstrap samples. x: (n, 978) untransformed z-scores."""
    return _one_by_one(lambda: RandomForestClassifier(random_state=seed), x, positive, report)


def naive_bayes(x: np.ndarray, positive: np.ndarray, seed: int, report: Report) -> ScoreAll:
    """Gaussian naive Bayes: genes independent within a class. x: (n, 978) untransformed z-scores.

    The product over 978 genes puts most probabilities at 0 or 1, where they tie.
    """
    return _one_by_one(GaussianNB, x, positive, report)


def rbf_svm(x: np.ndarray, positive: np.ndarray, seed: int, report: Report) -> ScoreAll:
    """Support vectors with kernel exp(-gamma |a - b|^2), gamma = 1 / (978 var(x)), C = 1.

    x: (n, 978) z-scores, scaled to signed roots. Classes are balanced.
    """
    x = scaled(x, LINEAR.scaling).astype(np.float64)
    gamma = 1 / (x.shape[1] * x.var())
    known = rbf_kernel(x, gamma=gamma) if len(x) <= MAX_KERNEL else x
    kernel = {"kernel": "precomputed"} if known is not x else {"gamma": gamma}
    models = [
        SVC(class_weight="balanced", **kernel).fit(known, member)
        for member in _each(positive, report)
    ]

    def score(other: np.ndarray) -> np.ndarray:
        other = scaled(other, LINEAR.scaling).astype(np.float64)
        asked = other if known is x else rbf_kernel(other, x, gamma=gamma)
        return np.stack([model.decision_function(asked) for model in models], axis=1)

    return score


CLASSIFIERS: dict[str, FitAll] = {
    "balanced_logistic": balanced_logistic,
    "default_logistic": default_logistic,
    "knn": k_nearest_neighbors,
    "forest": random_forest,
    "bayes": naive_bayes,
    "tuned_logistic": tuned_logistic,
    "svm": rbf_svm,
}


def _balanced(positive: np.ndarray, c: float) -> tuple[np.ndarray, np.ndarray]:
    return balanced(positive, np.ones(positive.shape, bool)), np.full(positive.shape[1], c)


def _best_c(of: Axes, x: np.ndarray, positive: np.ndarray, seed: int, report: Report) -> np.ndarray:
    """(c,) the best of `LOGISTIC_GRID` for each class, all its inner folds fitted together."""
    best = np.full(positive.shape[1], LINEAR.c)
    tried = []
    for number, member in enumerate(positive.T):
        n_folds = min(INNER_FOLDS, int(member.sum()), int((~member).sum()))
        if n_folds >= 2:
            inner = StratifiedKFold(n_folds, shuffle=True, random_state=seed)
            tried += [(number, held_out) for _, held_out in inner.split(x, member)]
    if not tried:
        return best
    columns = [(number, held_out, c) for number, held_out in tried for c in LOGISTIC_GRID]
    target = positive[:, [number for number, _, _ in columns]]
    seen = np.ones(target.shape, bool)
    for place, (_, held_out, _) in enumerate(columns):
        seen[held_out, place] = False
    penalty = np.array([c for _, _, c in columns])
    score = many_logistic(of, target, balanced(target, seen), penalty, report)(x)
    auroc = np.zeros((positive.shape[1], len(LOGISTIC_GRID)))
    for place, (number, held_out, c) in enumerate(columns):
        found = roc_auc_score(target[held_out, place], score[held_out, place])
        auroc[number, LOGISTIC_GRID.index(c)] += found
    chosen = np.unique([number for number, _ in tried])
    best[chosen] = np.array(LOGISTIC_GRID)[auroc[chosen].argmax(axis=1)]
    return best


def _one_by_one(
    model: Callable[[], ClassifierMixin], x: np.ndarray, positive: np.ndarray, report: Report
) -> ScoreAll:
    models = [model().fit(x, member) for member in _each(positive, report)]
    return lambda other: np.stack([each.predict_proba(other)[:, 1] for each in models], axis=1)


def _each(positive: np.ndarray, report: Report) -> Iterator[np.ndarray]:
    n = positive.shape[1]
    for number, member in enumerate(positive.T):
        report(Progress(STAGE, number, n, f"class {number + 1} of {n}"))
        yield member
