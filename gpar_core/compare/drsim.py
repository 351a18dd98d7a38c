"""Similarity of drugs after learning from the identity of compounds (DrSim).

Wei et al. 2022, Genomics Proteomics Bioinformatics 20:1028: principal components, then linear
discriminants with the compound as label; the transformed signatures of a compound are pooled by
their median, and compounds are compared by the cosine. The paper learns in one cell line and at one
time, from replicates; here the label is shared by the signatures of a compound in several cell
lines. The paper does not fix the numbers of components; they were chosen here.
"""

import numpy as np

from gpar_core.compare.similarity import cosine_by_fold
from gpar_core.progress import Report, silent

N_COMPONENTS = 200
N_DISCRIMINANTS = 50


def similarity(
    x: np.ndarray,
    drug: np.ndarray,
    chosen: np.ndarray,
    fold: np.ndarray,
    report: Report = silent,
) -> np.ndarray:
    """Cosine of each chosen drug to each drug, learned without the fold of the latter.

    x: (m, n_genes) z-scores. drug: (m,) int, of n drugs from 0. chosen: (p,) of them. fold: (n,)
    int. report: may raise to stop. Returns (p, n). Where no two signatures share a drug, only the
    principal components are used.
    """

    def references(number: int, _: Report) -> np.ndarray:
        transformed = _learned(x, drug, (fold != number)[drug])
        return np.stack([np.median(transformed[drug == one], axis=0) for one in range(len(fold))])

    return cosine_by_fold(references, chosen, fold, report)


def _learned(x: np.ndarray, drug: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """(m, d) of all signatures, transformed as learned from those seen, (m,) bool."""
    from sklearn.decomposition import PCA  # noqa: PLC0415 -- pages start without it
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis  # noqa: PLC0415

    n_components = min(N_COMPONENTS, seen.sum() - 1, x.shape[1])
    components = PCA(n_components, svd_solver="covariance_eigh").fit(x[seen].astype(float))
    reduced = components.transform(x)
    several = np.bincount(drug[seen], minlength=drug.max() + 1) >= 2
    labelled = seen & several[drug]
    n_labels = len(np.unique(drug[labelled]))
    if n_labels < 2:
        return reduced
    n_discriminants = min(N_DISCRIMINANTS, n_labels - 1, n_components)
    discriminants = LinearDiscriminantAnalysis(n_components=n_discriminants)
    return discriminants.fit(reduced[labelled], drug[labelled]).transform(reduced)
