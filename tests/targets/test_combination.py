"""The combination of the lines of evidence."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from gpar_core.targets.combination import (
    MIN_MOLECULES,
    N_FOLDS,
    N_OTHERS,
    combine,
    features,
    fit_weights,
)

N, G = 60, 400


@pytest.fixture(scope="module")
def cases() -> tuple[dict[str, np.ndarray], np.ndarray, list[str]]:
    """Two lines of evidence, a third that is noise, of 60 molecules with two targets each."""
    rng = np.random.default_rng(3)
    known = np.zeros((N, G), bool)
    for row in known:
        row[rng.choice(G, 2, replace=False)] = True
    first, second, noise = rng.normal(size=(3, N, G))
    first, second = first + 2 * known, second + known
    first[:, ::4] = np.nan
    names = [f"m{number}" for number in range(N)]
    return {"first": first, "second": second, "noise": noise}, known, names


def test_weights_are_those_of_ridge_logistic_regression() -> None:
    rng = np.random.default_rng(0)
    x, weight = rng.normal(size=(300, 4)), rng.uniform(0.5, 2, 300)
    x[:, 1::2] = rng.random((300, 2)) < 0.7
    positive = x @ [2, 0.5, 1, -0.5] + rng.normal(size=300) > 1
    reference = LogisticRegression(C=1.0, tol=1e-10, max_iter=5000)
    reference.fit(x, positive, sample_weight=weight)
    found = fit_weights(x, positive, weight)
    np.testing.assert_allclose(found[:-1], reference.coef_[0], atol=1e-4)
    np.testing.assert_allclose(found[-1], reference.intercept_[0], atol=1e-4)


def test_evidence_never_counts_against_a_target() -> None:
    rng = np.random.default_rng(0)
    positive = rng.random(500) < 0.3
    x = np.column_stack([rng.normal(size=500) - positive, np.ones(500)])
    assert fit_weights(x, positive, np.ones(500))[0] == 0


def test_probabilities_are_shares_of_known_targets(
    cases: tuple[dict[str, np.ndarray], np.ndarray, list[str]],
) -> None:
    lines, known, names = cases
    found = combine(lines, known, names)
    assert found is not None
    p = found.probability(lines, names)
    assert np.isclose(p.sum(), known.sum(), rtol=0.15)
    high = p > 0.2
    assert high.sum() > 20
    assert np.isclose(p[high].mean(), known[high].mean(), atol=0.1)
    assert found.base_rate == pytest.approx(known.mean())
    assert found.coefficients[-1, 0] > found.coefficients[-1, 2] > found.coefficients[-1, 4] >= 0


def test_a_molecule_has_the_model_that_did_not_see_it(
    cases: tuple[dict[str, np.ndarray], np.ndarray, list[str]],
) -> None:
    lines, known, names = cases
    found = combine(lines, known, names)
    assert found is not None
    assert sorted(set(found.fold.values())) == list(range(N_FOLDS))
    other = known.copy()
    other[7] = np.roll(other[7], 5)
    again = combine(lines, other, names)
    assert again is not None
    own = found.fold["m7"]
    p = found.probability(lines, names)
    # The sample of other genes changes with the targets, so only nearly the same.
    assert not np.allclose(found.coefficients[-1], again.coefficients[-1], atol=1e-6)
    new = found.probability({name: x[7:8] for name, x in lines.items()}, ["new"])
    x, _ = features([each[7] for each in lines.values()])
    w = found.coefficients[own]
    np.testing.assert_allclose(p[7], 1 / (1 + np.exp(-(x @ w[:-1] + w[-1]))))
    assert not np.allclose(new[0], p[7])


def test_a_gene_without_evidence_has_no_probability(
    cases: tuple[dict[str, np.ndarray], np.ndarray, list[str]],
) -> None:
    lines, known, names = cases
    holes = {name: x.copy() for name, x in lines.items()}
    for x in holes.values():
        x[:, 0] = np.nan
    found = combine(holes, known, names)
    assert found is not None
    assert np.isnan(found.probability(holes, names)[:, 0]).all()


def test_few_molecules_are_not_enough(
    cases: tuple[dict[str, np.ndarray], np.ndarray, list[str]],
) -> None:
    lines, known, names = cases
    few = {name: x[: MIN_MOLECULES - 1] for name, x in lines.items()}
    assert combine(few, known[: MIN_MOLECULES - 1], names[: MIN_MOLECULES - 1]) is None
    assert combine({}, known, names) is None
    assert G > N_OTHERS, "else nothing is sampled here"
