"""The logistic regression that is a preset and stands beside every model."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from gpar_core.learn.logistic import logistic_regression
from gpar_core.progress import silent
from tests.compare.test_classifiers import planted


@pytest.mark.parametrize(("effect", "low", "high"), [(1.5, 0.9, 1), (0.0, 0.3, 0.7)])
def test_a_planted_direction_is_found_and_nothing_where_there_is_none(
    effect: float, low: float, high: float
) -> None:
    x, positive = planted(0, effect=effect)
    scorer = logistic_regression(x, positive, 0, silent)
    other, member = planted(1, effect=effect)
    assert low < roc_auc_score(member, scorer(other)) <= high
    np.testing.assert_array_equal(scorer(other), logistic_regression(x, positive, 1, silent)(other))


def test_it_is_fitted_in_double_precision(monkeypatch: pytest.MonkeyPatch) -> None:
    """In single precision, different processors stop it at different places."""
    fit, seen = LogisticRegression.fit, set()

    def watched(model: LogisticRegression, x: np.ndarray, y: np.ndarray) -> LogisticRegression:
        seen.add(x.dtype.type)
        return fit(model, x, y)

    monkeypatch.setattr(LogisticRegression, "fit", watched)
    x, positive = planted(0)
    logistic_regression(x.astype(np.float32), positive, 0, silent)
    assert seen == {np.float64}
