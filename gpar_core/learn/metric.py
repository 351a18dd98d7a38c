"""A metric in which variation among drugs of one MOA counts little."""

import numpy as np

PRIOR_WEIGHT = 0.25
"""How many degrees of freedom per gene the identity counts for; docs/training.md."""


def whitening(x: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Linear map after which signatures of one class vary alike in all directions.

    x: (n, g) signatures. classes: (n, m) bool, a signature may be in several or none.

    With S the scatter of signatures around the means of their classes, f its degrees of freedom,
    t the mean of the diagonal of S / f and c = `PRIOR_WEIGHT` * g, the within-class covariance
    is estimated as W = (S + c t I) / (f + c), S / f shrunk towards the identity, and the map A
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
    prior = PRIOR_WEIGHT * n_genes
    covariance = (scatter + prior * spread * np.eye(n_genes)) / (freedom + prior)
    factor = np.linalg.cholesky(covariance)
    return np.linalg.inv(factor).T.astype(np.float32)
