"""Cross-validation of any classifier on given folds."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from sklearn.metrics import roc_auc_score

from gpar_core.data.chosen_rows import ChosenRows
from gpar_core.data.training_set import TrainingSet
from gpar_core.learn.codes import coded
from gpar_core.learn.folds import Folds
from gpar_core.learn.metrics import Metrics, evaluate
from gpar_core.progress import Progress, Report, silent

Score = Callable[[np.ndarray], np.ndarray]
"""(n, 978) z-scores to (n,) scores, higher for positives."""

Fit = Callable[[np.ndarray, np.ndarray, int, Report], Score]
"""Learn from (n, 978) z-scores and (n,) bool with a seed; report may be ignored."""


SCORED_AT_ONCE = 8192
"""Held-out signatures."""


@dataclass(frozen=True, eq=False)
class CrossValidation:
    """Held-out scores on given folds.

    score: (n,), each signature by the model that did not see it. metrics: of these scores.
    """

    folds: Folds
    score: np.ndarray
    metrics: Metrics


def cross_validate(
    x: np.ndarray | ChosenRows,
    training_set: TrainingSet,
    folds: Folds,
    fit: Fit,
    *,
    seed: int,
    stage: str = "Cross-validation",
    report: Report = silent,
    at_most: int | None = None,
    threads: int = 1,
) -> CrossValidation:
    """Fit without each fold in turn and score it.

    x: (n, 978) z-scores of the training set. report: gets training progress with `fold` and
    `step_share`, and after each fold its `auroc`. at_most: with more signatures, only those
    `taking_part` are learned from; all are scored. threads: folds at once.
    """
    positive, drug = training_set.positive, training_set.drug
    learned = np.ones(len(x), bool)
    if at_most is not None:
        learned = taking_part(positive, drug, at_most, np.random.default_rng([seed, 0x10617]))
    score = np.empty(len(x), np.float32)

    def without(number: int) -> np.ndarray:
        seen = learned & (folds.fold != number)
        within = _within_fold(report, stage, number, folds.k)
        scorer = fit(x[seen], positive[seen], seed + number + 1, within)
        held_out = np.flatnonzero(folds.fold == number)
        # Of a large compendium, a fold at once would take more memory than all else.
        blocks = range(0, max(len(held_out), 1), SCORED_AT_ONCE)
        return np.concatenate(
            [scorer(x[held_out[start : start + SCORED_AT_ONCE]]) for start in blocks]
        )

    with ThreadPoolExecutor(threads) as pool:
        each = pool.map if threads > 1 else map
        for number, found in enumerate(each(without, range(folds.k))):
            held_out = folds.fold == number
            score[held_out] = found
            values: dict[str, float] = {"fold": number + 1, "k": folds.k}
            message = f"Fold {number + 1} of {folds.k}"
            if len(set(positive[held_out])) == 2:
                auroc = float(roc_auc_score(positive[held_out], score[held_out]))
                values["auroc"] = auroc
                message += f": AUROC {auroc:.2f}"
            report(Progress(stage, number + 1, folds.k, message, values))
    metrics = evaluate(positive, score, folds.fold, drug, seed=seed)
    return CrossValidation(folds, score, metrics)


def taking_part(
    positive: np.ndarray, drug: np.ndarray, at_most: int, rng: np.random.Generator
) -> np.ndarray:
    """(n,) bool: all positives and, if there are too many signatures, some random negative drugs.

    positive, drug: (n,), as in `metrics.evaluate`. At least one negative drug takes part.
    """
    if len(positive) <= at_most:
        return np.ones(len(positive), bool)
    _, code = coded(drug)
    negative = rng.permutation(np.unique(code[~positive]))
    chosen = negative[: max(1, len(negative) * at_most // len(positive))]
    return positive | np.isin(code, chosen)


def permuted_labels(training_set: TrainingSet, *, repeats: int, seed: int) -> Iterator[TrainingSet]:
    """Training sets with the positive label on random drugs, to show what chance alone reaches.

    Each time, as many drugs as are positive are drawn from the whole training set.
    """
    names, code = coded(training_set.drug)
    drugs, n_signatures = np.arange(len(names)), np.bincount(code)
    n_positive = training_set.n_positive_compounds
    if n_positive == 1:
        # Held out signature by signature, a drug needs two, each with a negative drug.
        drugs = drugs[(n_signatures >= 2) & (n_signatures < len(drugs))]
    for repeat in range(repeats):
        rng = np.random.default_rng([seed, 0x2E11, repeat])
        drawn = rng.choice(drugs, n_positive, replace=False)
        positive = np.isin(code, drawn)
        yield replace(training_set, positive=positive, note="")


def _within_fold(report: Report, stage: str, number: int, k: int) -> Report:
    def forward(progress: Progress) -> None:
        share = progress.done / progress.total if progress.total else 0.0
        values = {**progress.values, "fold": number + 1, "step_share": share}
        report(Progress(stage, number, k, f"Fold {number + 1} of {k}", values))

    return forward
