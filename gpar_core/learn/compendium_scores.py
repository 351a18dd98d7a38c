"""Score a whole compendium, each drug by a model that did not learn from it."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from gpar_core import fields
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import TrainingSet
from gpar_core.learn.folds import Folds
from gpar_core.progress import Progress, Report, silent
from gpar_core.rank.scoring import Network, score

FINAL = -1
"""Stands for the model that learned from the whole training set, in place of a fold number."""


def score_compendium(
    compendium: Compendium,
    training_set: TrainingSet,
    folds: Folds,
    network: Network,
    of_folds: Sequence[Network],
    *,
    threads: int = 1,
    report: Report = silent,
) -> tuple[np.ndarray, np.ndarray]:
    """Score every signature, once.

    Every signature of a drug of the training set, at any dose, is scored by the fold that held the
    drug out; all others by `network`, which learned from the whole set. Where the signatures of a
    single positive drug were divided among the folds, only these are scored by folds; the drug's
    other signatures are scored by `network`.

    of_folds: for each fold, the model that did not see it. threads: as in `score_blocks`. Returns
    score (n_signatures,) float32 and scored_by (n_signatures,) int16, the fold or `FINAL`.
    """
    scored_by = fold_of_each(compendium, training_set, folds)
    cell = compendium.signatures[fields.CELL_ID].to_numpy()
    matrix = compendium.matrix
    scores = np.empty(len(matrix), np.float32)
    done = 0

    def overall(progress: Progress) -> None:
        report(replace(progress, done=done + progress.done, total=len(matrix)))

    for number, each in enumerate([network, *of_folds], start=FINAL):
        rows = np.flatnonzero(scored_by == number)
        scores[rows] = score(each, matrix, rows, cell=cell, threads=threads, report=overall)
        done += len(rows)
    return scores, scored_by


def fold_of_each(compendium: Compendium, training_set: TrainingSet, folds: Folds) -> np.ndarray:
    """(n_signatures,) int16: the fold that holds out the drug of each signature, or `FINAL`.

    Where the signatures of a single positive drug are divided among the folds, only these have a
    fold; the drug's other signatures have none.
    """
    fold = folds.fold
    by_drug = ~training_set.positive if folds.by == "signature" else slice(None)
    fold_of_drug = dict(zip(training_set.drug[by_drug], fold[by_drug], strict=True))
    scored_by = (
        compendium.signatures[fields.DRUG].map(fold_of_drug).fillna(FINAL).to_numpy(np.int16)
    )
    rows = training_set.compendium_rows
    scored_by[rows] = fold[: len(rows)]
    return scored_by
