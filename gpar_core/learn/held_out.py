"""Held-out scores on given folds, and the models behind them."""

from collections.abc import Generator, Iterable
from contextlib import closing
from dataclasses import replace

import numpy as np

from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import TrainingSet
from gpar_core.learn.engine import FitTask, Pool
from gpar_core.learn.folds import Folds
from gpar_core.learn.matching import Matching
from gpar_core.learn.presets import MatchingSettings, Settings
from gpar_core.learn.saved_space import known_space
from gpar_core.learn.space import Space
from gpar_core.progress import Progress, Report, silent
from gpar_core.rank.scoring import Network, score

STAGE = "Cross-validation"


def space_for(
    compendium: Compendium,
    settings: Settings,
    *,
    seed: int,
    threads: int = 1,
    report: Report = silent,
    space: Space | None = None,
) -> Space | None:
    """The space of a compendium where these settings compare in one, else None.

    It is kept with the compendium. To use it several times, read it once and pass it on. threads:
    as in `space_of`. space: of this compendium, settings and seed, if already known.
    """
    if space is not None or not isinstance(settings, MatchingSettings):
        return space
    return known_space(compendium, settings, seed=seed, threads=threads, report=report)


def held_out_scores(
    compendium: Compendium,
    training_set: TrainingSet,
    folds: Folds,
    settings: Settings,
    *,
    seed: int,
    pool: Pool,
    report: Report = silent,
    only: Iterable[int] | None = None,
    space: Space | None = None,
) -> np.ndarray:
    """Score each signature of the training set by a model that has not seen its fold.

    The scores are those of `training.train` with the same seed. only: the folds to score, None for
    all. space: as in `space_for`.

    Returns (n,) float32, NaN in the other folds. Raises WorkerError where a process dies.
    """
    space = space_for(
        compendium, settings, seed=seed, threads=pool.processes, report=report, space=space
    )
    if space is not None:
        matching = Matching(space, compendium, training_set, folds, seed)
        return matching.held_out(only, threads=pool.processes, report=report)
    x = training_set.z_scores(compendium)
    held_out = np.full(len(x), np.nan, np.float32)
    networks = fold_networks(
        compendium, training_set, folds, settings, seed=seed, pool=pool, report=report, only=only
    )
    with closing(networks):
        for fold, network in networks:
            rows = np.flatnonzero(folds.fold == fold)
            held_out[rows] = score(network, x, rows)
    return held_out


def fold_networks(
    compendium: Compendium,
    training_set: TrainingSet,
    folds: Folds,
    settings: Settings,
    *,
    seed: int,
    pool: Pool,
    report: Report = silent,
    only: Iterable[int] | None = None,
) -> Generator[tuple[int, Network], None, None]:
    """Yield the number of a fold and a network that has not seen it, as each is ready.

    Arguments are those of `held_out_scores`, without the space. Close the generator if it is not
    run to its end.
    """
    numbers = list(range(folds.k) if only is None else only)
    space = space_for(compendium, settings, seed=seed, threads=pool.processes, report=report)
    if space is not None:
        matching = Matching(space, compendium, training_set, folds, seed)
        for done, fold in enumerate(numbers):
            report(Progress(STAGE, done, len(numbers)))
            yield fold, matching.network_without(fold)
        return
    tasks = [
        FitTask(str(k), np.flatnonzero(folds.fold != k), training_set.positive, seed + k + 1)
        for k in numbers
    ]

    def on_steps(progress: Progress) -> None:
        report(replace(progress, stage=STAGE))

    x = training_set.z_scores(compendium)
    with closing(pool.fit_all(x, settings, tasks, report=on_steps)) as fits:
        for task, network in fits:
            yield int(task.name), network
