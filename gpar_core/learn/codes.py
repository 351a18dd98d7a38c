"""Names of drugs and cell lines as whole numbers."""

from collections.abc import Sequence

import numpy as np
import pandas as pd


def coded(names: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(n,) names to their (m,) distinct ones, sorted, and (n,) int places in these.

    As `np.unique(names, return_inverse=True)` of texts, whose copy is as wide as the longest name:
    of a million signatures, hundreds of megabytes.
    """
    code, distinct = pd.factorize(np.asarray(names, dtype=object), sort=True)
    return np.asarray(distinct, dtype=str), code


def places(names: np.ndarray, distinct: Sequence[str] | np.ndarray) -> np.ndarray:
    """(n,) names to their (n,) int places among distinct ones; -1 for another name."""
    return pd.Index(np.asarray(distinct, dtype=object)).get_indexer(np.asarray(names, dtype=object))
