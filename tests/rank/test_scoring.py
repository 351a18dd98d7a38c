"""Scoring in numpy, against plain loops."""

import math
from collections.abc import Iterable
from itertools import pairwise

import numpy as np
import pytest

from gpar_core.progress import Progress
from gpar_core.rank import scoring
from gpar_core.rank.scoring import SCALINGS, Network, scaled, score


def _network(scaling: str = "none", widths: Iterable[int] = (6, 5, 4, 1)) -> Network:
    rng = np.random.default_rng(0)
    widths = list(widths)
    return Network(
        tuple(rng.normal(size=shape).astype(np.float32) for shape in pairwise(widths)),
        tuple(rng.normal(size=width).astype(np.float32) for width in widths[1:]),
        scaling,
    )


def _by_loops(network: Network, signature: np.ndarray) -> float:
    values = [float(value) for value in signature]
    for layer, (weight, bias) in enumerate(zip(network.weights, network.biases, strict=True)):
        sums = [
            float(bias[j]) + sum(value * float(weight[i, j]) for i, value in enumerate(values))
            for j in range(len(bias))
        ]
        last = layer == len(network.weights) - 1
        values = sums if last else [max(one, 0.0) for one in sums]
    return 1 / (1 + math.exp(-values[0]))


@pytest.mark.parametrize("scaling", SCALINGS)
def test_scores_are_those_of_the_loops(scaling: str) -> None:
    x = np.random.default_rng(1).normal(scale=4, size=(7, 6)).astype(np.float32)
    network = _network(scaling)
    expected = [_by_loops(network, row) for row in scaled(x, scaling)]
    np.testing.assert_allclose(score(network, x), expected, rtol=1e-4, atol=1e-6)


def test_blocks_and_chosen_rows_give_the_same_scores(monkeypatch: pytest.MonkeyPatch) -> None:
    x = np.random.default_rng(1).normal(size=(25, 6)).astype(np.float32)
    whole = score(_network(), x)
    monkeypatch.setattr(scoring, "BLOCK_ROWS", 4)
    heard: list[Progress] = []
    np.testing.assert_allclose(score(_network(), x, report=heard.append), whole, rtol=1e-6)
    assert [progress.done for progress in heard] == [4, 8, 12, 16, 20, 24, 25]
    rows = np.array([24, 3, 3, 11, 0])
    np.testing.assert_allclose(score(_network(), x, rows), whole[rows], rtol=1e-6)
    assert len(score(_network(), x, rows[:0])) == 0


def test_scores_stay_within_zero_and_one_however_strong_the_signature() -> None:
    x = np.full((2, 6), 1e30, np.float32)
    x[1] = -x[1]
    found = score(_network(widths=(6, 1)), x)
    assert np.isfinite(found).all()
    assert ((found >= 0) & (found <= 1)).all()


def test_scalings_by_hand() -> None:
    x = np.array([[9.0, -4.0, 0.0, 0.25]])
    np.testing.assert_array_equal(scaled(x, "none"), x.astype(np.float32))
    np.testing.assert_array_equal(scaled(x, "signed-root"), [[3.0, -2.0, 0.0, 0.5]])


@pytest.mark.parametrize("scaling", SCALINGS)
def test_a_signature_of_zeros_stays_zero(scaling: str) -> None:
    np.testing.assert_array_equal(scaled(np.zeros((1, 5)), scaling), np.zeros((1, 5)))


@pytest.mark.parametrize("scaling", SCALINGS)
def test_scaling_leaves_the_compendium_as_it_was(scaling: str) -> None:
    x = np.full((2, 3), 20.0, np.float32)
    scaled(x, scaling)
    np.testing.assert_array_equal(x, 20.0)
