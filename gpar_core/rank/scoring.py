"""Scoring signatures with a trained network, in numpy."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gpar_core.progress import Progress, Report, silent

BLOCK_ROWS = 4096


def _signed_root(x: np.ndarray) -> np.ndarray:
    """sign(z) * sqrt(|z|): a few very strong genes no longer drown the rest."""
    return np.sign(x) * np.sqrt(np.abs(x))


SCALINGS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "none": lambda x: x,
    "signed-root": _signed_root,
}


@dataclass(frozen=True, eq=False)
class Network:
    """A trained network.

    weights: per layer (n_in, n_out) float32. biases: per layer (n_out,) float32.
    scaling: how signatures are scaled first, a key of `SCALINGS`.
    """

    weights: tuple[np.ndarray, ...]
    biases: tuple[np.ndarray, ...]
    scaling: str


def scaled(x: np.ndarray, scaling: str) -> np.ndarray:
    """(n, n_genes) z-scores to (n, n_genes) float32 network input."""
    return np.ascontiguousarray(SCALINGS[scaling](np.asarray(x, np.float32)), np.float32)


def score(
    network: Network, matrix: np.ndarray, rows: np.ndarray | None = None, report: Report = silent
) -> np.ndarray:
    """Probability of each signature to be positive.

    matrix: (n_signatures, n_genes) z-scores, read in blocks. rows: (n,) rows to score; None for
    all. Returns (n,) float32 in 0-1.
    """
    n = len(matrix) if rows is None else len(rows)
    result = np.empty(n, np.float32)
    for start in range(0, n, BLOCK_ROWS):
        stop = min(start + BLOCK_ROWS, n)
        block = matrix[start:stop] if rows is None else matrix[rows[start:stop]]
        result[start:stop] = _probability(network, scaled(block, network.scaling))
        report(Progress("Scoring", stop, n, "Scoring all signatures"))
    return result


def _probability(network: Network, x: np.ndarray) -> np.ndarray:
    last = len(network.weights) - 1
    for layer, (weight, bias) in enumerate(zip(network.weights, network.biases, strict=True)):
        x = x @ weight + bias
        if layer < last:
            np.maximum(x, 0, out=x)
    return 1 / (1 + np.exp(-np.clip(x[:, 0], -60, 60)))
