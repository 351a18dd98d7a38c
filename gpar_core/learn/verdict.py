"""Whether a model is well trained: one rule and one wording for every page."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gpar_core.learn.metrics import PAPER_LINE, Metrics

WELL_TRAINED, UNCERTAIN, BY_CHANCE = "well trained", "uncertain", "no better than chance"
VERDICTS = (WELL_TRAINED, UNCERTAIN, BY_CHANCE)
GUESSING = 0.5
RARE = 0.05
"""Largest share of runs with permuted labels that counts as rarely reaching the mean AUROC."""

FEW = 5
"""With fewer drugs, an interval by resampling them is rough."""

MIN_TRAININGS = 19
"""Full trainings with permuted labels: fewer cannot show a chance of `RARE`."""


@dataclass(frozen=True)
class Chance:
    """How often permuted labels reach the mean AUROC of a model.

    n_runs: cross-validations with permuted labels. n_reached: those whose mean AUROC is as high.
    quick: whether a simple classifier stood in for the model (`label_permutation`).
    """

    n_runs: int
    n_reached: int
    quick: bool

    @property
    def p(self) -> float:
        """(1 + n_reached) / (1 + n_runs) (Phipson and Smyth 2010): the model is one of the runs."""
        return (1 + self.n_reached) / (1 + self.n_runs)

    def __str__(self) -> str:
        kind = "quick" if self.quick else "full"
        runs = f"{self.n_reached:,} of {self.n_runs:,} {kind} permuted-label runs"
        return f"{runs} reach{'es' * (self.n_reached == 1)} it; chance about {self.p:.2g}"


@dataclass(frozen=True)
class Verdict:
    """name: `WELL_TRAINED`, `UNCERTAIN` or `BY_CHANCE`. why: the evidence, in sentences. chance: of
    permuted labels.
    """

    name: str
    why: str
    chance: Chance

    @property
    def title(self) -> str:
        return f"{self.name[0].upper()}{self.name[1:]}"


def chance(mean_auroc: float, permuted: Sequence[float] | np.ndarray, *, quick: bool) -> Chance:
    """How often `permuted` mean AUROCs are as high as that of a model."""
    n_reached = int(np.count_nonzero(np.asarray(permuted) >= mean_auroc))
    return Chance(len(permuted), n_reached, quick)


def judge(metrics: Metrics, by_chance: Chance, *, held_out: str) -> Verdict:
    """The verdict on a cross-validation, by three questions.

    Does the mean AUROC reach the paper's threshold of 0.6 (Gao et al. 2021)? Does its 95% interval
    lie above 0.5? Do permuted labels reach it in at most 5% of the runs? Three times yes is well
    trained, three times no is no better than chance, anything else is uncertain.

    held_out: 'drug' or 'signature', as `Folds.by`.
    """
    low, high = metrics.interval
    interval = f"its 95% interval ({low:.3f}–{high:.3f})"
    answers = (
        (
            metrics.reaches_line,
            f"the mean AUROC ({metrics.mean_auroc:.3f}) reaches the paper's threshold of "
            f"{PAPER_LINE:.2f}",
            f"the mean AUROC ({metrics.mean_auroc:.3f}) is below the paper's threshold of "
            f"{PAPER_LINE:.2f}",
        ),
        (low > GUESSING, f"{interval} lies above 0.5", f"{interval} does not lie above 0.5"),
        (
            by_chance.p <= RARE,
            f"permuted labels rarely do as well ({by_chance})",
            f"permuted labels often do as well ({by_chance})",
        ),
    )
    held = [text for holds, text, _ in answers if holds]
    failed = [text for holds, _, text in answers if not holds]
    if not failed:
        name, why = WELL_TRAINED, _listed(held)
    elif not held:
        name, why = BY_CHANCE, _listed(failed)
    else:
        name, why = UNCERTAIN, f"{_listed(held)}, but {_listed(failed)}"
    why = f"{why[0].upper()}{why[1:]}. {_held_out(metrics.n_resampled, held_out)}"
    if failed and len(held) == len(answers) - 1 and not metrics.reaches_line:
        why = f"Better than chance, but below the paper's threshold. {why}"
    return Verdict(name, why, by_chance)


def _held_out(n: int, what: str) -> str:
    rough = f" With only {n}, the interval is rough." if n < FEW else ""
    if what == "signature":
        return (
            f"The {n} signatures of one drug were held out in turn: this shows how similar they "
            f"are to each other, not how well another drug of the class would be found.{rough}"
        )
    return f"{n} drugs were held out in turn.{rough}"


def _listed(clauses: Sequence[str]) -> str:
    return ", and ".join([", ".join(clauses[:-1]), clauses[-1]] if clauses[1:] else clauses)
