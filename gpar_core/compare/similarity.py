"""Similarity of two drugs by their signatures: the common measures that Gao et al. 2021 name.

All signatures of a drug count equally: their Stouffer's z stands for the drug.
"""

from collections.abc import Callable

import numpy as np
from scipy.stats import hypergeom

from gpar_core.progress import Progress, Report

DEG_Z = 2.0
"""|z| from which a gene counts as differentially expressed, as in CMap's signature strength."""

SMALLEST_P = 1e-300


def stouffer(x: np.ndarray, drug: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Merge the signatures of each drug into one: sum_i z_i / sqrt(n).

    x: (n, n_genes) z-scores. drug: (n,) names.

    Returns the drugs (n_drugs,), sorted, and their signatures (n_drugs, n_genes) float32.
    """
    names, index, counts = np.unique(drug.astype(str), return_inverse=True, return_counts=True)
    merged = np.zeros((len(names), x.shape[1]))
    np.add.at(merged, index, x)
    return names, (merged / np.sqrt(counts)[:, None]).astype(np.float32)


def cosine(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(n, n_genes) and (m, n_genes) z-scores to (n, m) cosines; 0 where a signature is 0."""
    return _unit(a) @ _unit(b).T


def jaccard(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """|A and B| / |A or B| of the differentially expressed genes, each with its direction.

    a: (n, n_genes) and b: (m, n_genes) z-scores. Returns (n, m); 0 where neither has any.
    """
    ours, theirs = _degs(a), _degs(b)
    shared = ours @ theirs.T
    either = ours.sum(axis=1)[:, None] + theirs.sum(axis=1)[None, :] - shared
    return shared / np.maximum(either, 1)


def fisher(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """-log10 p of Fisher's exact test, one-sided, that A and B share more than expected by chance.

    A and B are as in `jaccard`, drawn from N = 2 x n_genes pairs of gene and direction. p = P(X >=
    |A and B|), X hypergeometric with |A| and |B|; p below 1e-300 counts as 1e-300.

    a: (n, n_genes) and b: (m, n_genes) z-scores. Returns (n, m) from 0.
    """
    ours, theirs = _degs(a), _degs(b)
    shared = (ours @ theirs.T).astype(np.int64)
    n_ours = np.broadcast_to(ours.sum(axis=1).astype(np.int64)[:, None], shared.shape)
    n_theirs = np.broadcast_to(theirs.sum(axis=1).astype(np.int64)[None, :], shared.shape)
    # Few distinct triples of numbers occur among the many pairs, and the test is symmetric.
    smaller, larger = np.minimum(n_ours, n_theirs), np.maximum(n_ours, n_theirs)
    base = ours.shape[1] + 1
    key, where = np.unique(((shared * base + smaller) * base + larger).ravel(), return_inverse=True)
    p = hypergeom.sf(key // base**2 - 1, ours.shape[1], key // base % base, key % base)
    return -np.log10(np.maximum(p, SMALLEST_P))[where].reshape(shared.shape)


def cosine_by_fold(
    references: Callable[[int, Report], np.ndarray],
    chosen: np.ndarray,
    fold: np.ndarray,
    report: Report,
) -> np.ndarray:
    """Cosine of each chosen drug to each drug, learned without the fold of the latter.

    references: from the number of a fold to (n, d) of all drugs, learned without that fold. chosen:
    (p,) of n drugs, by number. fold: (n,) int. report: gets the fold, and may raise to stop.
    Returns (p, n).
    """
    found = np.empty((len(chosen), len(fold)))
    numbers = np.unique(fold)
    for place, number in enumerate(numbers):

        def of_fold(progress: Progress, place: int = place) -> None:
            share = progress.done / progress.total if progress.total else 0.0
            values = {**progress.values, "fold": place + 1, "step_share": share}
            message = f"fold {place + 1} of {len(numbers)}"
            report(Progress(progress.stage, place, len(numbers), message, values))

        of_fold(Progress("Training"))
        drugs = references(int(number), of_fold)
        held_out = fold == number
        found[:, held_out] = cosine(drugs[chosen], drugs[held_out])
    return found


def mean_by_drug(x: np.ndarray, drug: np.ndarray, n_drugs: int) -> np.ndarray:
    """(m, d) of signatures to (n_drugs, d) of drugs. drug: (m,) int from 0."""
    total = np.zeros((n_drugs, x.shape[1]))
    np.add.at(total, drug, x)
    return total / np.bincount(drug, minlength=n_drugs)[:, None]


def _unit(x: np.ndarray) -> np.ndarray:
    length = np.linalg.norm(x, axis=1, keepdims=True)
    return x / np.maximum(length, np.finfo(np.float32).tiny)


def _degs(x: np.ndarray) -> np.ndarray:
    """(n, n_genes) to (n, 2 n_genes) float32, 1 where a gene is up, and where it is down."""
    return np.concatenate([x >= DEG_Z, x <= -DEG_Z], axis=1).astype(np.float32)
