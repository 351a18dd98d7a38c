"""Classifiers of scikit-learn as `Fit` functions, to compare with the model.

Gao et al. 2021 compare with nearest neighbors, random forest and naive Bayes at scikit-learn's
defaults on untransformed z-scores; so does `default_logistic_regression`. The other methods are
this project's own choice.
"""

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC

from gpar_core.learn.cross_validation import Fit, Score
from gpar_core.learn.presets import LINEAR
from gpar_core.progress import Report
from gpar_core.rank.scoring import scaled

LOGISTIC_GRID = (1e-5, 1e-4, 1e-3, 1e-2, 1e-1)
INNER_FOLDS = 5
ENOUGH_STEPS = 1000


def default_logistic_regression(
    x: np.ndarray, positive: np.ndarray, seed: int, report: Report
) -> Score:
    """Logistic regression at scikit-learn's defaults, with enough steps to converge.

    x: (n, 978) untransformed z-scores. The fit is deterministic.
    """
    return _precisely(LogisticRegression(max_iter=ENOUGH_STEPS), x, positive).decision_function


def logistic_regression(x: np.ndarray, positive: np.ndarray, seed: int, report: Report) -> Score:
    """L2-regularized logistic regression with balanced class weights: the preset 'linear'.

    x: (n, 978) z-scores, scaled to signed roots. The fit is deterministic.
    """
    model = fit_logistic(scaled(x, LINEAR.scaling), positive)
    return lambda other: model.decision_function(scaled(other, LINEAR.scaling))


def fit_logistic(x: np.ndarray, positive: np.ndarray, c: float = LINEAR.c) -> LogisticRegression:
    """Fit `logistic_regression`. x: (n, n_genes) scaled signatures. positive: (n,) bool."""
    return _precisely(_logistic(c), x, positive)


def tuned_logistic_regression(
    x: np.ndarray, positive: np.ndarray, seed: int, report: Report
) -> Score:
    """`logistic_regression` with the C of `LOGISTIC_GRID` that is best on inner folds.

    x: (n, 978) z-scores of the training data, which alone determine C: by the mean AUROC over
    seeded, stratified folds of signatures; on a tie the stronger penalty wins. With one positive, C
    cannot be chosen and that of `logistic_regression` is used.
    """
    x = scaled(x, LINEAR.scaling)
    model = fit_logistic(x, positive, _best_c(x, positive, seed))
    return lambda other: model.decision_function(scaled(other, LINEAR.scaling))


def k_nearest_neighbors(x: np.ndarray, positive: np.ndarray, seed: int, report: Report) -> Score:
    """Share of positives among the 5 nearest signatures by Euclidean distance.

    x: (n, 978) untransformed z-scores. Scores tie often: only six values are possible.
    """
    return _by_probability(KNeighborsClassifier(), x, positive)


def random_forest(x: np.ndarray, positive: np.ndarray, seed: int, report: Report) -> Score:
    """Mean vote of 100 trees grown on bootstrap samples. x: (n, 978) untransformed z-scores."""
    return _by_probability(RandomForestClassifier(random_state=seed), x, positive)


def naive_bayes(x: np.ndarray, positive: np.ndarray, seed: int, report: Report) -> Score:
    """Gaussian naive Bayes: genes independent within a class. x: (n, 978) untransformed z-scores.

    The product over 978 genes puts most probabilities at 0 or 1, where they tie.
    """
    return _by_probability(GaussianNB(), x, positive)


def rbf_svm(x: np.ndarray, positive: np.ndarray, seed: int, report: Report) -> Score:
    """Support vectors with kernel exp(-gamma |a - b|^2), gamma = 1 / (978 var(x)), C = 1.

    x: (n, 978) z-scores, scaled to signed roots. Classes are balanced.
    """
    model = SVC(class_weight="balanced").fit(scaled(x, LINEAR.scaling), positive)
    return lambda other: model.decision_function(scaled(other, LINEAR.scaling))


CLASSIFIERS: dict[str, Fit] = {
    "balanced_logistic": logistic_regression,
    "default_logistic": default_logistic_regression,
    "knn": k_nearest_neighbors,
    "forest": random_forest,
    "bayes": naive_bayes,
    "tuned_logistic": tuned_logistic_regression,
    "svm": rbf_svm,
}


def _logistic(c: float) -> LogisticRegression:
    return LogisticRegression(C=c, class_weight="balanced", max_iter=ENOUGH_STEPS)


def _precisely(
    model: LogisticRegression, x: np.ndarray, positive: np.ndarray
) -> LogisticRegression:
    """Fit in double precision: in single, where it stops depends on the kind of processor.

    Over nine MOAs, the mean AUROC ranged from 0.62 to 0.67 on the same data and folds.
    """
    return model.fit(x.astype(np.float64), positive)


def _best_c(x: np.ndarray, positive: np.ndarray, seed: int) -> float:
    n_folds = min(INNER_FOLDS, int(positive.sum()), int((~positive).sum()))
    if n_folds < 2:
        return LINEAR.c
    inner = StratifiedKFold(n_folds, shuffle=True, random_state=seed)
    auroc = np.zeros(len(LOGISTIC_GRID))
    for train, held_out in inner.split(x, positive):
        for place, c in enumerate(LOGISTIC_GRID):
            model = fit_logistic(x[train], positive[train], c)
            auroc[place] += roc_auc_score(positive[held_out], model.decision_function(x[held_out]))
    return LOGISTIC_GRID[int(np.argmax(auroc))]


def _by_probability(model: ClassifierMixin, x: np.ndarray, positive: np.ndarray) -> Score:
    model.fit(x, positive)
    return lambda other: model.predict_proba(other)[:, 1]
