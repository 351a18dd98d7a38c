"""Compare scores of a signature search over MOAs: which one is ahead, and by more than noise?"""

from collections.abc import Hashable, Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from gpar_core.compare.methods import MIN_CLASSES
from gpar_core.compare.standings import SIGNIFICANT, standings
from gpar_core.data.class_names import MOA, Noun, noun_of
from gpar_core.search.scores import SCORES

MEASURES: Final[Mapping[str, str]] = {
    "first_10": "Hits among the first ten",
    "ap": "Average precision",
    "auroc": "AUROC",
}
"""Column of figures -> its name on screen; the one that decides comes first."""

COLUMNS = [
    "score", "n_genes", "noise", "measure", "n_moas", "n_queries", "mean", "low", "high", "best",
    "behind", "behind_low", "behind_high", "p",
]  # fmt: skip


def summary(moas: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """Means over MOAs of each score, compared with the best score of the same setting.

    moas: from `search_evaluation.evaluate_scores`; or with MOAs left out. seed: of the resamples.

    Returns a row for each score, n_genes, noise and measure (a key of `MEASURES`):
    n_moas, n_queries: those with a figure; a query counts in each of its MOAs.
    mean, low, high, best, behind, behind_low, behind_high, p: from `standings`, over the MOAs and
        within each setting and measure.
    MOAs share drugs, so p is optimistic.
    """
    parts = [
        _compared(
            moas[(moas["noise"] == noise) & (moas["n_genes"] == n_genes)], measure, seed
        ).assign(n_genes=n_genes, noise=noise, measure=measure)
        for noise in moas["noise"].unique().tolist()
        for n_genes in moas["n_genes"].unique().tolist()
        for measure in MEASURES
    ]
    return pd.concat(parts, ignore_index=True)[COLUMNS] if parts else pd.DataFrame(columns=COLUMNS)


def over_lengths(moas: pd.DataFrame) -> pd.DataFrame:
    """The same table with the figures of each MOA averaged over the lengths of lists; n_genes 0."""
    keys = ["score", "noise", "moa"]
    return moas.groupby(keys, sort=False).mean().reset_index().assign(n_genes=0)


def overall(moas: pd.DataFrame, measure: str, *, seed: int) -> pd.DataFrame:
    """Rows as in `summary`: scores by their mean over MOAs and lengths of lists, the best first.

    moas: of one noise.
    """
    table = _compared(over_lengths(moas), measure, seed)
    return table.sort_values("mean", ascending=False, kind="stable", ignore_index=True)


def verdict(moas: pd.DataFrame, measure: str, noise: float, *, seed: int) -> str:
    """Which score is ahead over all lengths of lists, or why none is."""
    table = overall(moas[moas["noise"] == noise], measure, seed=seed)
    n, best = int(table["n_moas"].max()), table.iloc[0]
    figure = f"{best['mean']:.3g}"
    if n >= MIN_CLASSES:
        figure += f" ({best['low']:.3g}–{best['high']:.3g})"
    moas_in_words = noun_of(moas["moa"].unique()).counted(n)
    said = (
        f"{MEASURES[measure]}, mean over {moas_in_words} and all list lengths: "
        f"{SCORES[best['score']].label} {figure}"
    )
    if len(table) == 1:
        return f"{said}."
    second = table.iloc[1]
    said += f", followed by {SCORES[second['score']].label} with {second['mean']:.3g}"
    if n < MIN_CLASSES:
        few = f"{moas_in_words} cannot show which is better; at least {MIN_CLASSES} are needed."
        return f"{said}. {few}"
    gap = (
        f"95% interval {second['behind_low']:.2g} to {second['behind_high']:.2g}, "
        f"p = {second['p']:.2g}"
    )
    if second["p"] < SIGNIFICANT and second["behind_low"] > 0:
        ahead = SCORES[best["score"]].label
        return f"{said}. {ahead} is ahead by {second['behind']:.2g} ({gap})."
    return f"{said}. The difference is within noise ({gap}), so neither is ahead."


def identified(identity: pd.DataFrame) -> pd.DataFrame:
    """How often a query's own molecule is found.

    identity: from `search_evaluation.evaluate_scores`. Returns a row for each score, n_genes and
    noise: n (queries), first and first_10 (those whose molecule is the first, or among the first
    ten), median_rank, n_drugs (in the compendium).
    """
    grouped = identity.groupby(["noise", "n_genes", "score"], sort=False)
    return grouped.agg(
        n=("rank", "size"),
        first=("rank", lambda rank: int((rank < 2).sum())),
        first_10=("rank", lambda rank: int((rank <= 10).sum())),
        median_rank=("rank", "median"),
        n_drugs=("n_drugs", "first"),
    ).reset_index()


def scope_in_words(summary: pd.DataFrame, scope: pd.DataFrame, noun: Noun = MOA) -> str:
    """How much the means rest on.

    summary, scope: from `search_evaluation.evaluate_scores`. noun: of its classes.
    """
    n_moas, n_pairs = (int(summary[name].max()) for name in ("n_moas", "n_queries"))
    n_used, n_available = scope.loc[0, ["n_used", "n_available"]]
    sample = "" if n_used == n_available else f" (a random sample of {n_available:,})"
    return (
        f"{noun.counted(n_moas)}, {n_used:,} queries{sample}, {n_pairs:,} pairs of a query and "
        f"one of its {noun.many}"
    )


def with_interval(row: Mapping[Hashable, Any]) -> str:
    """A mean with its interval, if there is one. row: of `summary`.

    >>> with_interval({"mean": 0.3612, "low": 0.27, "high": 0.4555})
    '0.361 (0.270–0.456)'
    """
    figure = f"{row['mean']:.3f}"
    return figure if np.isnan(row["low"]) else f"{figure} ({row['low']:.3f}–{row['high']:.3f})"


def _compared(of_setting: pd.DataFrame, measure: str, seed: int) -> pd.DataFrame:
    """The rows of `summary` of one setting and measure, in the order of the scores."""
    values = of_setting.pivot_table(index="moa", columns="score", values=measure, sort=False)
    n_queries = int(of_setting.groupby("score")["n_queries"].sum().max())
    table = standings(values, seed=seed).rename(columns={"name": "score", "n": "n_moas"})
    return table.assign(n_queries=n_queries)
