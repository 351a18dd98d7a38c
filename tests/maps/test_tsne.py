"""t-SNE of few signatures and of many."""

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from gpar_core.errors import Cancelled
from gpar_core.maps import tsne
from gpar_core.maps.tsne import embed
from gpar_core.progress import Progress


def _two_clouds(n: int) -> np.ndarray:
    x = np.random.default_rng(0).normal(size=(2 * n, 50))
    x[:n] += 4
    return x


def _lie_apart(place: np.ndarray) -> bool:
    n = len(place) // 2
    first, second = place[:n], place[n:]
    gap = np.linalg.norm(first.mean(axis=0) - second.mean(axis=0))
    spread = np.linalg.norm(first - first.mean(axis=0), axis=1).mean()
    return bool(gap > 2 * spread)


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any number of signatures counts as many."""
    monkeypatch.setattr(tsne, "FEW", 50)


def test_two_clouds_lie_apart() -> None:
    place = embed(_two_clouds(40), seed=0)
    assert place.shape == (80, 2)
    assert _lie_apart(place)


@pytest.mark.parametrize("n", [3, 4, 31])
def test_a_small_training_set_can_be_mapped(n: int) -> None:
    place = embed(_two_clouds(16)[:n], seed=0)
    assert place.shape == (n, 2)
    assert np.isfinite(place).all()


def test_the_same_seed_draws_the_same_map() -> None:
    x = _two_clouds(15)
    np.testing.assert_array_equal(embed(x, seed=1), embed(x, seed=1))


def test_the_map_does_not_depend_on_the_threads_there_are() -> None:
    x = np.random.default_rng(0).normal(size=(200, 100))
    alone = embed(x, seed=0)
    with threadpool_limits(3):
        np.testing.assert_array_equal(embed(x, seed=0), alone)


@pytest.mark.usefixtures("many")
def test_two_clouds_of_many_lie_apart() -> None:
    place = embed(_two_clouds(75), seed=0)
    assert (place.shape, place.dtype) == ((150, 2), np.float32)
    assert _lie_apart(place)


@pytest.mark.usefixtures("many")
def test_the_map_of_many_is_the_same_on_any_number_of_threads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A few iterations, as threads wait long for each other where others compute."""
    monkeypatch.setattr(tsne, "LARGE", 50)
    monkeypatch.setattr(tsne, "EXAGGERATED", 10)
    monkeypatch.setattr(tsne, "PLAIN", 10)
    x = _two_clouds(75)
    np.testing.assert_array_equal(embed(x, seed=0, threads=2), embed(x, seed=0))


@pytest.mark.usefixtures("many")
def test_of_many_each_ten_iterations_are_told_and_may_be_the_last() -> None:
    told: list[Progress] = []
    embed(_two_clouds(60), seed=0, report=told.append)
    assert [each.done for each in told[-2:]] == [740, 750]
    assert told[-1].total == 750

    def stop(progress: Progress) -> None:
        if progress.done >= 300:
            raise Cancelled("Cancelled.")

    with pytest.raises(Cancelled):
        embed(_two_clouds(60), seed=0, report=stop)
