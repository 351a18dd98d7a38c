"""Train one model from a training set: cross-validation, comparison and final network."""

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from sklearn.metrics import roc_auc_score

from gpar_core.data.compendium import Compendium
from gpar_core.data.learning_set import learning_set
from gpar_core.data.training_set import TrainingSet
from gpar_core.learn.classifiers import logistic_regression
from gpar_core.learn.cross_validation import CrossValidation, cross_validate, permuted_labels
from gpar_core.learn.engine import FitTask, Pool
from gpar_core.learn.folds import Folds, assign_folds
from gpar_core.learn.label_permutation import permuted_auroc
from gpar_core.learn.metrics import evaluate
from gpar_core.learn.presets import LinearSettings, Settings
from gpar_core.learn.verdict import Chance, chance
from gpar_core.progress import Progress, Report, silent
from gpar_core.rank.scoring import Network, score

STAGE = "Cross-validation"
FINAL = "final"


@dataclass(frozen=True, eq=False)
class Training:
    """The result of a training: a network and its cross-validation on held-out drugs.

    logistic: logistic regression on the same folds; None where the network itself is that. chance:
    how often permuted labels reach the mean AUROC, by a quick stand-in. null: mean AUROCs of whole
    trainings with permuted labels.
    """

    network: Network
    validation: CrossValidation
    logistic: CrossValidation | None
    chance: Chance
    null: tuple[float, ...]
    seconds: float


@dataclass(frozen=True, eq=False)
class _Round:
    """One cross-validation: its labels, its folds, and the tasks that train its networks."""

    training_set: TrainingSet
    folds: Folds
    tasks: tuple[FitTask, ...]


def train(
    compendium: Compendium,
    training_set: TrainingSet,
    settings: Settings,
    *,
    seed: int,
    null_repeats: int = 0,
    pool: Pool,
    report: Report = silent,
) -> Training:
    """Cross-validate and train the final network on the whole training set, side by side.

    pool: whose processes train the networks; the result does not depend on it.
    Raises TrainingSetError where the training set is too small for its folds, WorkerError where a
    process dies.
    """
    started = time.monotonic()
    learning = learning_set(compendium, training_set, seed=seed)
    x = learning.x[: learning.n_training]
    true, *permuted = _rounds(training_set, null_repeats, seed)
    final = FitTask(FINAL, np.arange(len(x)), training_set.positive, seed)
    tasks = [*true.tasks, final, *(task for each in permuted for task in each.tasks)]
    networks: dict[str, Network] = {}

    def on_steps(progress: Progress) -> None:
        report(replace(progress, stage=STAGE, message=_folds_done(true, networks)))

    # Closed at once if anything stops the loop, so that no process trains on in vain.
    with closing(pool.fit_all(learning, settings, tasks, report=on_steps)) as fits:
        for task, network in fits:
            networks[task.name] = network
            if task in true.tasks:
                _report_fold(x, true, true.tasks.index(task), networks, len(tasks), report)
    seconds = time.monotonic() - started
    logistic = None
    if not isinstance(settings, LinearSettings):
        logistic = cross_validate(
            x,
            training_set,
            true.folds,
            logistic_regression,
            seed=seed,
            stage="Logistic regression",
            report=report,
        )
    validation = _validation(x, true, networks, seed)
    permuted_quickly = permuted_auroc(
        x, training_set.positive, training_set.drug, true.folds.fold, seed=seed
    )
    return Training(
        network=networks[FINAL],
        validation=validation,
        logistic=logistic,
        chance=chance(validation.metrics.mean_auroc, permuted_quickly, quick=True),
        null=tuple(_validation(x, each, networks, seed).metrics.mean_auroc for each in permuted),
        seconds=seconds,
    )


def _rounds(training_set: TrainingSet, null_repeats: int, seed: int) -> Iterator[_Round]:
    sets = [training_set, *permuted_labels(training_set, repeats=null_repeats, seed=seed)]
    for number, labelled in enumerate(sets):
        folds = assign_folds(labelled.positive, labelled.drug, seed=seed + number)
        tasks = tuple(
            FitTask(
                f"round {number} fold {fold}",
                np.flatnonzero(folds.fold != fold),
                labelled.positive,
                seed + 1000 * number + fold + 1,
            )
            for fold in range(folds.k)
        )
        yield _Round(labelled, folds, tasks)


def _held_out(x: np.ndarray, each: _Round, fold: int, network: Network) -> np.ndarray:
    return score(network, x, np.flatnonzero(each.folds.fold == fold))


def _report_fold(
    x: np.ndarray,
    true: _Round,
    fold: int,
    networks: dict[str, Network],
    n_tasks: int,
    report: Report,
) -> None:
    """Tell the AUROC of a fold whose network is ready."""
    k = true.folds.k
    positive = true.training_set.positive[true.folds.fold == fold]
    held_out = _held_out(x, true, fold, networks[true.tasks[fold].name])
    auroc = float(roc_auc_score(positive, held_out))
    values = {"fold": fold + 1, "k": k, "auroc": auroc}
    message = f"Fold {fold + 1} of {k}: AUROC {auroc:.2f}"
    report(Progress(STAGE, len(networks), n_tasks, message, values))


def _folds_done(true: _Round, networks: dict[str, Network]) -> str:
    done = sum(task.name in networks for task in true.tasks)
    return f"{done} of {true.folds.k} folds done"


def _validation(
    x: np.ndarray, each: _Round, networks: dict[str, Network], seed: int
) -> CrossValidation:
    held_out = np.empty(len(x), np.float32)
    for fold, task in enumerate(each.tasks):
        held_out[each.folds.fold == fold] = _held_out(x, each, fold, networks[task.name])
    labelled = each.training_set
    metrics = evaluate(labelled.positive, held_out, each.folds.fold, labelled.drug, seed=seed)
    scorers = tuple(partial(score, networks[task.name]) for task in each.tasks)
    return CrossValidation(each.folds, held_out, metrics, scorers)
