"""Gradients against finite differences, attributions against their axioms, for both networks."""

from itertools import pairwise

import numpy as np
import pytest

from gpar_core.learn.attribution import gradient, integrated_gradients, log_odds
from gpar_core.rank.scoring import LayeredNetwork, MatchingNetwork, Network, embed

N_GENES = 12
ZERO = np.zeros(N_GENES)


def layered(rng: np.random.Generator, widths: tuple[int, ...] = (N_GENES, 9, 7, 1)) -> Network:
    weights = tuple(rng.normal(size=shape).astype(np.float32) for shape in pairwise(widths))
    biases = tuple(rng.normal(size=width).astype(np.float32) for width in widths[1:])
    return LayeredNetwork(weights, biases, "none")


def matching(rng: np.random.Generator) -> Network:
    center = rng.normal(size=N_GENES).astype(np.float32)
    embedding = rng.normal(size=(N_GENES, 8)).astype(np.float32)
    signatures = rng.normal(size=(15, N_GENES)).astype(np.float32)
    memory = embed(signatures, center, embedding)
    return MatchingNetwork(center, embedding, memory, np.arange(15) < 4, 10.0, "none")


NETWORKS = pytest.mark.parametrize("make", [layered, matching])


@NETWORKS
def test_log_odds_are_those_of_the_probability(make) -> None:  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(0)
    network, x = make(rng), rng.normal(size=(20, N_GENES))
    probability = 1 / (1 + np.exp(-log_odds(network, x)))
    np.testing.assert_allclose(probability, network.probability(x), rtol=1e-4)


@NETWORKS
def test_gradients_are_those_of_finite_differences(make) -> None:  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(1)
    network, x, step = make(rng), rng.normal(size=(5, N_GENES)), 1e-6
    slow = np.empty_like(x)
    for gene in range(N_GENES):
        moved = step * (np.arange(N_GENES) == gene)
        slow[:, gene] = (log_odds(network, x + moved) - log_odds(network, x - moved)) / (2 * step)
    assert np.abs(slow).max() > 0.1
    np.testing.assert_allclose(gradient(network, x), slow, atol=1e-6)


@NETWORKS
@pytest.mark.parametrize("baseline", [ZERO, np.linspace(-1, 1, N_GENES)])
def test_attributions_are_complete(make, baseline: np.ndarray) -> None:  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(2)
    network, x = make(rng), rng.normal(size=(6, N_GENES))
    found = integrated_gradients(network, x, baseline, n_nodes=20_000)
    rise = log_odds(network, x) - log_odds(network, baseline[None])
    assert np.abs(rise).max() > 0.5
    np.testing.assert_allclose(found.sum(axis=1), rise, atol=1e-3)


@NETWORKS
def test_attributions_are_those_of_the_slow_sum(make) -> None:  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(3)
    network, x, baseline = make(rng), rng.normal(size=(2, N_GENES)), rng.normal(size=N_GENES)
    places = (np.arange(20_000) + 0.5) / 20_000
    slow = [
        (one - baseline)
        * gradient(network, baseline + places[:, None] * (one - baseline)).mean(axis=0)
        for one in x
    ]
    found = integrated_gradients(network, x, baseline, n_nodes=20_000)
    np.testing.assert_allclose(found, slow, atol=5e-3)


def test_a_linear_network_gives_each_gene_its_weight_times_its_change() -> None:
    rng = np.random.default_rng(4)
    network = layered(rng, (N_GENES, 1))
    x, baseline = rng.normal(size=(3, N_GENES)), rng.normal(size=N_GENES)
    expected = (x - baseline) * network.weights[0][:, 0]
    np.testing.assert_allclose(integrated_gradients(network, x, baseline), expected, rtol=1e-6)


@NETWORKS
def test_a_gene_that_the_network_does_not_read_has_no_part(make) -> None:  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(5)
    network = make(rng)
    (network.weights[0] if make is layered else network.embedding)[3] = 0
    found = integrated_gradients(network, rng.normal(size=(4, N_GENES)), ZERO)
    assert (found[:, 3] == 0).all()
    assert (np.delete(found, 3, axis=1) != 0).all()
