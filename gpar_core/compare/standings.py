"""Means of paired figures, each compared with the best: what is ahead by more than noise?"""

from typing import Final

import numpy as np
import pandas as pd

from gpar_core.compare.methods import MIN_CLASSES
from gpar_core.learn.metrics import N_RESAMPLES, resample

SIGNIFICANT: Final = 0.05
DIGITS: Final = 9
"""Decimals that a difference is rounded to before it is ranked."""

BEST, WITHIN, BEHIND = "best", "within noise of the best", "behind the best"


def standings(values: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """A row for each column of `values`: its mean, and how far it is behind the best mean.

    values: a row per class, a column per method, no gaps. seed: of the resamples.

    name, n: the column, and the number of classes.
    mean, low, high: with a 95% percentile interval from resampling the classes.
    best: whether the mean is the highest.
    behind, behind_low, behind_high: the best mean minus this one, with the interval of the
        difference from the same resamples (the bootstrap for paired data, Efron and Tibshirani
        1993, chapter 8); missing for the best.
    p: Wilcoxon's matched-pairs signed-rank test of the difference, two-sided.
    Intervals and p are missing for fewer than `MIN_CLASSES` classes. The best was chosen by the
    same figures, so p is optimistic.
    """
    from scipy.stats import wilcoxon  # noqa: PLC0415 -- pages start without it

    figures = values.to_numpy(float)
    n = len(figures)
    mean = figures.mean(axis=0)
    best = int(mean.argmax())
    drawn = resample(n, N_RESAMPLES, np.random.default_rng([seed, 0xB007])) @ figures / n
    low, high = np.percentile(drawn, [2.5, 97.5], axis=0)
    less, more = np.percentile(drawn[:, [best]] - drawn, [2.5, 97.5], axis=0)
    # Rounding errors are not differences, and would have ranks.
    gaps = np.round(figures[:, [best]] - figures, DIGITS).T
    table = pd.DataFrame(
        {
            "name": list(values.columns),
            "n": n,
            "mean": mean,
            "low": low,
            "high": high,
            "best": np.arange(len(mean)) == best,
            "behind": mean[best] - mean,
            "behind_low": less,
            "behind_high": more,
            "p": [float(wilcoxon(gap).pvalue) if (gap != 0).any() else 1.0 for gap in gaps],
        }
    )
    if n < MIN_CLASSES:
        table[["low", "high", "behind_low", "behind_high", "p"]] = np.nan
    table.loc[best, ["behind", "behind_low", "behind_high", "p"]] = np.nan
    return table


def standing(table: pd.DataFrame) -> pd.Series:
    """`BEST`, `WITHIN` or `BEHIND` for each row of `standings`; all `WITHIN` if none has a p."""
    behind = (table["p"] < SIGNIFICANT) & (table["behind_low"] > 0)
    best = table["best"] & bool(table["p"].notna().any())
    return pd.Series(np.select([best, behind], [BEST, BEHIND], WITHIN), index=table.index)
