"""Find outliers among the positive drugs: repeated cross-validation, leaving out one at a time.

Gao et al. 2021 ("Discussion") repeat the cross-validation "to exclude the drugs whose signatures
significantly decrease the mean AUROC" and found VER-155008, the one HSP70 inhibitor among
inhibitors of HSP90. They do not define what is significant; `standing_out` is this project's rule.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import ndtri

from gpar_core import fields
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import TrainingSet
from gpar_core.errors import TrainingSetError
from gpar_core.learn.engine import FitTask, Pool
from gpar_core.learn.folds import Folds, assign_folds
from gpar_core.learn.held_out import space_for
from gpar_core.learn.matching import Matching
from gpar_core.learn.presets import Settings
from gpar_core.learn.space import Space
from gpar_core.progress import Progress, Report, silent
from gpar_core.rank.scoring import score

STAGE = "Curation"
MIN_DRUGS = 3
"""With two drugs, leaving one out leaves none to train on when the other is held out."""

FALSE_ALARMS = 0.05
"""Accepted share of sets without an outlier in which chance produces a suspect."""

MIN_SHORTFALL = 0.1
"""A drug is a suspect only if its AUROC is lower than that of the others by this much."""

MAX_SUSPECTS = 1 / 3
"""Maximum share of suspects: the others must be the majority."""


@dataclass(frozen=True, eq=False)
class Curation:
    """The change in mean AUROC when each positive drug is left out.

    mean_auroc, spread: of the whole set, mean and standard deviation over the repeats.
    drugs: one row per positive drug, the highest effect first: drug, pert_iname, n_signatures,
        auroc_without (mean AUROC when it is left out, mean over the repeats), effect (mean over the
        repeats of the difference to the whole set on the same folds), effect_sd (its standard
        deviation over the repeats), noise (the highest effect that chance would explain, see
        `standing_out`), suspect.
    """

    mean_auroc: float
    spread: float
    repeats: int
    drugs: pd.DataFrame

    @property
    def suspects(self) -> pd.DataFrame:
        """The rows of `drugs` that are suspected, the highest effect first."""
        return self.drugs[self.drugs["suspect"]].reset_index(drop=True)


@dataclass(frozen=True, eq=False)
class _Trial:
    """A network to train, and the sets that its held-out scores serve.

    held_out: rows of the training set. left_out: for each cross-validated set, the position of the
    drug left out in the list of drugs, or -1 for the whole set.
    """

    task: FitTask
    repeat: int
    fold: int
    held_out: np.ndarray
    left_out: tuple[int, ...]


def curate(
    compendium: Compendium,
    training_set: TrainingSet,
    settings: Settings,
    *,
    seed: int,
    repeats: int = 5,
    pool: Pool,
    report: Report = silent,
) -> Curation:
    """Cross-validate the whole set and the set without each drug, `repeats` times.

    Each repeat assigns the drugs to new folds; within it all sets have the same folds and seeds,
    which in the first repeat are those of `training.train`. A drug that is left out is neither
    positive nor negative, nor is anything that shares a MOA with it. A space, which is learned
    without any MOA, has seen it, but never scores a drug that it has seen.

    Raises TrainingSetError with fewer than `MIN_DRUGS` positive drugs, WorkerError if a process
    dies.
    """
    drugs = np.unique(training_set.drug[training_set.positive].astype(str))
    if len(drugs) < MIN_DRUGS:
        raise TrainingSetError(
            f"The positive set has {len(drugs)} drug{'s' * (len(drugs) != 1)}; leave-one-out "
            f"needs at least {MIN_DRUGS}. Train on more drugs."
        )
    space = space_for(compendium, settings, seed=seed, threads=pool.processes, report=report)
    if space is not None:
        auroc = _matched(space, compendium, training_set, drugs, repeats, seed, pool, report)
    else:
        auroc = _trained(compendium, training_set, settings, drugs, repeats, seed, pool, report)
    return _curation(compendium, training_set, drugs, np.nanmean(auroc, axis=2))


def _matched(
    space: Space,
    compendium: Compendium,
    training_set: TrainingSet,
    drugs: np.ndarray,
    repeats: int,
    seed: int,
    pool: Pool,
    report: Report,
) -> np.ndarray:
    """(repeats, n_drugs + 1, k) AUROC of each fold without each drug and, in the last column, of
    the whole set; NaN if a fold has no positive.
    """
    drug = training_set.drug.astype(str)
    columns = []
    for repeat in range(repeats):
        folds = assign_folds(training_set.positive, training_set.drug, seed=seed + 1000 * repeat)
        for number, left_out in enumerate([*drugs, ""]):
            kept = drug != left_out
            dealt = replace(folds, fold=folds.fold[kept])
            matching = Matching(space, compendium, training_set.only(kept), dealt, seed)
            score = matching.held_out(threads=pool.processes)
            rows = [np.flatnonzero(matching.folds.fold == fold) for fold in range(folds.k)]
            of_fold = [
                _auroc(matching.training_set, each, score[each], "")
                if matching.training_set.positive[each].any()
                else np.nan
                for each in rows
            ]
            columns.append(of_fold)
            done = repeat * (len(drugs) + 1) + number + 1
            report(Progress(STAGE, done, repeats * (len(drugs) + 1), f"Repeat {repeat + 1}"))
    return np.array(columns).reshape(repeats, len(drugs) + 1, -1)


def _trained(
    compendium: Compendium,
    training_set: TrainingSet,
    settings: Settings,
    drugs: np.ndarray,
    repeats: int,
    seed: int,
    pool: Pool,
    report: Report,
) -> np.ndarray:
    """The same with networks, one for each fold and drug left out."""
    x = training_set.z_scores(compendium)
    trials = {each.task.name: each for each in _trials(training_set, drugs, repeats, seed)}
    tasks = [each.task for each in trials.values()]
    k = 1 + max(each.fold for each in trials.values())
    # The last column, at index -1, is the whole set. NaN if a fold has no positive.
    auroc = np.full((repeats, len(drugs) + 1, k), np.nan)
    done = 0

    def on_steps(progress: Progress) -> None:
        message = f"{done:,} of {len(tasks):,} trainings done"
        report(replace(progress, stage=STAGE, message=message))

    with closing(pool.fit_all(x, settings, tasks, report=on_steps)) as fits:
        for task, network in fits:
            trial = trials[task.name]
            held_out = score(network, x, trial.held_out)
            for column in trial.left_out:
                auroc[trial.repeat, column, trial.fold] = _auroc(
                    training_set, trial.held_out, held_out, drugs[column] if column >= 0 else ""
                )
            done += 1
    return auroc


def n_networks(n_drugs: int, k: int, repeats: int) -> int:
    """How many networks a curation trains: in its own fold, a drug needs no network of its own."""
    return repeats * (k + n_drugs * (k - 1))


def standing_out(
    effect: np.ndarray, auroc_without: np.ndarray, n_signatures: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(n,) bool, the outliers, and (n,) the effect that chance would explain.

    effect, auroc_without, n_signatures: (n,) of the n >= 3 drugs, as in `Curation.drugs`.

    Leaving out any drug below the average raises the mean a little, and one of n drugs is always
    the worst. So the effect is not judged by its variation over the folds, but by

        noise = max(m + z * sqrt((s^2 + w^2) (1 + 1 / r)),  0.1 / (n - 1)).

    m and s: mean and standard deviation of the effects of the r drugs not suspected. w: the effect
    of chance on a drug of k signatures that is like the others, with A its auroc_without: the
    standard deviation of its own AUROC, sqrt((2 A^2 / (1 + A) - A^2) / k), which is that of Hanley
    and McNeil (1982, Radiology 143:29) against many negatives, divided by n - 1. z: normal quantile
    of 1
    - 0.05 / n, for n tests. The last term is the effect of a drug whose own AUROC is 0.1 below that
    of the others: without it, a trivial difference would be suspect where the others are perfect.

    Suspects are the largest group, of at most a third of the drugs, that is above the noise as a
    whole: tested one by one, two outliers would mask each other in s (the idea of Rosner 1983,
    Technometrics 25:165).

    Measured on simulated sets other than those used to choose the rule (978 genes, 3 cell lines, an
    earlier 'fast', 5 repeats, 100 seeds; strengths of the members log-normal with 0.3). With 6
    drugs whose mean AUROC without an outlier is 1.00, 0.93 and 0.80, an inactive drug in place of
    one is found in 98, 56 and 31% of the sets; a member is suspected in 0, 10 and 12% of the sets
    without an outlier. With 12 drugs at 0.99 and 0.92: 96 and 58% found, 12 and 10% suspected.
    Judged only by how the effect varies with the folds, a drug was suspected in 6 to 62% of the
    sets without an outlier.
    """
    falling = np.argsort(-effect, kind="stable")
    like = np.clip(auroc_without, 0.5, 1.0)
    own_variance = (2 * like**2 / (1 + like) - like**2) / n_signatures / (len(effect) - 1) ** 2

    def noise(others: np.ndarray) -> np.ndarray:
        z = ndtri(1 - FALSE_ALARMS / len(effect))
        by_chance = others.mean() + z * np.sqrt(
            (others.var(ddof=1) + own_variance) * (1 + 1 / len(others))
        )
        return np.maximum(by_chance, MIN_SHORTFALL / (len(effect) - 1))

    for size in range(max(1, int(len(effect) * MAX_SUSPECTS)), 0, -1):
        group, limit = falling[:size], noise(effect[falling[size:]])
        if (effect > limit)[group].all():
            return np.isin(np.arange(len(effect)), group), limit
    return np.zeros(len(effect), dtype=bool), noise(effect)


def _trials(
    training_set: TrainingSet, drugs: np.ndarray, repeats: int, seed: int
) -> Iterator[_Trial]:
    for repeat in range(repeats):
        first_seed = seed + 1000 * repeat
        folds = assign_folds(training_set.positive, training_set.drug, seed=first_seed)
        for fold in range(folds.k):
            yield from _trials_of_fold(training_set, drugs, folds, repeat, fold, first_seed)


def _trials_of_fold(
    training_set: TrainingSet,
    drugs: np.ndarray,
    folds: Folds,
    repeat: int,
    fold: int,
    first_seed: int,
) -> Iterator[_Trial]:
    """The network of the whole set, and one without each drug that the fold does not hold out."""
    drug = training_set.drug.astype(str)
    held_out = np.flatnonzero(folds.fold == fold)
    here = np.isin(drugs, drug[held_out])
    # If the drug left out is alone in its fold, there is no positive left to find.
    without = np.flatnonzero(here) if here.sum() > 1 else ()

    def task(name: str, left_out: str) -> FitTask:
        rows = np.flatnonzero((folds.fold != fold) & (drug != left_out))
        return FitTask(name, rows, training_set.positive, first_seed + fold + 1)

    name = f"repeat {repeat} fold {fold}"
    yield _Trial(task(name, ""), repeat, fold, held_out, (-1, *without))
    for each in np.flatnonzero(~here):
        left_out = task(f"{name} without {each}", drugs[each])
        yield _Trial(left_out, repeat, fold, held_out, (int(each),))


def _auroc(
    training_set: TrainingSet, rows: np.ndarray, held_out: np.ndarray, left_out: str
) -> float:
    from sklearn.metrics import roc_auc_score  # noqa: PLC0415 -- pages start without it

    kept = training_set.drug[rows] != left_out
    return float(roc_auc_score(training_set.positive[rows][kept], held_out[kept]))


def _curation(
    compendium: Compendium, training_set: TrainingSet, drugs: np.ndarray, auroc: np.ndarray
) -> Curation:
    """auroc: (repeats, n_drugs + 1) mean over folds, without each drug and, last, of all."""
    whole, without = auroc[:, -1], auroc[:, :-1]
    paired = without - whole[:, None]
    named = training_set.described(compendium, [fields.PERT_INAME])[fields.PERT_INAME]
    names = named[training_set.positive].groupby(training_set.drug[training_set.positive])
    n_signatures = names.size().loc[drugs].to_numpy()
    suspect, noise = standing_out(paired.mean(axis=0), without.mean(axis=0), n_signatures)
    table = pd.DataFrame(
        {
            fields.DRUG: drugs,
            fields.PERT_INAME: names.first().loc[drugs].to_numpy(),
            "n_signatures": n_signatures,
            "auroc_without": without.mean(axis=0),
            "effect": paired.mean(axis=0),
            "effect_sd": _spread(paired),
            "noise": noise,
            "suspect": suspect,
        }
    )
    return Curation(
        mean_auroc=float(whole.mean()),
        spread=float(_spread(whole)),
        repeats=len(whole),
        drugs=table.sort_values("effect", ascending=False, kind="stable", ignore_index=True),
    )


def _spread(by_repeat: np.ndarray) -> np.ndarray:
    """Standard deviation over the first axis, 0 where there is one repeat."""
    return np.std(by_repeat, axis=0, ddof=min(1, len(by_repeat) - 1))
