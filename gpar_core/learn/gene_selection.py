"""Genes by their weight in a logistic regression (Gao et al. 2021, "Discussion").

The paper selects 100 landmark genes "with the feature selection algorithm of scikit-learn along
with logistic regression" and gives no details. Here it is that of `SelectFromModel`, the largest
absolute coefficients of one fit: the alternative, `RFE`, does not order the genes that it keeps,
and needs a fit for each gene that it drops. The regression is the one that each model is compared
with (`logistic.logistic_regression`).
"""

import numpy as np

from gpar_core.learn.logistic import fit_logistic
from gpar_core.learn.presets import LINEAR
from gpar_core.rank.scoring import scaled

N_SELECTED = 100
"""Gao et al. 2021."""


def logistic_coefficients(x: np.ndarray, positive: np.ndarray) -> np.ndarray:
    """(n, n_genes) z-scores and (n,) bool to the (n_genes,) coefficients, of signed roots."""
    return fit_logistic(scaled(x, LINEAR.scaling), positive).coef_[0]


def ranks(importance: np.ndarray) -> np.ndarray:
    """(n_genes,) ranks from 1, the largest absolute value first; ties in gene order."""
    rank = np.empty(len(importance), np.int64)
    rank[np.argsort(-np.abs(importance), kind="stable")] = np.arange(1, len(importance) + 1)
    return rank
