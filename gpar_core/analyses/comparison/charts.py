"""Chart of the ranks of compounds in two rankings."""

from collections.abc import Hashable

import altair as alt
import numpy as np
import pandas as pd

from gpar_core.charts.style import BLUE, GRAY, WORDS_COLOR, titled

NAMED = 12
"""Number of compounds labeled by name, at most: those that moved most among the best."""
CLOSE = (0.3, 0.06)
"""Shares of the axes within which two names would stand on each other."""
MOST = 2000
"""Maximum points drawn; with more, those ranked best by either model."""
BEST = 50


def rank_shifts(
    compounds: pd.DataFrame, first: str, second: str, *, simulated: bool
) -> alt.LayerChart:
    """Ranks by both models, on logarithmic axes, the best at the top right.

    compounds: from `result.Comparison`. first, second: names of the two.
    """
    both = compounds.dropna(subset=["rank_first", "rank_second"])
    best = both[["rank_first", "rank_second"]].min(axis=1)
    drawn = both.loc[best.sort_values(kind="stable").index[:MOST]]
    change = (np.log(drawn["rank_first"]) - np.log(drawn["rank_second"])).abs()
    moved = change[best[drawn.index] <= BEST].sort_values(ascending=False, kind="stable").index
    named = _apart(drawn.loc[moved, ["rank_first", "rank_second"]])[:NAMED]
    columns = ["pert_iname", "moa", "rank_first", "rank_second", "shift", "k", "why"]
    table = drawn[columns].assign(name=drawn["pert_iname"].where(drawn.index.isin(named), ""))
    last = float(max(both["rank_first"].max(), both["rank_second"].max(), 2))
    scale = alt.Scale(type="log", domain=[1, last], reverse=True)
    places = {
        "x": alt.X("rank_first:Q", title=f"Rank by {first}", scale=scale),
        "y": alt.Y("rank_second:Q", title=f"Rank by {second}", scale=scale),
    }
    points = (
        alt.Chart(table)
        .mark_circle(size=40, opacity=0.6, color=BLUE)
        .encode(
            **places,
            tooltip=[
                alt.Tooltip("pert_iname:N", title="drug"),
                alt.Tooltip("moa:N", title="MOA"),
                alt.Tooltip("rank_first:Q", title=f"rank by {first}"),
                alt.Tooltip("rank_second:Q", title=f"rank by {second}"),
                alt.Tooltip("k:Q", title="signatures"),
                alt.Tooltip("why:N"),
            ],
        )
    )
    names = (
        alt.Chart(table[table["name"] != ""])
        .mark_text(
            # Into the chart: the best stand at its right edge.
            align=alt.ExprRef("datum.rank_first < 10 ? 'right' : 'left'"),
            dx=alt.ExprRef("datum.rank_first < 10 ? -6 : 6"),
            fontSize=11,
            color=alt.ExprRef(WORDS_COLOR),
        )
        .encode(**places, text="name:N")
    )
    diagonal = pd.DataFrame({"x": [1.0, last], "y": [1.0, last]})
    same = (
        alt.Chart(diagonal)
        .mark_line(color=GRAY, strokeDash=[4, 4])
        .encode(x=alt.X("x:Q", scale=scale), y=alt.Y("y:Q", scale=scale))
    )
    chart = (same + points + names).properties(height=420)
    return titled(chart, "Ranks in both rankings", simulated)


def _apart(ranks: pd.DataFrame) -> list[Hashable]:
    """Labels of the rows whose places on logarithmic axes leave room for a name; the first win."""
    at = np.log(ranks.to_numpy(float))
    at /= max(at.max(initial=0.0), np.log(2))
    kept: list[int] = []
    for row in range(len(at)):
        if all((np.abs(at[row] - at[other]) > CLOSE).any() for other in kept):
            kept.append(row)
    return ranks.index[kept].tolist()
