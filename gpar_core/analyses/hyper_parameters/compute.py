"""Depth and width of the paper's network (Gao et al. 2021: 2 to 5 layers, 10 to 2,048 nodes)."""

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import pairwise

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.analyses.hyper_parameters.racing import Race, race
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import TrainingSet
from gpar_core.errors import TrainingSetError
from gpar_core.learn.engine import Pool
from gpar_core.learn.folds import Folds, assign_folds
from gpar_core.learn.held_out import held_out_scores
from gpar_core.learn.metrics import evaluate
from gpar_core.learn.paired import HeldOut, differences
from gpar_core.learn.presets import LayeredSettings
from gpar_core.learn.side_by_side import side_by_side
from gpar_core.progress import Progress, Remember, Report, Tables, silent, uncached

STAGE = "Hyper-parameters"
LAYERS = (2, 3, 4, 5)
NODES = (10, 32, 100, 316, 1000, 2048)
"""About half a decade apart, across the paper's range."""

PAPER = "978-512-256"
"""Name of the paper's setting, which always runs all folds."""


def grid(layers: Sequence[int], nodes: Sequence[int], steps: int) -> dict[str, LayeredSettings]:
    """The settings by name, the paper's first; everything else is as in the paper."""
    settings = {PAPER: LayeredSettings(steps=steps)}
    for depth in layers:
        for width in nodes:
            settings[f"{depth} x {width}"] = LayeredSettings(hidden=(width,) * depth, steps=steps)
    return settings


def n_weights(settings: LayeredSettings) -> int:
    """Number of weights without biases, which determines the training time of a wide network."""
    widths = [fields.N_LANDMARKS, *settings.hidden, 1]
    return sum(n_in * n_out for n_in, n_out in pairwise(widths))


def sweep(
    compendium: Compendium,
    training_set: TrainingSet,
    layers: Sequence[int],
    nodes: Sequence[int],
    *,
    steps: int,
    seed: int,
    pool: Pool,
    report: Report = silent,
    remember: Remember = uncached,
) -> Tables:
    """Cross-validate networks of each number of hidden layers, all of the same number of nodes.

    All settings have the same folds, seeds and steps. A setting that is behind the best by more
    than noise is stopped before all of its folds are done (`racing.race`). Finished parts are saved
    by setting and rung.

    Returns
    settings: setting, hidden (widths of the layers), layers, nodes (missing of the paper's), auroc
        (mean over the folds done) with its sd over folds and low and high (95%, resampling drugs),
        ap, base_rate, n_folds of k, stopped, behind and limit (as in `racing.Race`); for those that
        ran all folds, difference from the best with difference_low and difference_high and
        within_noise, as in `paired.differences`. Those that ran all folds come first, the highest
        auroc first.
    folds: setting, fold (from 1), auroc.
    training_set: one row of n_drugs, n_signatures, n_negative_drugs, n_negative_signatures, k.

    Raises TrainingSetError if there is only one positive drug, WorkerError if a process dies.
    """
    folds = assign_folds(training_set.positive, training_set.drug, seed=seed)
    if folds.by != "drug":
        raise TrainingSetError(
            "The positive set has 1 drug. Cross-validation needs at least 2. Choose more drugs."
        )
    settings = grid(layers, nodes, steps)
    names = list(settings)
    scores = {name: np.full(len(training_set.rows), np.nan, np.float32) for name in names}
    trained = 0

    def run(running: np.ndarray, rung: range) -> np.ndarray:
        nonlocal trained
        total = trained + len(running) * (folds.k - rung.start)

        def tell(done: Mapping[str, np.ndarray], share: float) -> None:
            networks = trained + (len(done) + share) * len(rung)
            values = {"step_share": networks % 1}
            report(Progress(STAGE, int(networks), total, _message(done, running, rung), values))

        parts = {
            names[number]: partial(
                _rung, names[number], settings[names[number]], compendium, training_set, folds,
                rung, seed, pool, remember,
            )
            for number in running
        }  # fmt: skip
        done = side_by_side(parts, tell)
        for name, score in done.items():
            scores[name][np.isfinite(score)] = score[np.isfinite(score)]
        trained += len(done) * len(rung)
        return np.array([_fold_auroc(training_set, score, folds, rung) for score in done.values()])

    raced = race(len(names), folds.k, run, never_stopped=[names.index(PAPER)])
    by_fold = [
        {"setting": name, "fold": fold + 1, "auroc": raced.auroc[number, fold]}
        for number, name in enumerate(names)
        for fold in range(raced.n_folds[number])
    ]
    sizes = {
        "n_drugs": training_set.n_positive_compounds,
        "n_signatures": training_set.n_positive_signatures,
        "n_negative_drugs": training_set.n_negative_compounds,
        "n_negative_signatures": training_set.n_negative_signatures,
        "k": folds.k,
    }
    return {
        "settings": _settings(settings, raced, scores, training_set, folds, seed),
        "folds": pd.DataFrame(by_fold),
        "training_set": pd.DataFrame([sizes]),
    }


def _rung(
    name: str,
    settings: LayeredSettings,
    compendium: Compendium,
    training_set: TrainingSet,
    folds: Folds,
    rung: range,
    seed: int,
    pool: Pool,
    remember: Remember,
    report: Report,
) -> np.ndarray:
    """(n,) held-out scores, NaN outside the folds of the rung."""

    def compute() -> Tables:
        score = held_out_scores(
            compendium,
            training_set,
            folds,
            settings,
            seed=seed,
            pool=pool,
            report=report,
            only=rung,
        )
        return {"scores": pd.DataFrame({"score": score})}

    key = f"{name}, folds {rung.start} to {rung.stop}"
    return remember(key, compute)["scores"]["score"].to_numpy()


def _message(done: Mapping[str, np.ndarray], running: np.ndarray, rung: range) -> str:
    said = f"Folds {rung.start + 1} to {rung.stop} of {len(running)} settings"
    return f"{said}; {list(done)[-1]} done" if done else said


def _fold_auroc(
    training_set: TrainingSet, score: np.ndarray, folds: Folds, rung: range
) -> list[float]:
    from sklearn.metrics import roc_auc_score  # noqa: PLC0415 -- pages start without it

    held_out = [folds.fold == fold for fold in rung]
    return [float(roc_auc_score(training_set.positive[held], score[held])) for held in held_out]


def _settings(
    settings: Mapping[str, LayeredSettings],
    raced: Race,
    scores: Mapping[str, np.ndarray],
    training_set: TrainingSet,
    folds: Folds,
    seed: int,
) -> pd.DataFrame:
    drug = training_set.drug.astype(str)
    rows = []
    for number, (name, each) in enumerate(settings.items()):
        n_folds, judged = int(raced.n_folds[number]), bool(np.isfinite(raced.limit[number]))
        done = folds.fold < n_folds
        found = evaluate(
            training_set.positive[done], scores[name][done], folds.fold[done], drug[done], seed=seed
        )
        rows.append(
            {
                "setting": name,
                "hidden": "-".join(str(width) for width in each.hidden),
                "layers": len(each.hidden),
                "nodes": None if name == PAPER else each.hidden[0],
                "auroc": found.mean_auroc,
                "sd": float(np.std(found.fold_auroc, ddof=1)) if n_folds > 1 else np.nan,
                "low": found.interval[0],
                "high": found.interval[1],
                "ap": found.average_precision,
                "base_rate": found.base_rate,
                "n_folds": n_folds,
                "k": folds.k,
                "stopped": bool(raced.stopped[number]),
                "behind": raced.behind[number] if judged else np.nan,
                "limit": raced.limit[number] if judged else np.nan,
            }
        )
    table = pd.DataFrame(rows).astype({"nodes": "Int64"})
    table = table.sort_values(
        ["stopped", "auroc"], ascending=[True, False], kind="stable", ignore_index=True
    )
    complete = table.loc[~table["stopped"], "setting"]
    held_out = {
        name: HeldOut(training_set.positive, scores[name], folds.fold, drug) for name in complete
    }
    best = complete.iloc[0]
    compared = differences(held_out, [(best, name) for name in complete[1:]], seed=seed)
    renamed = {"low": "difference_low", "high": "difference_high", "second": "setting"}
    compared = compared.rename(columns=renamed)
    columns = ["setting", "difference", "difference_low", "difference_high", "within_noise"]
    return table.merge(compared[columns], how="left", on="setting")
