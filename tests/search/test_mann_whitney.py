"""The test of many classes against scipy's of each."""

import numpy as np
import pytest
from scipy.stats import mannwhitneyu

from gpar_core.search.mann_whitney import mann_whitney


@pytest.mark.parametrize("digits", [0, 1, 9])
def test_each_class_is_tested_as_by_scipy(digits: int) -> None:
    rng = np.random.default_rng(digits)
    value = rng.normal(size=200).round(digits)
    classes = [rng.permutation(200)[:size] for size in (1, 3, 50, 199)]
    classes.append(np.argsort(value)[-20:])
    auroc, p = mann_whitney(value, classes)
    for own, found_auroc, found_p in zip(classes, auroc, p, strict=True):
        theirs = mannwhitneyu(value[own], np.delete(value, own), method="asymptotic")
        assert found_auroc == pytest.approx(theirs.statistic / (len(own) * (200 - len(own))))
        assert found_p == pytest.approx(theirs.pvalue, rel=1e-9)


def test_equal_values_say_nothing() -> None:
    auroc, p = mann_whitney(np.ones(5), [np.array([0, 1])])
    assert auroc.tolist() == [0.5]
    assert p.tolist() == [1.0]


def test_no_class_has_no_figure() -> None:
    auroc, p = mann_whitney(np.arange(3.0), [])
    assert not len(auroc)
    assert not len(p)


def test_no_class_has_no_test_even_of_one_value() -> None:
    with np.errstate(all="raise"):
        auroc, p = mann_whitney(np.array([1.0]), [])
    assert auroc.shape == p.shape == (0,)
