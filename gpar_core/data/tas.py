"""Transcriptional activity score: signature strength times replicate correlation."""

import numpy as np

from gpar_core.fields import N_LANDMARKS

STRONG_Z = 2.0


def signature_strength(z: np.ndarray, n_replicates: np.ndarray) -> np.ndarray:
    """Number of landmark genes with |z * sqrt(n_replicates)| >= 2.

    z: (n, 978). n_replicates: (n,). Returns (n,) int.
    Source: Subramanian et al. 2017 (distil_ss of GSE92742).
    """
    return (np.abs(z) * np.sqrt(n_replicates)[:, None] >= STRONG_Z).sum(axis=1)


def activity_score(strength: np.ndarray, correlation: np.ndarray) -> np.ndarray:
    """TAS = sqrt(SS * CC / 978), with CC clipped to 0-1; NaN where either is unknown.

    strength: SS, number of strong genes. correlation: CC, the 75th percentile of the correlations
    between replicates. Source: Subramanian et al. 2017.
    """
    return np.sqrt(strength * np.clip(correlation, 0.0, 1.0) / N_LANDMARKS)
