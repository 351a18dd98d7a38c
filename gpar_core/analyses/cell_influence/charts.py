"""Charts of the same drugs in different selections of cell lines."""

import math

import altair as alt
import pandas as pd

from gpar_core.charts.style import (
    BLUE,
    GRAY,
    LOWEST,
    RED,
    names_axis,
    row_step,
    titled,
    top_legend,
    wrapped,
)
from gpar_core.learn.metrics import PAPER_LINE

ROW = 30
WITHIN, BEYOND = "within noise", "beyond noise"


def auroc(selections: pd.DataFrame, *, simulated: bool) -> alt.LayerChart:
    """Mean AUROC of each selection with its 95% interval and n; dashed: the threshold and chance.

    selections: as `learn.cell_influence.cell_influence` gives them.
    """
    table = selections.assign(n=selections["n_drugs"].map(lambda n: f"n = {n}"))
    table["selection"] = wrapped(table["selection"])
    lowest = min(LOWEST, float(table["low"].min()))
    unit = alt.Scale(domain=[math.floor(lowest * 20) / 20, 1])
    ticks = alt.Axis(tickCount=10, format=".2~f")
    base = alt.Chart(table).encode(
        y=alt.Y("selection:N", sort=table["selection"].tolist(), title=None, axis=names_axis()),
        tooltip=[
            alt.Tooltip("selection:N", title="cell lines"),
            alt.Tooltip("auroc:Q", title="mean AUROC", format=".3f"),
            alt.Tooltip("low:Q", title="95% from", format=".3f"),
            alt.Tooltip("high:Q", title="to", format=".3f"),
            alt.Tooltip("ap:Q", title="average precision", format=".3f"),
            alt.Tooltip("n_drugs:Q", title="drugs"),
            alt.Tooltip("n_signatures:Q", title="signatures"),
        ],
    )
    x = alt.X("low:Q", title="Mean AUROC with 95% interval", scale=unit, axis=ticks)
    intervals = base.mark_rule(color=BLUE, strokeWidth=2).encode(x=x, x2="high:Q")
    points = base.mark_circle(size=110, opacity=1, color=BLUE).encode(
        x=alt.X("auroc:Q", scale=unit, axis=ticks)
    )
    # Above the line, so that it overlaps neither an interval nor the end of the scale.
    words = base.mark_text(dy=-9, fontSize=11, color="currentColor").encode(
        x=alt.X("auroc:Q", scale=unit, axis=ticks), text="n:N"
    )
    limits = alt.Chart(pd.DataFrame({"x": [0.5, PAPER_LINE]})).mark_rule(
        color=GRAY, strokeDash=[4, 4]
    )
    chart = limits.encode(x=alt.X("x:Q", scale=unit, axis=ticks)) + intervals + points + words
    title = "Held-out drugs: mean AUROC by cell line"
    return titled(chart, title, simulated).properties(height=row_step(table["selection"], ROW))


def differences(pairs: pd.DataFrame, reference: str, *, simulated: bool) -> alt.LayerChart:
    """Difference in mean AUROC from a selection, with its 95% interval; red if beyond noise.

    pairs: as `learn.paired.against` gives them for the reference.
    """
    table = pairs.assign(
        first=wrapped(pairs["first"]),
        verdict=pairs["within_noise"].map({True: WITHIN, False: BEYOND}),
    )
    base = alt.Chart(table).encode(
        y=alt.Y("first:N", sort=table["first"].tolist(), title=None, axis=names_axis()),
        color=alt.Color(
            "verdict:N",
            title=None,
            scale=alt.Scale(domain=[BEYOND, WITHIN], range=[RED, BLUE]),
            legend=top_legend(),
        ),
        tooltip=[
            alt.Tooltip("first:N", title="cell lines"),
            alt.Tooltip("difference:Q", format="+.3f"),
            alt.Tooltip("low:Q", title="95% from", format="+.3f"),
            alt.Tooltip("high:Q", title="to", format="+.3f"),
            alt.Tooltip("n_drugs:Q", title="drugs in both"),
            alt.Tooltip("verdict:N"),
        ],
    )
    intervals = base.mark_rule(strokeWidth=2).encode(
        x=alt.X("low:Q", title="Difference of the mean AUROC with 95% interval"), x2="high:Q"
    )
    points = base.mark_circle(size=110, opacity=1).encode(x="difference:Q")
    zero = alt.Chart(pd.DataFrame({"x": [0.0]})).mark_rule(color=GRAY, strokeDash=[4, 4])
    chart = zero.encode(x="x:Q") + intervals + points
    return titled(chart, f"Difference from {reference}", simulated).properties(
        height=row_step(table["first"], ROW)
    )
