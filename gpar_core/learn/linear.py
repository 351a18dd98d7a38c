"""Logistic regression in the form of a network without hidden layers."""

from dataclasses import dataclass

import numpy as np

from gpar_core.learn.logistic import fit_logistic
from gpar_core.learn.presets import LinearSettings
from gpar_core.progress import Progress, Report, silent
from gpar_core.rank.scoring import LayeredNetwork


@dataclass(frozen=True)
class LinearTrainer:
    """Fits what `logistic.logistic_regression` fits, on the same signatures.

    It uses scikit-learn alone, in this process: no TensorFlow.
    """

    settings: LinearSettings

    def fit(
        self,
        x: np.ndarray,
        positive: np.ndarray,
        *,
        seed: int,
        rows: np.ndarray | None = None,
        report: Report = silent,
    ) -> LayeredNetwork:
        """Fit on scaled signatures.

        Arguments are those of `LayeredTrainer.fit`; the fit is deterministic, so `seed` is ignored.
        Returns one layer, (n_genes, 1) and (1,), in double precision.
        """
        rows = np.arange(len(positive)) if rows is None else rows
        model = fit_logistic(x[rows], positive[rows], self.settings.c)
        report(Progress("Training", self.settings.steps, self.settings.steps))
        return LayeredNetwork((model.coef_.T.copy(),), (model.intercept_,), self.settings.scaling)
