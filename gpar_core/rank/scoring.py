"""Scoring signatures with a trained network, in numpy."""

import mmap
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from gpar_core.errors import DataError
from gpar_core.progress import Progress, Report, silent

MATCHING_ARRAYS = ("center", "embedding", "memory", "positive")
BLOCK_ROWS = 1024
"""Enough for the full speed of matrix products; what a block passes through takes 11 to 24 MB."""


def _signed_root(x: np.ndarray) -> np.ndarray:
    """sign(z) * sqrt(|z|): a few very strong genes no longer drown the rest."""
    root = np.abs(x)
    np.sqrt(root, out=root)
    return np.copysign(root, x, out=root)


SCALINGS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "none": lambda x: x,
    "signed-root": _signed_root,
}


@dataclass(frozen=True, eq=False)
class LayeredNetwork:
    """Layers with ReLU between them (Gao et al. 2021); a single layer is a linear model.

    weights: per layer (n_in, n_out) float32. biases: per layer (n_out,) float32. Those of a linear
    model are float64, as it was fitted.
    scaling: how signatures are scaled first, a key of `SCALINGS`.
    """

    weights: tuple[np.ndarray, ...]
    biases: tuple[np.ndarray, ...]
    scaling: str

    def probability(self, z_scores: np.ndarray) -> np.ndarray:
        """(n, n_genes) z-scores to (n,) probabilities."""
        log_odds = self.hidden(z_scores) @ self.weights[-1] + self.biases[-1]
        return _sigmoid(log_odds[:, 0])

    def hidden(self, z_scores: np.ndarray) -> np.ndarray:
        """(n, n_genes) z-scores to (n, d) float32, the last layer before the output."""
        x = scaled(z_scores, self.scaling)
        for weight, bias in zip(self.weights[:-1], self.biases[:-1], strict=True):
            x = x @ weight
            x += bias
            np.maximum(x, 0, out=x)
        return x


@dataclass(frozen=True, eq=False)
class MatchingNetwork:
    """A signature is compared with those remembered (matching network, Vinyals et al. 2016).

    center: (n_genes,) mean scaled signature. embedding: (n_genes, d); similarity is the cosine
    between centered signatures after it. memory: (m, d) embedded signatures of length 1.
    positive: (m,) bool. sharpness: b, how much more the most similar ones count.
    scaling: as in `LayeredNetwork`. Arrays are float32.

    With c_i the cosine to signature i, the log-odds are
    log mean_{i positive} exp(b c_i) - log mean_{i negative} exp(b c_i).
    """

    center: np.ndarray
    embedding: np.ndarray
    memory: np.ndarray
    positive: np.ndarray
    sharpness: float
    scaling: str

    def probability(self, z_scores: np.ndarray) -> np.ndarray:
        """(n, n_genes) z-scores to (n,) probabilities."""
        embedded = self.hidden(z_scores)
        embedded *= self.sharpness
        alike = embedded @ self.memory.T
        np.exp(alike, out=alike)
        # Sums by one product: boolean selection would copy the widest array there is.
        share = np.stack(
            [self.positive / self.positive.sum(), ~self.positive / (~self.positive).sum()], 1
        )
        odds = np.log(alike @ share.astype(np.float32))
        return _sigmoid(odds[:, 0] - odds[:, 1])

    def hidden(self, z_scores: np.ndarray) -> np.ndarray:
        """(n, n_genes) z-scores to (n, d) float32, embedded signatures of length 1."""
        return embed(scaled(z_scores, self.scaling), self.center, self.embedding)


Network = LayeredNetwork | MatchingNetwork


def disassembled(network: Network) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Arrays and description of a network, plain enough for `.npz` and JSON."""
    if isinstance(network, LayeredNetwork):
        arrays = {f"weight_{i}": weight for i, weight in enumerate(network.weights)}
        arrays |= {f"bias_{i}": bias for i, bias in enumerate(network.biases)}
        layers = len(network.weights)
        return arrays, {"kind": "layered", "scaling": network.scaling, "layers": layers}
    arrays = {name: getattr(network, name) for name in MATCHING_ARRAYS}
    return arrays, {
        "kind": "matching",
        "scaling": network.scaling,
        "sharpness": network.sharpness,
    }


def assembled(arrays: Mapping[str, np.ndarray], description: Mapping[str, Any]) -> Network:
    """The network that `disassembled` took apart. Raises KeyError, TypeError, ValueError
    or DataError."""
    scaling = description["scaling"]
    if scaling not in SCALINGS:
        raise DataError(f"its scaling '{scaling}' is unknown")
    if description["kind"] == "matching":
        parts = {name: arrays[name] for name in MATCHING_ARRAYS}
        return MatchingNetwork(**parts, sharpness=float(description["sharpness"]), scaling=scaling)
    if description["kind"] != "layered":
        raise DataError(f"its kind '{description['kind']}' is unknown")
    layers = range(description["layers"])
    weights = tuple(arrays[f"weight_{i}"] for i in layers)
    return LayeredNetwork(weights, tuple(arrays[f"bias_{i}"] for i in layers), scaling)


def embed(x: np.ndarray, center: np.ndarray, embedding: np.ndarray) -> np.ndarray:
    """(n, n_genes) scaled signatures to (n, d) float32 of length 1; 0 where there is nothing."""
    embedded = (x - center) @ embedding
    length = np.sqrt(np.einsum("ij,ij->i", embedded, embedded))
    embedded /= np.maximum(length, 1e-12)[:, None]
    return embedded


def _sigmoid(log_odds: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(log_odds, -60, 60)))


def scaled(x: np.ndarray, scaling: str) -> np.ndarray:
    """(n, n_genes) z-scores to (n, n_genes) float32 network input."""
    return np.ascontiguousarray(SCALINGS[scaling](np.asarray(x, np.float32)), np.float32)


def score(
    network: Network,
    matrix: np.ndarray,
    rows: np.ndarray | None = None,
    *,
    threads: int = 1,
    report: Report = silent,
) -> np.ndarray:
    """Probability of each signature to be positive.

    Arguments are those of `score_blocks`. Returns (n,) float32 in 0-1.
    """
    return score_blocks(network.probability, matrix, rows, threads=threads, report=report)


def score_blocks(
    scorer: Callable[[np.ndarray], np.ndarray],
    matrix: np.ndarray,
    rows: np.ndarray | None = None,
    *,
    threads: int = 1,
    report: Report = silent,
) -> np.ndarray:
    """Scores of many signatures, `BLOCK_ROWS` at a time: the matrix is never copied whole.

    scorer: (n, n_genes) z-scores to (n,) scores. matrix: (n_signatures, n_genes) z-scores, in
    memory or memory-mapped. rows: (n,) rows to score; None for all. threads: blocks scored at once,
    worth it where numpy's own matrix products use one thread, as in the workers; the result does
    not depend on it. report: may raise to stop. Returns (n,) float32.
    """
    n = len(matrix) if rows is None else len(rows)
    result = np.empty(n, np.float32)

    def score_block(block: slice) -> None:
        result[block] = scorer(matrix[block if rows is None else rows[block]])

    pool = ThreadPoolExecutor(threads)
    try:
        blocks = [slice(start, min(start + BLOCK_ROWS, n)) for start in range(0, n, BLOCK_ROWS)]
        futures = [pool.submit(score_block, block) for block in blocks]
        for block, future in zip(blocks, futures, strict=True):
            future.result()
            _let_go(matrix)
            report(Progress("Scoring", block.stop, n, "Scoring all signatures"))
    finally:
        pool.shutdown(cancel_futures=True)
    return result


def _let_go(matrix: np.ndarray) -> None:
    """Unmap what was read of a file, or in the end a whole compendium counts as memory in use."""
    # Read-only maps alone: elsewhere this could drop what was written.
    read_only = isinstance(matrix, np.memmap) and matrix.mode == "r"
    if read_only and isinstance(matrix.base, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        matrix.base.madvise(mmap.MADV_DONTNEED)
