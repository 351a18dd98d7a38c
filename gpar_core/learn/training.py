"""Train one model from a training set: cross-validation, comparison and final network."""

import time
from dataclasses import dataclass

import numpy as np

from gpar_core.compare.classifiers import logistic_regression
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import TrainingSet
from gpar_core.learn.cross_validation import (
    CrossValidation,
    Score,
    cross_validate,
    permuted_label_null,
)
from gpar_core.learn.folds import assign_folds
from gpar_core.learn.network import Trainer
from gpar_core.learn.presets import Settings
from gpar_core.progress import Progress, Report, silent
from gpar_core.rank.scoring import Network, scaled, score


@dataclass(frozen=True, eq=False)
class Training:
    """What training gives: a network and how well its like did on held-out drugs.

    logistic: logistic regression on the same folds. null: mean AUROCs with permuted labels.
    """

    network: Network
    validation: CrossValidation
    logistic: CrossValidation
    null: tuple[float, ...]
    seconds: float


def train(
    compendium: Compendium,
    training_set: TrainingSet,
    settings: Settings,
    *,
    seed: int,
    null_repeats: int = 0,
    report: Report = silent,
) -> Training:
    """Cross-validate, then train the final network on the whole training set.

    Raises TrainingSetError where the training set is too small for its folds.
    """
    started = time.monotonic()
    folds = assign_folds(training_set.positive, training_set.drug, seed=seed)
    x = np.asarray(compendium.matrix[training_set.rows], np.float32)
    trainer = Trainer(settings, x.shape[1])

    def fit(x: np.ndarray, positive: np.ndarray, seed: int, report: Report) -> Score:
        network = trainer.fit(scaled(x, settings.scaling), positive, seed=seed, report=report)
        return lambda other: score(network, other)

    validation = cross_validate(x, training_set, folds, fit, seed=seed, report=report)
    final = trainer.fit(
        scaled(x, settings.scaling),
        training_set.positive,
        seed=seed,
        report=lambda p: report(Progress("Final model", p.done, p.total, values=p.values)),
    )
    seconds = time.monotonic() - started
    logistic = cross_validate(
        x,
        training_set,
        folds,
        logistic_regression,
        seed=seed,
        stage="Logistic regression",
        report=report,
    )
    null = permuted_label_null(x, training_set, fit, repeats=null_repeats, seed=seed, report=report)
    return Training(final, validation, logistic, null, seconds)
