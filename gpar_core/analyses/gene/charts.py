"""Charts of one gene: what moves it, how its z-scores are distributed, and where."""

import altair as alt
import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.analyses.gene.distribution import CHANGED, WIDTH
from gpar_core.charts.style import BLUE, CATEGORIES, GRAY, RED, all_labels, titled

MAX_ROWS = 20
ROW = 20
UNIT = "Mean z-score"
KIND_COLORS = CATEGORIES[:5]


def intervals(table: pd.DataFrame, name: str, title: str, *, simulated: bool) -> alt.LayerChart:
    """The first 20 rows: their mean with its 95% interval; gray: an interval that contains 0.

    table: with the columns `name`, mean_z, low and high.
    """
    shown = table.head(MAX_ROWS).assign(label=lambda rows: _distinct(rows[name]))
    clear = np.select([shown["low"] > 0, shown["high"] < 0], ["up", "down"], "not clear")
    base = alt.Chart(shown.assign(moves=clear)).encode(
        y=alt.Y("label:N", sort=shown["label"].tolist(), title=None, axis=all_labels()),
        color=alt.Color(
            "moves:N",
            scale=alt.Scale(domain=["up", "down", "not clear"], range=[RED, BLUE, GRAY]),
            legend=None,
        ),
        tooltip=[
            alt.Tooltip(f"{name}:N", title="name"),
            alt.Tooltip("mean_z:Q", format="+.2f"),
            alt.Tooltip("low:Q", title="95% from", format="+.2f"),
            alt.Tooltip("high:Q", title="to", format="+.2f"),
        ],
    )
    rules = base.mark_rule(strokeWidth=2).encode(x=alt.X("low:Q", title=UNIT), x2="high:Q")
    points = base.mark_point(filled=True, size=70, opacity=1).encode(
        x=alt.X("mean_z:Q", title=UNIT)
    )
    zero = alt.Chart(pd.DataFrame({"x": [0.0]})).mark_rule(color=GRAY, strokeDash=[4, 4])
    chart = titled(zero.encode(x="x:Q") + rules + points, title, simulated)
    return chart.properties(height={"step": ROW})


def distribution(bins: pd.DataFrame, title: str, *, simulated: bool) -> alt.LayerChart:
    """Share of the signatures by z-score, a line for each kind; dashed: |z| of 2.

    bins: from `distribution.histogram`.
    """
    kinds = [kind for kind in fields.PERT_TYPES.values() if kind in set(bins["kind"])]
    starts = np.arange(bins["start"].min(), bins["start"].max() + WIDTH, WIDTH)
    every = pd.MultiIndex.from_product([kinds, starts], names=["kind", "start"])
    table = bins.set_index(["kind", "start"]).reindex(every).reset_index()
    table[["n_signatures", "share"]] = table[["n_signatures", "share"]].fillna(0)
    table["middle"] = table["start"] + WIDTH / 2
    lines = (
        alt.Chart(table)
        .mark_line(interpolate="step", strokeWidth=2, point=alt.OverlayMarkDef(size=80, opacity=0))
        .encode(
            x=alt.X("middle:Q", title="z-score"),
            y=alt.Y("share:Q", title="Share of signatures", axis=alt.Axis(format="%")),
            color=alt.Color(
                "kind:N",
                title=None,
                scale=alt.Scale(domain=kinds, range=list(KIND_COLORS[: len(kinds)])),
                legend=alt.Legend(orient="bottom", columns=alt.ExprRef("width < 330 ? 2 : 4")),
            ),
            tooltip=[
                "kind:N",
                alt.Tooltip("middle:Q", title="z-score", format="+.2f"),
                alt.Tooltip("n_signatures:Q", title="signatures", format=","),
                alt.Tooltip("share:Q", format=".2%"),
            ],
        )
    )
    limits = alt.Chart(pd.DataFrame({"x": [-CHANGED, CHANGED]})).mark_rule(
        color=GRAY, strokeDash=[4, 4]
    )
    return titled(lines + limits.encode(x="x:Q"), title, simulated)


def by_cell_line(table: pd.DataFrame, title: str, *, simulated: bool) -> alt.Chart:
    """Share of signatures that raise the gene, and that lower it, in the 20 largest cell lines.

    table: from `distribution.described`, by cell_id.
    """
    shown = table.head(MAX_ROWS)
    parts = [
        shown.assign(direction="raised", signed=shown["up"], share=shown["up"]),
        shown.assign(direction="lowered", signed=-shown["down"], share=shown["down"]),
    ]
    chart = (
        alt.Chart(pd.concat(parts))
        .mark_bar()
        .encode(
            y=alt.Y(
                f"{fields.CELL_ID}:N",
                sort=shown[fields.CELL_ID].tolist(),
                title=None,
                axis=all_labels(),
            ),
            x=alt.X(
                "signed:Q",
                title="Share of signatures, lowered | raised",
                axis=alt.Axis(labelExpr="format(abs(datum.value), '.0%')"),
            ),
            color=alt.Color(
                "direction:N",
                title=None,
                scale=alt.Scale(domain=["raised", "lowered"], range=[RED, BLUE]),
                legend=alt.Legend(orient="bottom"),
            ),
            tooltip=[
                alt.Tooltip(f"{fields.CELL_ID}:N", title="cell line"),
                "direction:N",
                alt.Tooltip("share:Q", format=".1%"),
                alt.Tooltip("n_signatures:Q", title="signatures", format=","),
            ],
        )
    )
    return titled(chart, title, simulated).properties(height={"step": ROW})


def _distinct(names: pd.Series) -> pd.Series:
    """The names, with a number where a name occurs again: rows of one name would be one."""
    again = names.groupby(names).cumcount()
    return names.where(again == 0, names + " (" + (again + 1).astype(str) + ")")
