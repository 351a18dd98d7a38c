"""The metric in closed form, against loops."""

import numpy as np
import pytest
from sklearn.covariance import ledoit_wolf_shrinkage

from gpar_core.learn.metric import shrinkage, whitening


def _example(n: int = 40, n_genes: int = 7, n_classes: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Signatures of unequal genes around some offset, in none, one or several classes."""
    rng = np.random.default_rng(0)
    x = rng.normal(3.0, np.linspace(0.5, 2.0, n_genes), (n, n_genes)).astype(np.float32)
    return x, rng.random((n, n_classes)) < 0.3


def _inverse_by_loops(x: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """The inverse of the shrunk within-class covariance."""
    n_genes = x.shape[1]
    scatter, freedom, residuals = np.zeros((n_genes, n_genes)), 0, []
    for column in range(classes.shape[1]):
        members = [x[row].astype(np.float64) for row in range(len(x)) if classes[row, column]]
        if len(members) < 2:
            continue
        mean = sum(members) / len(members)
        for signature in members:
            residuals.append(signature - mean)
            scatter += np.outer(residuals[-1], residuals[-1])
        freedom += len(members) - 1
    spread = sum(scatter[gene, gene] / freedom for gene in range(n_genes)) / n_genes
    share = ledoit_wolf_shrinkage(np.array(residuals), assume_centered=True)
    return np.linalg.inv((1 - share) * scatter / freedom + share * spread * np.eye(n_genes))


def _product(x: np.ndarray, classes: np.ndarray) -> np.ndarray:
    map_ = whitening(x, classes).astype(np.float64)
    return map_ @ map_.T


def test_the_map_is_that_of_the_loops() -> None:
    x, classes = _example()
    assert (classes.sum(axis=1) > 1).any()
    assert not classes.any(axis=1).all()
    expected = _inverse_by_loops(x, classes)
    np.testing.assert_allclose(_product(x, classes), expected, rtol=1e-4, atol=1e-5)
    assert whitening(x, classes).dtype == np.float32


def test_a_signature_counts_once_in_each_of_its_classes() -> None:
    x, classes = _example(12, 4, 1)
    classes[:] = True
    twice = np.hstack([classes, classes])
    np.testing.assert_allclose(
        _product(x, twice), _inverse_by_loops(x, twice), rtol=1e-4, atol=1e-5
    )
    # Twice the residuals, so the covariance is trusted more.
    assert not np.allclose(_product(x, twice), _product(x, classes), rtol=1e-3)


@pytest.mark.parametrize(("n", "n_genes"), [(3, 5), (30, 5), (30, 100), (400, 20)])
def test_shrinkage_is_that_of_scikit_learn(n: int, n_genes: int) -> None:
    rng = np.random.default_rng(n + n_genes)
    residuals = rng.normal(size=(n, n_genes)) * np.linspace(0.1, 2, n_genes)
    found = shrinkage(residuals.T @ residuals, np.square(residuals).sum(axis=1))
    assert found == pytest.approx(ledoit_wolf_shrinkage(residuals, assume_centered=True))


def test_shrinkage_is_whole_where_the_covariance_is_the_identity() -> None:
    assert shrinkage(np.eye(4) * 3, np.full(4, 3.0)) == 1
    rng = np.random.default_rng(0)
    noise = rng.normal(size=(50, 200))
    assert shrinkage(noise.T @ noise, np.square(noise).sum(axis=1)) > 0.9


def test_classes_of_one_or_none_are_ignored() -> None:
    x, classes = _example()
    more = np.zeros((len(x), 3), dtype=bool)
    more[[4, 9], [0, 1]] = True
    np.testing.assert_array_equal(whitening(x, np.hstack([classes, more])), whitening(x, classes))


def test_signatures_without_a_class_are_ignored() -> None:
    x, classes = _example()
    map_ = whitening(x, classes)
    x[~classes.any(axis=1)] = np.nan
    np.testing.assert_array_equal(whitening(x, classes), map_)


@pytest.mark.parametrize("n_classes", [0, 1, 5])
def test_without_a_class_of_two_the_map_is_the_identity(n_classes: int) -> None:
    x, _ = _example()
    classes = np.eye(len(x), n_classes, dtype=bool)
    np.testing.assert_array_equal(whitening(x, classes), np.eye(7))


@pytest.mark.parametrize("seed", range(40))
def test_where_signatures_of_a_class_do_not_differ_the_map_is_the_identity(seed: int) -> None:
    """Whatever the rounding of their mean leaves."""
    rng = np.random.default_rng(seed)
    each = rng.normal(size=(3, 30)).astype(np.float32)
    of = rng.integers(0, 3, 25)
    np.testing.assert_array_equal(whitening(each[of], of[:, None] == np.arange(3)), np.eye(30))
    np.testing.assert_array_equal(whitening(each[of] * 0, np.ones((25, 1), bool)), np.eye(30))


def test_the_order_of_signatures_and_classes_does_not_matter() -> None:
    x, classes = _example()
    rng = np.random.default_rng(1)
    order, columns = rng.permutation(len(x)), rng.permutation(classes.shape[1])
    np.testing.assert_allclose(
        whitening(x[order], classes[order][:, columns]), whitening(x, classes), atol=1e-6
    )


def test_what_all_signatures_have_in_common_does_not_matter() -> None:
    x, classes = _example()
    np.testing.assert_allclose(whitening(x + 100, classes), whitening(x, classes), atol=1e-4)


def test_the_more_variation_within_classes_the_less_a_direction_counts() -> None:
    rng = np.random.default_rng(0)
    n_genes = 10
    directions = np.linalg.qr(rng.normal(size=(n_genes, n_genes)))[0].T
    strength = np.linspace(0.2, 5.0, n_genes)
    of = rng.integers(0, 20, 400)
    x = rng.normal(size=(20, n_genes))[of] * 10 + (
        rng.normal(size=(400, n_genes)) * strength @ directions
    )
    map_ = whitening(x.astype(np.float32), of[:, None] == np.arange(20))
    length = np.linalg.norm(directions @ map_, axis=1)
    assert (np.diff(length) < 0).all()
    assert length[0] / length[-1] > 5


def test_with_many_signatures_those_of_a_class_vary_alike_in_all_directions() -> None:
    rng = np.random.default_rng(0)
    of = rng.integers(0, 10, 20_000)
    mixing = np.eye(6) + rng.uniform(-0.3, 0.3, (6, 6))
    x = rng.normal(size=(10, 6))[of] * 9 + rng.normal(size=(len(of), 6)) @ mixing
    mapped = x @ whitening(x.astype(np.float32), of[:, None] == np.arange(10))
    within = mapped - np.array([mapped[of == one].mean(axis=0) for one in range(10)])[of]
    np.testing.assert_allclose(np.cov(within.T), np.eye(6), atol=0.02)
