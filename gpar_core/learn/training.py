"""Train one model from a training set: cross-validation, comparison and final model."""

import time
from contextlib import closing
from dataclasses import dataclass, replace

import numpy as np
from sklearn.metrics import roc_auc_score

from gpar_core import fields
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import TrainingSet
from gpar_core.learn.codes import coded
from gpar_core.learn.compendium_scores import FINAL, score_compendium
from gpar_core.learn.cross_validation import CrossValidation, cross_validate, permuted_labels
from gpar_core.learn.engine import FitTask, Pool
from gpar_core.learn.folds import Folds, assign_folds
from gpar_core.learn.held_out import STAGE, held_out_scores, space_for
from gpar_core.learn.label_permutation import permuted_auroc
from gpar_core.learn.logistic import logistic_regression
from gpar_core.learn.matching import Matching
from gpar_core.learn.metrics import evaluate
from gpar_core.learn.presets import LinearSettings, Settings
from gpar_core.learn.space import Space
from gpar_core.learn.verdict import Chance, chance
from gpar_core.progress import Progress, Report, silent
from gpar_core.rank.scoring import Network, score

MAX_BESIDE = 20_000
"""Signatures that the logistic regression for comparison learns from. More negatives would cost
more time and memory than all else; docs/training.md says what quality is lost with a quarter of
them."""


@dataclass(frozen=True, eq=False)
class Scores:
    """Scores of a whole compendium, each by a model that has not seen the drug.

    signature: (n_signatures,) float32 in 0-1. scored_by: (n_signatures,) int16, the fold that held
    each out, or `FINAL`. drug: (n_drugs,) names, sorted. compound: (n_drugs,) float32 in 0-1, of
    each drug as a whole: from its pooled signatures where the model pools, else the mean of its
    signatures' scores.
    """

    signature: np.ndarray
    scored_by: np.ndarray
    drug: np.ndarray
    compound: np.ndarray


@dataclass(frozen=True, eq=False)
class Training:
    """The result of a training: a model, its cross-validation on held-out drugs, and scores.

    logistic: logistic regression on the same folds; None where the model is itself one. chance: how
    often permuted labels reach the mean AUROC, by a quick stand-in. null: mean AUROCs of full
    trainings with permuted labels. space: the space in which compounds were compared, if any, else
    None.
    """

    network: Network
    validation: CrossValidation
    scores: Scores
    logistic: CrossValidation | None
    chance: Chance
    null: tuple[float, ...]
    seconds: float
    space: Space | None


def train(
    compendium: Compendium,
    training_set: TrainingSet,
    settings: Settings,
    *,
    seed: int,
    null_repeats: int = 0,
    pool: Pool,
    report: Report = silent,
    space: Space | None = None,
) -> Training:
    """Cross-validate, train the final model on the whole training set, and score the compendium.

    pool: runs the training; the result does not depend on it. space: as in `held_out.space_for`.
    Raises TrainingSetError where the training set is too small for its folds, WorkerError where a
    process dies.
    """
    started = time.monotonic()
    folds = assign_folds(training_set.positive, training_set.drug, seed=seed)
    space = space_for(
        compendium, settings, seed=seed, threads=pool.processes, report=report, space=space
    )
    if space is not None:
        matching = Matching(space, compendium, training_set, folds, seed)
        network, held_out, scores = _matched(matching, pool, report)
    else:
        network, held_out, scores = _fitted(
            compendium, training_set, folds, settings, seed, pool, report
        )
    null = tuple(
        _permuted(compendium, labelled, settings, seed + number, pool, report, space)
        for number, labelled in enumerate(
            permuted_labels(training_set, repeats=null_repeats, seed=seed), start=1
        )
    )
    seconds = time.monotonic() - started
    x = training_set.signatures(compendium)
    logistic = None
    if not isinstance(settings, LinearSettings):
        logistic = cross_validate(
            x,
            training_set,
            folds,
            logistic_regression,
            seed=seed,
            stage="Logistic regression",
            report=report,
            at_most=MAX_BESIDE,
            threads=pool.processes,
        )
    positive, drug = training_set.positive, training_set.drug
    metrics = evaluate(positive, held_out, folds.fold, drug, seed=seed)
    permuted_quickly = permuted_auroc(x, positive, drug, folds.fold, seed=seed)
    return Training(
        network=network,
        validation=CrossValidation(folds, held_out, metrics),
        scores=scores,
        logistic=logistic,
        chance=chance(metrics.mean_auroc, permuted_quickly, quick=True),
        null=null,
        seconds=seconds,
        space=space,
    )


def _matched(matching: Matching, pool: Pool, report: Report) -> tuple[Network, np.ndarray, Scores]:
    """The model, the held-out scores of the training set, and those of the compendium."""
    signature, scored_by = matching.of_signatures(threads=pool.processes, report=report)
    training_set, folds = matching.training_set, matching.folds
    held_out = matching.of_training_set(signature[training_set.compendium_rows])
    for fold in range(folds.k):
        _report_fold(training_set, folds, fold, held_out, folds.k, folds.k, report)
    pooled = matching.of_compounds().astype(np.float32)
    scores = Scores(signature, scored_by, matching.space.drug, pooled)
    return matching.network(), held_out, scores


def _fitted(
    compendium: Compendium,
    training_set: TrainingSet,
    folds: Folds,
    settings: Settings,
    seed: int,
    pool: Pool,
    report: Report,
) -> tuple[Network, np.ndarray, Scores]:
    """The same for models that score signatures one by one."""
    x, positive = training_set.z_scores(compendium), training_set.positive
    held_out = np.empty(len(x), np.float32)
    networks: dict[int, Network] = {}
    tasks = [
        FitTask(str(fold), np.flatnonzero(folds.fold != fold), positive, seed + fold + 1)
        for fold in (*range(folds.k), FINAL)
    ]

    def on_steps(progress: Progress) -> None:
        done = sum(fold != FINAL for fold in networks)
        report(replace(progress, stage=STAGE, message=f"{done} of {folds.k} folds done"))

    # Closed at once if anything stops the loop, so that no process keeps training in vain.
    with closing(pool.fit_all(x, settings, tasks, report=on_steps)) as fits:
        for task, network in fits:
            fold = int(task.name)
            networks[fold] = network
            if fold != FINAL:
                rows = np.flatnonzero(folds.fold == fold)
                held_out[rows] = score(network, x, rows)
                done = len(networks), len(tasks)
                _report_fold(training_set, folds, fold, held_out, *done, report)
    signature, scored_by = score_compendium(
        compendium,
        training_set,
        folds,
        networks[FINAL],
        [networks[fold] for fold in range(folds.k)],
        threads=pool.processes,
        report=report,
    )
    names, drug = coded(compendium.signatures[fields.DRUG].to_numpy())
    mean = np.bincount(drug, weights=signature) / np.bincount(drug)
    return networks[FINAL], held_out, Scores(signature, scored_by, names, mean.astype(np.float32))


def _permuted(
    compendium: Compendium,
    labelled: TrainingSet,
    settings: Settings,
    seed: int,
    pool: Pool,
    report: Report,
    space: Space | None,
) -> float:
    """The mean AUROC of a whole training with permuted labels."""
    folds = assign_folds(labelled.positive, labelled.drug, seed=seed)
    held_out = held_out_scores(
        compendium, labelled, folds, settings, seed=seed, pool=pool, report=report, space=space
    )
    return evaluate(labelled.positive, held_out, folds.fold, labelled.drug, seed=seed).mean_auroc


def _report_fold(
    training_set: TrainingSet,
    folds: Folds,
    fold: int,
    held_out: np.ndarray,
    done: int,
    total: int,
    report: Report,
) -> None:
    """Report the AUROC of a finished fold."""
    rows = folds.fold == fold
    auroc = float(roc_auc_score(training_set.positive[rows], held_out[rows]))
    values = {"fold": fold + 1, "k": folds.k, "auroc": auroc}
    report(Progress(STAGE, done, total, f"Fold {fold + 1} of {folds.k}: AUROC {auroc:.2f}", values))
