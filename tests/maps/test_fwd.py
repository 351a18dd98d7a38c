"""The graph of the strongest similarities against slow ways to get it."""

import random

import igraph
import numpy as np
import pytest

from gpar_core.errors import Cancelled
from gpar_core.maps import fwd
from gpar_core.maps.fwd import (
    embed,
    force_directed,
    large_components,
    similarity_limit,
    strongest,
)
from gpar_core.progress import Progress
from gpar_core.rank.neighbors import unit


def _directions(n: int = 300, d: int = 30) -> np.ndarray:
    return unit(np.random.default_rng(0).normal(size=(n, d)))


def _all_cosines(directions: np.ndarray) -> np.ndarray:
    first, second = np.triu_indices(len(directions), k=1)
    return (directions.astype(float) @ directions.T)[first, second]


def _groups(n_groups: int = 3, n: int = 30, alone: int = 200) -> np.ndarray:
    """Signatures of groups with a direction each, then some of none."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(n_groups * n + alone, 200))
    x[: n_groups * n] += np.repeat(3 * rng.normal(size=(n_groups, 200)), n, axis=0)
    return x.astype(np.float32)


def test_the_limit_is_the_percentile_of_all_pairs_or_of_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    directions = _directions(1000)
    expected = np.percentile(_all_cosines(directions), 99.9)
    assert similarity_limit(directions, seed=0) == pytest.approx(expected, abs=1e-6)
    monkeypatch.setattr(fwd, "MAX_PAIRS", 200_000)
    sampled = similarity_limit(directions, seed=0)
    assert sampled != pytest.approx(expected, abs=1e-6)
    assert sampled == pytest.approx(expected, abs=0.02)
    assert similarity_limit(directions, seed=0) == sampled


def test_negative_cosines_make_no_edge() -> None:
    two_poles = np.array([[1.0, 0], [-1, 0]], np.float32)
    assert similarity_limit(two_poles, seed=0) == 0
    assert not len(strongest(two_poles, seed=0).pairs)


def test_edges_are_all_pairs_above_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    directions = _directions()
    monkeypatch.setattr(fwd, "PERCENTILE", 95.0)
    monkeypatch.setattr(fwd, "BLOCK_ROWS", 37)
    limit = similarity_limit(directions, seed=0)
    graph = strongest(3 * directions, seed=0)
    first, second = np.triu_indices(len(directions), k=1)
    above = _all_cosines(directions) > limit
    expected = set(zip(first[above], second[above], strict=True))
    assert set(map(tuple, graph.pairs.tolist())) == expected
    assert len(graph.pairs) == len(expected)
    np.testing.assert_allclose(
        graph.cosine, np.einsum("ij,ij->i", *directions[graph.pairs.T]), rtol=0, atol=1e-5
    )


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> np.ndarray:
    """Signatures of groups, as many as are mapped by their nearest neighbors alone."""
    monkeypatch.setattr(fwd, "EXACT", 100)
    monkeypatch.setattr(fwd, "PERCENTILE", 99.0)
    monkeypatch.setattr(fwd, "DRAWS", 500)
    return _groups(6, 40, alone=500)


def test_of_many_signatures_edges_lead_to_the_nearest(
    many: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = strongest(many, seed=0)
    assert few.start is not None
    assert few.start.shape == (len(many), 2)
    monkeypatch.setattr(fwd, "EXACT", 10_000)
    everything = strongest(many, seed=0)
    assert everything.start is None
    assert set(map(tuple, few.pairs.tolist())) <= set(map(tuple, everything.pairs.tolist()))
    assert len(few.pairs) > 0.95 * len(everything.pairs)
    directions = unit(many)
    expected = np.einsum("ij,ij->i", *directions[few.pairs.T])
    np.testing.assert_allclose(few.cosine, expected, rtol=0, atol=1e-5)


def test_of_many_signatures_groups_stay_together_and_the_seed_alone_settles_the_layout(
    many: np.ndarray,
) -> None:
    shown, place = embed(many, seed=0)
    assert (place.shape, place.dtype) == ((len(shown), 2), np.float32)
    assert len(shown) > 200
    of_group = shown < 240
    group = shown[of_group] // 40
    centers = np.array([place[of_group][group == each].mean(axis=0) for each in range(6)])
    nearest = np.linalg.norm(place[of_group][:, None] - centers, axis=2).argmin(axis=1)
    assert (nearest == group).mean() > 0.95
    np.testing.assert_array_equal(embed(many, seed=0)[1], place)
    assert not np.array_equal(embed(many, seed=1)[1], place)


def test_of_many_signatures_the_layout_tells_its_epochs_and_can_be_stopped(
    many: np.ndarray,
) -> None:
    told: list[Progress] = []
    embed(many, seed=0, report=told.append)
    done = [progress.done for progress in told]
    assert done == sorted(done)
    assert done[-1] >= 90

    def stop(progress: Progress) -> None:
        if "epochs" in progress.message:
            raise Cancelled("Cancelled.")

    with pytest.raises(Cancelled):
        embed(many, seed=0, report=stop)


def test_components_of_ten_or_fewer_are_dropped() -> None:
    chain = [(i, i + 1) for i in range(10)]  # of 11
    short = [(i, i + 1) for i in range(11, 20)]  # of 10
    pairs = np.array([*chain, *short])
    assert large_components(25, pairs).tolist() == list(range(11))
    assert large_components(25, pairs[10:]).tolist() == []


def test_groups_hang_together_and_the_rest_is_left_out() -> None:
    shown, place = embed(_groups(), seed=0)
    assert (place.shape, place.dtype) == ((len(shown), 2), np.float32)
    # 0.1% of 42,195 pairs are 42 edges, of 1,305 within the groups: too few to hold one together.
    assert set(shown) <= set(range(90))
    many = _groups(6, 40, alone=2500)
    shown, place = embed(many, seed=0)
    assert len(shown) > 200
    assert (shown < 240).all()
    group = shown // 40
    centers = np.array([place[group == each].mean(axis=0) for each in range(6)])
    nearest_center = np.linalg.norm(place[:, None] - centers, axis=2).argmin(axis=1)
    assert (nearest_center == group).mean() > 0.95


def test_noise_alone_shows_nothing() -> None:
    shown, place = embed(_directions(160, 978), seed=0)
    assert len(shown) == 0
    assert place.shape == (0, 2)


def test_the_seed_alone_settles_the_layout() -> None:
    pairs = np.array(igraph.Graph.Erdos_Renyi(n=60, m=200).get_edgelist())
    weights = np.ones(len(pairs))
    state = random.getstate()
    one = force_directed(60, pairs, weights, seed=5)
    assert random.getstate() == state
    random.seed(1)
    np.testing.assert_array_equal(force_directed(60, pairs, weights, seed=5), one)
    assert not np.array_equal(force_directed(60, pairs, weights, seed=6), one)


def test_it_can_be_stopped() -> None:
    def stop(progress: Progress) -> None:
        raise Cancelled("Cancelled.")

    with pytest.raises(Cancelled):
        embed(_groups(), seed=0, report=stop)
