"""Scores of a whole compendium in which nothing is scored by a network that learned from it."""

import numpy as np

from gpar_core import fields
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import TrainingSet
from gpar_core.learn.cross_validation import CrossValidation
from gpar_core.progress import Report, silent
from gpar_core.rank.scoring import BLOCK_ROWS, Network, score


def score_compendium(
    compendium: Compendium,
    training_set: TrainingSet,
    network: Network,
    validation: CrossValidation,
    *,
    report: Report = silent,
) -> tuple[np.ndarray, np.ndarray]:
    """Score every signature.

    With 'others' as negatives every signature of a negative drug, at whatever dose, is scored by
    the fold that held the drug out; all else by `network`, which learned from the whole set.

    Returns score (n_signatures,) float32 and held_out (n_signatures,) bool.
    """
    scores = score(network, compendium.matrix, report=report)
    held_out = np.zeros(len(scores), dtype=bool)
    if training_set.negatives != "others":
        return scores, held_out
    for number, scorer in enumerate(validation.scorers):
        in_fold = (validation.folds.fold == number) & ~training_set.positive
        drugs = set(training_set.drug[in_fold])
        rows = np.flatnonzero(compendium.signatures[fields.DRUG].isin(drugs))
        for start in range(0, len(rows), BLOCK_ROWS):
            block = rows[start : start + BLOCK_ROWS]
            scores[block] = scorer(compendium.matrix[block])
        held_out[rows] = True
    return scores, held_out
