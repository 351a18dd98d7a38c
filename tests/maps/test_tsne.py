"""The map of a training set."""

import numpy as np
import pytest

from gpar_core.maps.tsne import embed


def _two_clouds(n: int) -> np.ndarray:
    x = np.random.default_rng(0).normal(size=(2 * n, 50))
    x[:n] += 4
    return x


def test_two_clouds_lie_apart() -> None:
    place = embed(_two_clouds(40), seed=0)
    assert place.shape == (80, 2)
    first, second = place[:40], place[40:]
    gap = np.linalg.norm(first.mean(axis=0) - second.mean(axis=0))
    spread = np.linalg.norm(first - first.mean(axis=0), axis=1).mean()
    assert gap > 2 * spread


@pytest.mark.parametrize("n", [3, 4, 31])
def test_a_small_training_set_can_be_mapped(n: int) -> None:
    place = embed(_two_clouds(16)[:n], seed=0)
    assert place.shape == (n, 2)
    assert np.isfinite(place).all()


def test_the_same_seed_draws_the_same_map() -> None:
    x = _two_clouds(15)
    np.testing.assert_array_equal(embed(x, seed=1), embed(x, seed=1))
