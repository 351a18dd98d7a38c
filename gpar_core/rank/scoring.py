"""Scoring signatures with a trained network, in numpy."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gpar_core import gpu
from gpar_core.data.chosen_rows import let_go
from gpar_core.data.compact_matrix import Matrix
from gpar_core.errors import DataError
from gpar_core.progress import Progress, Report, silent

MATCHING_ARRAYS = ("center", "embedding", "memory", "positive")
CELL_ARRAYS = ("cells", "shift")
BLOCK_ROWS = 1024
"""Enough for the full speed of matrix products; a block needs 11 to 24 MB in all steps."""


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
    model are float64, as fitted. scaling: how signatures are scaled first, a key of `SCALINGS`.
    """

    weights: tuple[np.ndarray, ...]
    biases: tuple[np.ndarray, ...]
    scaling: str

    def probability(self, z_scores: np.ndarray, cell: np.ndarray | None = None) -> np.ndarray:
        """(n, n_genes) z-scores to (n,) probabilities. cell: ignored."""
        log_odds = self.hidden(z_scores) @ self.weights[-1] + self.biases[-1]
        return sigmoid(log_odds[:, 0])

    def inputs(self, z_scores: np.ndarray, cell: np.ndarray | None = None) -> np.ndarray:
        """(n, n_genes) z-scores to (n, n_genes) float32 scaled signatures. cell: ignored."""
        return scaled(z_scores, self.scaling)

    def hidden(self, z_scores: np.ndarray, cell: np.ndarray | None = None) -> np.ndarray:
        """(n, n_genes) z-scores to (n, d) float32, the last layer before the output."""
        x = self.inputs(z_scores)
        for weight, bias in zip(self.weights[:-1], self.biases[:-1], strict=True):
            x = x @ weight
            x += bias
            np.maximum(x, 0, out=x)
        return x


@dataclass(frozen=True, eq=False)
class MatchingNetwork:
    """Compares a signature with remembered compounds (matching network, Vinyals et al. 2016).

    center: (n_genes,) mean scaled signature. embedding: (n_genes, d); similarity is the cosine
    between centered, embedded signatures. memory: (m, d) embedded compounds of length 1.
    positive: (m,) bool. sharpness: b, how much more the most similar ones count.
    scaling: as in `LayeredNetwork`. cells: (n_cells,) names of cell lines. shift: (n_cells,
    n_genes) their means minus `center`. Arrays of numbers are float32.

    With c_i the cosine to compound i, the log-odds are
    log mean_{i positive} exp(b c_i) - log mean_{i negative} exp(b c_i).
    """

    center: np.ndarray
    embedding: np.ndarray
    memory: np.ndarray
    positive: np.ndarray
    sharpness: float
    scaling: str
    cells: np.ndarray = field(default_factory=lambda: np.empty(0, str))
    shift: np.ndarray = field(default_factory=lambda: np.empty((0, 0), np.float32))

    def probability(self, z_scores: np.ndarray, cell: np.ndarray | None = None) -> np.ndarray:
        """(n, n_genes) z-scores to (n,) probabilities. cell: as in `inputs`."""
        attention = attentions(self.hidden(z_scores, cell), self.memory, self.sharpness)
        # Sums by one product: boolean selection would copy the widest array.
        share = np.stack(
            [self.positive / self.positive.sum(), ~self.positive / (~self.positive).sum()], 1
        )
        odds = np.log(attention @ share.astype(np.float32))
        return sigmoid(odds[:, 0] - odds[:, 1])

    def inputs(self, z_scores: np.ndarray, cell: np.ndarray | None = None) -> np.ndarray:
        """(n, n_genes) z-scores to (n, n_genes) float32 scaled signatures without the mean of their
        cell line.

        cell: (n,) names of cell lines; nothing is subtracted for an unknown one, or with None.
        """
        x = scaled(z_scores, self.scaling)
        if cell is None or not len(self.cells):
            return x
        cell = np.asarray(cell, dtype=str)
        place = np.searchsorted(self.cells, cell).clip(max=len(self.cells) - 1)
        known = self.cells[place] == cell
        if x is z_scores or np.shares_memory(x, z_scores):
            x = x.copy()
        x[known] -= self.shift[place[known]]
        return x

    def hidden(self, z_scores: np.ndarray, cell: np.ndarray | None = None) -> np.ndarray:
        """(n, n_genes) z-scores to (n, d) float32, embedded signatures of length 1."""
        return embed(self.inputs(z_scores, cell), self.center, self.embedding)


Network = LayeredNetwork | MatchingNetwork
Probability = Callable[[np.ndarray, np.ndarray | None], np.ndarray]
"""(n, n_genes) z-scores, and where known the (n,) cell lines, to (n,) probabilities."""


def disassembled(network: Network) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Arrays and description of a network, plain enough for `.npz` and JSON."""
    if isinstance(network, LayeredNetwork):
        arrays = {f"weight_{i}": weight for i, weight in enumerate(network.weights)}
        arrays |= {f"bias_{i}": bias for i, bias in enumerate(network.biases)}
        layers = len(network.weights)
        return arrays, {"kind": "layered", "scaling": network.scaling, "layers": layers}
    arrays = {name: getattr(network, name) for name in (*MATCHING_ARRAYS, *CELL_ARRAYS)}
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
        # Models of earlier versions have no cell lines.
        of_cells = CELL_ARRAYS if any(name in arrays for name in CELL_ARRAYS) else ()
        parts = {name: arrays[name] for name in (*MATCHING_ARRAYS, *of_cells)}
        return MatchingNetwork(**parts, sharpness=float(description["sharpness"]), scaling=scaling)
    if description["kind"] != "layered":
        raise DataError(f"its kind '{description['kind']}' is unknown")
    layers = range(description["layers"])
    weights = tuple(arrays[f"weight_{i}"] for i in layers)
    return LayeredNetwork(weights, tuple(arrays[f"bias_{i}"] for i in layers), scaling)


def embed(x: np.ndarray, center: np.ndarray, embedding: np.ndarray) -> np.ndarray:
    """(n, n_genes) scaled signatures to (n, d) float32 of length 1; rows of zeros stay 0."""
    embedded = (x - center) @ embedding
    length = np.sqrt(np.einsum("ij,ij->i", embedded, embedded))
    embedded /= np.maximum(length, 1e-12)[:, None]
    return embedded


def attentions(embedded: np.ndarray, memory: np.ndarray, sharpness: float) -> np.ndarray:
    """(n, d) and (m, d) of length 1 to (n, m) exp(sharpness * cosine)."""
    alike = (embedded * np.float32(sharpness)) @ memory.T
    return np.exp(alike, out=alike)


def sigmoid(log_odds: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(-x)) of log-odds of any shape, without overflow."""
    return 1 / (1 + np.exp(-np.clip(log_odds, -60, 60)))


def scaled(x: np.ndarray, scaling: str) -> np.ndarray:
    """(n, n_genes) z-scores to (n, n_genes) float32 network input."""
    return np.ascontiguousarray(SCALINGS[scaling](np.asarray(x, np.float32)), np.float32)


def score(
    network: Network,
    matrix: Matrix,
    rows: np.ndarray | None = None,
    *,
    cell: np.ndarray | None = None,
    threads: int = 1,
    report: Report = silent,
) -> np.ndarray:
    """Probability that each signature is positive; of more than `gpu.MANY`, on a GPU if there is
    one.

    cell: (n_signatures,) names of the cell lines of the matrix, where known. Other arguments as in
    `score_blocks`. Returns (n,) float32 in 0-1.
    """
    probability: Probability = network.probability
    if len(matrix if rows is None else rows) > gpu.MANY and (device := gpu.device()):
        from gpar_core.rank import scoring_on_gpu  # noqa: PLC0415 -- with TensorFlow

        probability = scoring_on_gpu.probability(network, device)

    def scorer(z_scores: np.ndarray, chosen: slice | np.ndarray) -> np.ndarray:
        return probability(z_scores, None if cell is None else cell[chosen])

    return score_blocks(scorer, matrix, rows, threads=threads, report=report)


def score_blocks(
    scorer: Callable[[np.ndarray, slice | np.ndarray], np.ndarray],
    matrix: Matrix,
    rows: np.ndarray | None = None,
    *,
    threads: int = 1,
    report: Report = silent,
) -> np.ndarray:
    """Scores of many signatures, `BLOCK_ROWS` at a time: the matrix is never copied whole.

    scorer: (n, n_genes) z-scores, and which rows of the matrix they are, to (n,) scores. matrix:
    (n_signatures, n_genes) z-scores, in memory or memory-mapped. rows: (n,) rows to score; None for
    all. threads: blocks scored at once, useful where numpy's own matrix products use one thread, as
    in the workers; the result does not depend on it. report: may raise to stop. Returns (n,)
    float32.
    """
    n = len(matrix) if rows is None else len(rows)
    result = np.empty(n, np.float32)

    def score_block(block: slice) -> None:
        chosen = block if rows is None else rows[block]
        result[block] = scorer(matrix[chosen], chosen)

    pool = ThreadPoolExecutor(threads)
    try:
        blocks = [slice(start, min(start + BLOCK_ROWS, n)) for start in range(0, n, BLOCK_ROWS)]
        futures = [pool.submit(score_block, block) for block in blocks]
        for block, future in zip(blocks, futures, strict=True):
            future.result()
            let_go(matrix)
            report(Progress("Scoring", block.stop, n, "Scoring all signatures"))
    finally:
        pool.shutdown(cancel_futures=True)
    return result
