"""Scores of a whole compendium in which no negative is scored by a network that learned from it."""

from dataclasses import replace
from functools import partial

import numpy as np

from gpar_core import fields
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import TrainingSet
from gpar_core.learn.cross_validation import CrossValidation, Score
from gpar_core.progress import Progress, Report, silent
from gpar_core.rank.scoring import Network, score, score_blocks


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

    With 'others' as negatives every signature of a negative drug, at whatever dose, is scored by
    the fold that held the drug out; all else by `network`, which learned from the whole set.

    threads: as in `score_blocks`. Returns score (n_signatures,) float32 and held_out
    (n_signatures,) bool.
    """
    matrix = compendium.matrix
    if training_set.negatives != "others":
        scores = score(network, matrix, threads=threads, report=report)
        return scores, np.zeros(len(scores), dtype=bool)
    negative = ~training_set.positive
    fold = dict(zip(training_set.drug[negative], validation.folds.fold[negative], strict=True))
    scored_by = compendium.signatures[fields.DRUG].map(fold).fillna(-1).to_numpy(np.int64)
    scorers: list[Score] = [partial(score, network), *validation.scorers]
    scores = np.empty(len(matrix), np.float32)
    done = 0

    def overall(progress: Progress) -> None:
        report(replace(progress, done=done + progress.done, total=len(matrix)))

    for number, scorer in enumerate(scorers, start=-1):
        rows = np.flatnonzero(scored_by == number)
        scores[rows] = score_blocks(scorer, matrix, rows, threads=threads, report=overall)
        done += len(rows)
    return scores, scored_by >= 0
