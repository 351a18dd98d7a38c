"""Integrated gradients: the contribution of each gene to a model's log-odds.

Sundararajan, Taly and Yan 2017, "Axiomatic attribution for deep networks" (ICML). The path is
straight between *scaled* signatures, the input of the model: the slope of the signed root is
infinite at a z-score of 0, so the path cannot be straight between z-scores. As the scaling treats
each gene separately, this is one of their path methods in z-scores too, along a curve: from the
baseline 0, a z-score follows a^2 z as a goes from 0 to 1. Completeness still holds.
"""

from collections.abc import Callable

import numpy as np

from gpar_core.rank.scoring import LayeredNetwork, MatchingNetwork, Network

N_NODES = 64
"""Points of the quadrature along a path."""

SMALLEST_LENGTH = 1e-12
"""Of an embedded signature, as in `scoring.embed`."""

Head = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
"""(n, d) outputs of the first layer to the (n,) log-odds and their (n, d) derivatives."""


def log_odds(network: Network, scaled: np.ndarray) -> np.ndarray:
    """(n, n_genes) scaled signatures to (n,) log-odds, whose sigmoid is the probability."""
    matrix, offset, head = _taken_apart(network)
    return head(scaled @ matrix + offset)[0]


def gradient(network: Network, scaled: np.ndarray) -> np.ndarray:
    """(n, n_genes) scaled signatures to the (n, n_genes) derivatives of their log-odds."""
    matrix, offset, head = _taken_apart(network)
    return head(scaled @ matrix + offset)[1] @ matrix.T


def integrated_gradients(
    network: Network, scaled: np.ndarray, baseline: np.ndarray, *, n_nodes: int = N_NODES
) -> np.ndarray:
    """Attribution of each gene: (x - x') times the mean gradient on the path from x' to x.

    scaled: (n, n_genes) scaled signatures x. baseline: (n_genes,) scaled signature x'. The mean is
    taken by the midpoint rule in t at `n_nodes` points a = sin^2(pi t / 2), which are denser near
    both ends: the cosine of a matching network changes fastest where the signature is short.

    Returns (n, n_genes). The sum over the genes of a signature is its log-odds minus that of the
    baseline (completeness), apart from the quadrature error. This error is large on a path past the
    center of a matching network, where the cosine has no direction and the log-odds jump.
    """
    matrix, offset, head = _taken_apart(network)
    start = baseline @ matrix + offset
    way = (scaled - baseline) @ matrix
    total = np.zeros_like(way)
    t = (np.arange(n_nodes) + 0.5) / n_nodes
    weight = np.sin(np.pi * t)
    for a, share in zip(np.sin(np.pi / 2 * t) ** 2, weight / weight.sum(), strict=True):
        total += share * head(start + a * way)[1]
    return (scaled - baseline) * (total @ matrix.T)


def _taken_apart(network: Network) -> tuple[np.ndarray, np.ndarray, Head]:
    """The linear first layer, (n_genes, d) and (d,), and the function that follows it.

    Gradients along a path are summed after the linear part, so genes enter only once, at the end.
    """
    if isinstance(network, LayeredNetwork):
        return (
            network.weights[0].astype(float),
            network.biases[0].astype(float),
            _later_layers(network),
        )
    matrix = network.embedding.astype(float)
    return matrix, -network.center.astype(float) @ matrix, _comparison(network)


def _later_layers(network: LayeredNetwork) -> Head:
    weights = [weight.astype(float) for weight in network.weights[1:]]
    biases = [bias.astype(float) for bias in network.biases[1:]]

    def head(y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        active = []
        for weight, bias in zip(weights, biases, strict=True):
            active.append(y > 0)
            y = np.where(active[-1], y, 0) @ weight + bias
        slope = np.ones_like(y)
        for weight, on in zip(reversed(weights), reversed(active), strict=True):
            slope = (slope @ weight.T) * on
        return y[:, 0], slope

    return head


def _comparison(network: MatchingNetwork) -> Head:
    """With u = y / |y| and q the softmax of b M u over a set of the memory M, the derivative of the
    log-odds by u is g = b (sum_positive q m - sum_negative q m), by y it is (g - (g u) u) / |y|.
    """
    memory = network.memory.astype(float)
    sets = [(1, memory[network.positive]), (-1, memory[~network.positive])]

    def head(y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        length = np.maximum(np.linalg.norm(y, axis=1, keepdims=True), SMALLEST_LENGTH)
        u = y / length
        odds, slope = np.zeros(len(y)), np.zeros_like(y)
        for sign, remembered in sets:
            attention = np.exp(network.sharpness * (u @ remembered.T))
            odds += sign * np.log(attention.mean(axis=1))
            share = attention / attention.sum(axis=1, keepdims=True)
            slope += sign * network.sharpness * (share @ remembered)
        slope -= np.einsum("nd,nd->n", slope, u)[:, None] * u
        return odds, slope / length

    return head
