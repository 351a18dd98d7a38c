"""A metric in which variation among drugs of one MOA counts little."""

import numpy as np


def whitening(x: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Linear map after which signatures of one class vary alike in all directions.

    x: (n, g) signatures. classes: (n, m) bool, a signature may be in several or none.

    With S the scatter of signatures around the means of their classes, f its degrees of freedom
    and t the mean of the diagonal of S / f, the within-class covariance is estimated as
    W = (1 - s) S / f + s t I, with the share s of Ledoit and Wolf 2004 (`shrinkage`), and the map A
    has A A' = W^-1. Without a class of two, or where those of a class do not differ, A is the
    identity.

    Returns A (g, g) float32; differences of the rows of x @ A are Mahalanobis distances under W.
    """
    n_genes = x.shape[1]
    classes = classes[:, classes.sum(axis=0) >= 2]
    members = classes.sum(axis=0)
    freedom = int((members - 1).sum())
    if freedom == 0:
        return np.eye(n_genes, dtype=np.float32)
    in_any = classes.any(axis=1)
    x, classes = x[in_any].astype(np.float64), classes[in_any].astype(np.float64)
    means = (classes.T @ x) / members[:, None]
    scatter = (x * classes.sum(axis=1)[:, None]).T @ x - (means * members[:, None]).T @ means
    spread = np.trace(scatter) / freedom / n_genes
    # Where signatures do not differ, what is left are errors of rounding.
    if spread <= 1e-9 * np.square(x).mean():
        return np.eye(n_genes, dtype=np.float32)
    lengths = np.square(x).sum(axis=1)[:, None] - 2 * x @ means.T + np.square(means).sum(axis=1)
    share = shrinkage(scatter, lengths[classes > 0])
    covariance = (1 - share) * scatter / freedom + share * spread * np.eye(n_genes)
    factor = np.linalg.cholesky(covariance)
    return np.linalg.inv(factor).T.astype(np.float32)


def shrinkage(scatter: np.ndarray, lengths: np.ndarray) -> float:
    """How far a covariance should be shrunk towards a multiple of the identity, 0 to 1.

    scatter: (g, g) sum of r r' over n residuals r. lengths: (n,) squared lengths of the residuals.

    With C = scatter / n and t the mean of its diagonal, this is the expected squared error of C,
    estimated as (mean |r|^4 - |C|^2) / n, over |C - t I|^2 (Ledoit and Wolf 2004, J. Multivariate
    Analysis 88:365, lemmas 3.2 to 3.4).
    """
    n = len(lengths)
    covariance = scatter / n
    squared = np.square(covariance).sum()
    error = (np.square(lengths).mean() - squared) / n
    distance = squared - np.trace(covariance) ** 2 / len(covariance)
    return float(min(error / distance, 1.0)) if distance > 0 else 1.0
