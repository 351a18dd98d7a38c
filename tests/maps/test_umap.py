"""UMAP: groups apart, epochs told."""

import numpy as np
import pytest

from gpar_core.errors import Cancelled
from gpar_core.maps.umap import embed
from gpar_core.progress import Progress


def _two_clouds(n: int) -> np.ndarray:
    x = np.random.default_rng(0).normal(size=(2 * n, 20)).astype(np.float32)
    x[:n] += 4
    return x


def test_two_clouds_lie_apart_and_the_same_seed_draws_the_same_map() -> None:
    place = embed(_two_clouds(60), seed=0)
    assert (place.shape, place.dtype) == ((120, 2), np.float32)
    first, second = place[:60], place[60:]
    spread = np.linalg.norm(first - first.mean(axis=0), axis=1).mean()
    assert np.linalg.norm(first.mean(axis=0) - second.mean(axis=0)) > 2 * spread
    np.testing.assert_array_equal(embed(_two_clouds(60), seed=0), place)
    assert not np.array_equal(embed(_two_clouds(60), seed=1), place)


def test_fewer_signatures_than_neighbours_can_be_mapped() -> None:
    place = embed(_two_clouds(3), seed=0)
    assert np.isfinite(place).all()


def test_epochs_are_told_and_any_may_be_the_last() -> None:
    told: list[Progress] = []
    embed(_two_clouds(60), seed=0, report=told.append)
    assert told[-1].done == told[-1].total
    assert len({each.done for each in told}) > 1

    def stop(progress: Progress) -> None:
        if "epochs" in progress.message:
            raise Cancelled("Cancelled.")

    with pytest.raises(Cancelled):
        embed(_two_clouds(60), seed=0, report=stop)
    assert len(embed(_two_clouds(20), seed=0)) == 40
