"""Scores of a whole compendium in which no drug is scored by a network that learned from it."""

from dataclasses import replace
from functools import partial

import numpy as np

from gpar_core import fields
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import TrainingSet
from gpar_core.learn.cross_validation import CrossValidation, Score
from gpar_core.progress import Progress, Report, silent
from gpar_core.rank.scoring import Network, score, score_blocks

FINAL = -1
"""In place of a fold: the network that learned from the whole training set."""


def score_compendium(
    compendium: Compendium,
    training_set: TrainingSet,
    network: Network,
    validation: CrossValidation,
    *,
    threads: int = 1,
    report: Report = silent,
) -> tuple[np.ndarray, np.ndarray]:
    """Score every signature, once.

    Every signature of a drug of the training set, at any dose, is scored by the fold that held
    the drug out; all else by `network`, which learned from the whole set. Where the signatures of a
    single positive drug were shared out over the folds, only those are scored by folds, the drug's
    other signatures by `network`.

    threads: as in `score_blocks`. Returns score (n_signatures,) float32 and scored_by
    (n_signatures,) int16, the fold or `FINAL`.
    """
    scored_by = _scorer_of_each(compendium, training_set, validation)
    scorers: list[Score] = [partial(score, network), *validation.scorers]
    matrix = compendium.matrix
    scores = np.empty(len(matrix), np.float32)
    done = 0

    def overall(progress: Progress) -> None:
        report(replace(progress, done=done + progress.done, total=len(matrix)))

    for number, scorer in enumerate(scorers, start=FINAL):
        rows = np.flatnonzero(scored_by == number)
        scores[rows] = score_blocks(scorer, matrix, rows, threads=threads, report=overall)
        done += len(rows)
    return scores, scored_by


def _scorer_of_each(
    compendium: Compendium, training_set: TrainingSet, validation: CrossValidation
) -> np.ndarray:
    fold = validation.folds.fold
    by_drug = ~training_set.positive if validation.folds.by == "signature" else slice(None)
    fold_of_drug = dict(zip(training_set.drug[by_drug], fold[by_drug], strict=True))
    scored_by = (
        compendium.signatures[fields.DRUG].map(fold_of_drug).fillna(FINAL).to_numpy(np.int16)
    )
    rows = training_set.compendium_rows
    scored_by[rows] = fold[: len(rows)]
    return scored_by
