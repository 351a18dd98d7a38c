"""A space in which compounds of one mechanism lie close, learned without any annotation.

Nuisance variation is learned from the same compound in several cell lines, as DrSim (Wei et al.
2022, Genomics Proteomics Bioinformatics 20:1028) and Donner et al. 2018 (Mol. Pharmaceutics
15:4314) learn from the identity of compounds; here in closed form and from all cell lines at once.
As no MOA is used, one space serves every MOA and any set of drugs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from scipy.linalg import eigh, solve_triangular, svd

from gpar_core.learn.presets import MatchingSettings
from gpar_core.rank.neighbors import unit

SMALLEST_LENGTH = 1e-12
SMALLEST_SHARE = 1e-9
"""Share of the largest eigenvalue; smaller eigenvalues are rounding errors."""


@dataclass(frozen=True, eq=False)
class Embedding:
    """A map from signatures to a space of d dimensions.

    center: (n_genes,) mean signature. shift: (n_cells, n_genes) mean of each cell line, minus the
    center. matrix: (n_genes, d).
    """

    center: np.ndarray
    shift: np.ndarray
    matrix: np.ndarray


@dataclass(frozen=True, eq=False)
class Moments:
    """Sums over compounds that determine an embedding; those of disjoint parts add up.

    With X_c the (k_c, n_genes) signatures of compound c, t_c their sum and b_c the (n_cells,)
    numbers of them by cell line:

    total: (n, n_genes) t_c. counts: (n, n_cells) b_c.
    by_cell: (n_cells, n_genes) sums of the signatures of each cell line.
    Over compounds with k_c >= 2: scatter, sum of X_c' X_c - t_c t_c' / k_c (n_genes, n_genes);
    cross, the same for cell lines with genes (n_cells, n_genes); within, for cell lines (n_cells,
    n_cells); freedom, sum of k_c - 1.
    """

    total: np.ndarray
    counts: np.ndarray
    by_cell: np.ndarray
    scatter: np.ndarray
    cross: np.ndarray
    within: np.ndarray
    freedom: int


def together(parts: Sequence[Moments]) -> Moments:
    """The moments of all compounds of some disjoint parts."""
    return Moments(
        total=np.concatenate([each.total for each in parts]),
        counts=np.concatenate([each.counts for each in parts]),
        # One after the other: they take megabytes each, and `np.sum` would copy all of them.
        by_cell=reduce(np.add, (each.by_cell for each in parts)),
        scatter=reduce(np.add, (each.scatter for each in parts)),
        cross=reduce(np.add, (each.cross for each in parts)),
        within=reduce(np.add, (each.within for each in parts)),
        freedom=sum(each.freedom for each in parts),
    )


def moments(x: np.ndarray, drug: np.ndarray, cell: np.ndarray, n_cells: int) -> Moments:
    """Moments of (n, n_genes) signatures. drug: (n,) int. cell: (n,) int below n_cells."""
    drugs, place, size = np.unique(drug, return_inverse=True, return_counts=True)
    x = x.astype(np.float64)
    total = np.zeros((len(drugs), x.shape[1]))
    np.add.at(total, place, x)
    counts = np.zeros((len(drugs), n_cells))
    np.add.at(counts, (place, cell), 1)
    by_cell = np.zeros((n_cells, x.shape[1]))
    np.add.at(by_cell, cell, x)
    several = size >= 2
    of_several = several[place]
    ours, theirs = x[of_several], total[several] / np.sqrt(size[several])[:, None]
    share = counts[several] / np.sqrt(size[several])[:, None]
    sums = np.zeros((n_cells, x.shape[1]))
    np.add.at(sums, cell[of_several], ours)
    return Moments(
        total,
        counts,
        by_cell,
        scatter=ours.T @ ours - theirs.T @ theirs,
        cross=sums - share.T @ theirs,
        within=np.diag(counts[several].sum(axis=0)) - share.T @ share,
        freedom=int((size[several] - 1).sum()),
    )


def embedding(of: Moments, settings: MatchingSettings) -> Embedding:
    """The embedding learned from these compounds. The numbers are those of the preset.

    1. The mean of a cell line of n signatures is (sum of them + 10 m) / (n + 10), m the mean of all
       signatures; it is subtracted.
    2. With S the scatter of the signatures of each compound around their mean, f its degrees of
       freedom, g the number of genes and t the mean of the diagonal of S / f, the covariance within
       compounds is W = (1 - s) S / f + s t I, s = max(0.5, g / (g + f)). Signatures are multiplied
       by A with A A' = 1/W: what differs between cell lines for one compound counts less.
    3. u_c, the sum of the signatures of compound c scaled to length 1, has second moment
       C = mean u_c u_c' with eigenvectors v_i, eigenvalues l_i and their mean t: the first 200 are
       kept, each divided by sqrt(0.2 l_i / t + 0.8): what all active compounds share counts less.
       With fewer compounds than that, all directions are kept; those not spanned have l_i = 0.

    Without a compound in two cell lines, A is the identity.
    """
    n_genes, prior = of.by_cell.shape[1], settings.center_prior
    size = of.counts.sum(axis=0)
    center = of.by_cell.sum(axis=0) / max(size.sum(), 1)
    mean = (of.by_cell + prior * center) / (size + prior)[:, None]
    white = _whitened_by(_scatter_around(of, mean), of.freedom, settings.shrinkage)
    pooled = unit(white(of.total - of.counts @ mean))
    second = pooled.T @ pooled / max(len(pooled), 1)
    n_kept = min(settings.dimensions, n_genes)
    values, vectors = _axes(pooled, second, n_kept)
    spanned = values > SMALLEST_SHARE * values.max(initial=0)
    spread, flat = np.trace(second) / n_genes, settings.flattening
    share = values[spanned] / max(spread, SMALLEST_LENGTH)
    scale, vectors = 1 / np.sqrt((1 - flat) * share + flat), vectors[:, spanned]
    a = white(np.eye(n_genes))
    if vectors.shape[1] == n_kept:
        matrix = a @ (vectors * scale)
    else:  # as one map, since the axes of the part that is not spanned are arbitrary
        matrix = a @ (vectors * (scale - flat**-0.5)) @ vectors.T + flat**-0.5 * a
    return Embedding(
        center.astype(np.float32), (mean - center).astype(np.float32), matrix.astype(np.float32)
    )


def _axes(pooled: np.ndarray, second: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """The n largest eigenvalues of the second moment and, as columns, their eigenvectors.

    Of fewer than n compounds there is one for each: the others are 0.
    """
    if len(pooled) >= n:
        return eigh(second, subset_by_index=(len(second) - n, len(second) - 1))
    _, length, axes = svd(pooled, full_matrices=False, check_finite=False)
    return length**2 / max(len(pooled), 1), axes.T


def _scatter_around(of: Moments, mean: np.ndarray) -> np.ndarray:
    """Scatter within compounds of signatures after subtracting `mean` (n_cells, n_genes)."""
    crossed = mean.T @ of.cross
    return of.scatter - crossed - crossed.T + mean.T @ of.within @ mean


def _whitened_by(
    scatter: np.ndarray, freedom: int, least: float
) -> Callable[[np.ndarray], np.ndarray]:
    """The map x -> x A with A A' the inverse of the shrunk covariance."""
    n_genes = len(scatter)
    spread = np.trace(scatter) / max(freedom, 1) / n_genes
    # Where signatures of a compound do not differ, only rounding errors are left.
    if freedom == 0 or spread <= 1e-9:
        return lambda x: x
    shrunk = max(least, n_genes / (n_genes + freedom))
    covariance = (1 - shrunk) / freedom * scatter
    covariance[np.diag_indices(n_genes)] += shrunk * spread
    factor = np.linalg.cholesky(covariance)
    return lambda x: solve_triangular(factor, x.T, lower=True, check_finite=False).T
