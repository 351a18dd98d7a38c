"""Classifiers of scikit-learn as `Fit` functions, to stand beside the network."""

import numpy as np
from sklearn.linear_model import LogisticRegression

from gpar_core.learn.cross_validation import Score
from gpar_core.progress import Report
from gpar_core.rank.scoring import scaled

LOGISTIC_C = 1e-3
SCALING = "signed-root"


def logistic_regression(x: np.ndarray, positive: np.ndarray, seed: int, report: Report) -> Score:
    """L2-regularised logistic regression with balanced class weights.

    x: (n, 978) z-scores, scaled to signed roots. The fit is deterministic.
    """
    model = LogisticRegression(C=LOGISTIC_C, class_weight="balanced", max_iter=300)
    model.fit(scaled(x, SCALING), positive)
    return lambda other: model.decision_function(scaled(other, SCALING))
