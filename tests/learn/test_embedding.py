"""The space that is learned without annotation, against its definition written out."""

import numpy as np
import pytest

from gpar_core.learn.embedding import Embedding, Moments, embedding, moments, together
from gpar_core.learn.presets import MatchingSettings
from gpar_core.rank.neighbors import unit

N_GENES, N_CELLS, N_DRUGS = 12, 4, 30
FAST = MatchingSettings()


def _signatures(seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of 30 drugs in one to four cell lines each, whose means differ."""
    rng = np.random.default_rng(seed)
    drug, cell = np.nonzero(rng.random((N_DRUGS, N_CELLS)) < 0.6)
    x = rng.normal(size=(len(drug), N_GENES)) + rng.normal(size=(N_CELLS, N_GENES))[cell]
    x += 2 * rng.normal(size=(N_DRUGS, N_GENES))[drug]
    return x.astype(np.float32), drug, cell


def _by_definition(
    x: np.ndarray, drug: np.ndarray, cell: np.ndarray, dimensions: int
) -> tuple[np.ndarray, ...]:
    """center, means of the cell lines and matrix, by loops and matrices that are inverted."""
    x = x.astype(float)
    center = x.mean(axis=0)
    means = np.array(
        [(x[cell == one].sum(axis=0) + 10 * center) / ((cell == one).sum() + 10)
         for one in range(N_CELLS)]
    )  # fmt: skip
    centered = x - means[cell]
    scatter, freedom = np.zeros((N_GENES, N_GENES)), 0
    for one in np.unique(drug):
        own = centered[drug == one]
        for row in own - own.mean(axis=0):
            scatter += np.outer(row, row)
        freedom += len(own) - 1
    a = np.eye(N_GENES)
    if freedom:
        share = max(0.5, N_GENES / (N_GENES + freedom))
        covariance = (1 - share) * scatter / freedom
        covariance += share * np.trace(scatter) / freedom / N_GENES * np.eye(N_GENES)
        values, vectors = np.linalg.eigh(np.linalg.inv(covariance))
        a = vectors * np.sqrt(values)
    pooled = np.array([centered[drug == one].sum(axis=0) @ a for one in np.unique(drug)])
    pooled /= np.linalg.norm(pooled, axis=1, keepdims=True)
    values, vectors = np.linalg.eigh(pooled.T @ pooled / len(pooled))
    kept = np.argsort(-values)[:dimensions]
    flat = vectors[:, kept] / np.sqrt(0.2 * values[kept] / values.mean() + 0.8)
    return center, means, a @ flat


def _learned(
    x: np.ndarray, drug: np.ndarray, cell: np.ndarray, settings: MatchingSettings = FAST
) -> Embedding:
    return embedding(moments(x, drug, cell, N_CELLS), settings)


@pytest.mark.parametrize("dimensions", [5, 200])
def test_it_is_the_space_of_its_definition(dimensions: int) -> None:
    x, drug, cell = _signatures()
    found = _learned(x, drug, cell, MatchingSettings(dimensions=dimensions))
    center, means, matrix = _by_definition(x, drug, cell, dimensions)
    np.testing.assert_allclose(found.center, center, atol=1e-5)
    np.testing.assert_allclose(found.center + found.shift, means, atol=1e-5)
    assert found.matrix.shape == (N_GENES, min(dimensions, N_GENES))
    np.testing.assert_allclose(  # the axes may be turned: what counts are angles and lengths
        (x - means[cell]) @ found.matrix @ found.matrix.T, (x - means[cell]) @ matrix @ matrix.T,
        atol=1e-4,
    )  # fmt: skip


def test_moments_of_parts_add_up_to_those_of_all() -> None:
    x, drug, cell = _signatures()
    parts = [moments(x[drug % 3 == k], drug[drug % 3 == k], cell[drug % 3 == k], N_CELLS)
             for k in range(3)]  # fmt: skip
    found, whole = together(parts), moments(x, drug, cell, N_CELLS)
    for name in ("by_cell", "scatter", "cross", "within", "freedom"):
        np.testing.assert_allclose(getattr(found, name), getattr(whole, name), atol=1e-9)
    in_order = np.argsort(np.concatenate([np.unique(drug[drug % 3 == k]) for k in range(3)]))
    np.testing.assert_allclose(found.total[in_order], whole.total)
    np.testing.assert_array_equal(found.counts[in_order], whole.counts)


def test_what_one_compound_varies_by_counts_less() -> None:
    """Variation along two directions in every line hides the compounds, until they are learned."""
    rng = np.random.default_rng(1)
    drug, cell = np.divmod(np.arange(400), N_CELLS)
    nuisance = rng.normal(size=(400, 2)) @ rng.normal(size=(2, 60)) * 3
    x = rng.normal(size=(100, 60))[drug] + nuisance
    first, second = cell < 2, cell >= 2
    found = _learned(x[drug < 50], drug[drug < 50], cell[drug < 50])

    def recognized(matrix: np.ndarray) -> float:
        """Share of compounds, not learned from, whose other half is nearest to their first."""
        halves = [
            np.array([x[(drug == one) & half].sum(axis=0) for one in range(50, 100)]) @ matrix
            for half in (first, second)
        ]
        nearest = (unit(halves[0]) @ unit(halves[1]).T).argmax(axis=1)
        return float((nearest == np.arange(50)).mean())

    assert recognized(found.matrix) > 0.9
    assert recognized(np.eye(60)) < 0.6


def test_the_mean_of_a_cell_line_is_taken_off() -> None:
    x, drug, cell = _signatures()
    found = _learned(np.concatenate([x] * 50), np.tile(drug, 50), np.tile(cell, 50))
    for one in range(N_CELLS):
        mean = x[cell == one].mean(axis=0)
        np.testing.assert_allclose(found.center + found.shift[one], mean, atol=0.05)


@pytest.mark.parametrize("copies", [1, 2])
def test_without_anything_to_learn_from_it_is_still_a_space(copies: int) -> None:
    """One signature a compound, or the same one twice: no variation within."""
    rng = np.random.default_rng(0)
    x = np.repeat(rng.normal(size=(20, N_GENES)), copies, axis=0)
    drug, cell = np.repeat(np.arange(20), copies), np.zeros(20 * copies, int)
    found = _learned(x, drug, cell)
    assert np.isfinite(found.matrix).all()
    spread = np.linalg.svd(found.matrix, compute_uv=False)
    assert spread.max() / spread.min() < 2.5  # only the flattening is left


def test_signatures_of_zeros_do_no_harm() -> None:
    found = _learned(np.zeros((6, N_GENES)), np.arange(6) // 2, np.arange(6) % 2)
    assert np.isfinite(found.matrix).all()
    assert np.isfinite(unit(np.zeros((2, N_GENES)) @ found.matrix)).all()


def test_moments_are_of_64_bits_whatever_comes_in() -> None:
    x, drug, cell = _signatures()
    found: Moments = moments(x, drug, cell, N_CELLS)
    assert {found.scatter.dtype, found.total.dtype, found.cross.dtype} == {np.dtype(float)}
