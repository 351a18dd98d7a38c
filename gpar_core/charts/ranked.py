"""Methods by their mean figure, with its interval."""

import altair as alt
import pandas as pd

from gpar_core.charts.style import (
    BLUE,
    GRAY,
    YELLOW,
    names_axis,
    row_step,
    titled,
    top_legend,
    wrapped,
)

ROW = 34
MAX_POINTS = 200
"""More would hide the means."""
COLORS = (BLUE, YELLOW, GRAY)
"""Of the best, of those within noise of it, and of those behind."""


def ranked(
    table: pd.DataFrame,
    points: pd.DataFrame,
    standings: tuple[str, str, str],
    title: str,
    measure: str,
    *,
    simulated: bool,
) -> alt.LayerChart:
    """Means with 95% intervals, colored by their standing, over the figures they are the means of.

    table: label, mean, low, high, p, standing, in display order; low and high may be missing.
    points: label, class, value; not drawn if a label has more than `MAX_POINTS`. standings: the
    words of the column, in the order of `COLORS`.
    """
    table = table.assign(
        label=wrapped(table["label"]),
        value=table["mean"].map("{:#.3g}".format),
        interval=[
            f"{low:#.3g}–{high:#.3g}" if pd.notna(low) else "—"
            for low, high in zip(table["low"], table["high"], strict=True)
        ],
    )
    order = table["label"].tolist()
    if points["label"].value_counts().max() > MAX_POINTS:
        points = points.head(0)
    rank = points.groupby("label")["value"].rank(method="first")
    points = points.assign(label=wrapped(points["label"]), place=(rank * 0.618) % 0.8 + 0.1)
    y = alt.Y("label:N", sort=order, title=None, axis=names_axis())
    decided = table["low"].notna().any()
    title_of_x = f"{measure}, mean with 95% interval" if decided else f"{measure}, mean"
    scale = alt.Scale(zero=False, nice=False, padding=10)
    x = alt.X("mean:Q", title=title_of_x, scale=scale)
    dots = (
        alt.Chart(points)
        .mark_circle(size=26, opacity=0.75, color=GRAY)
        .encode(
            y=y,
            x=alt.X("value:Q", scale=scale),
            yOffset=alt.YOffset("place:Q", scale=alt.Scale(domain=[0, 1])),
            tooltip=[
                alt.Tooltip("class:N"),
                alt.Tooltip("label:N", title="of"),
                alt.Tooltip("value:Q", format=".3f"),
            ],
        )
    )
    present = [name for name in standings if name in set(table["standing"])]
    color = dict(zip(standings, COLORS, strict=True))
    base = alt.Chart(table).encode(
        y=y,
        color=alt.Color(
            "standing:N",
            title=None,
            scale=alt.Scale(domain=present, range=[color[name] for name in present]),
            # Without an interval, nothing is known of what is within noise.
            legend=top_legend() if decided else None,
        ),
        tooltip=[
            alt.Tooltip("label:N", title="of"),
            alt.Tooltip("mean:Q", format=".3f"),
            alt.Tooltip("interval:N", title="95% interval"),
            alt.Tooltip("p:Q", title="p, against the best", format=".2g"),
            alt.Tooltip("standing:N"),
        ],
    )
    intervals = (
        base.transform_filter("isValid(datum.low)")
        .mark_rule(strokeWidth=4, opacity=0.75)
        .encode(x=alt.X("low:Q", scale=scale), x2="high:Q")
    )
    means = base.mark_circle(size=150, opacity=1).encode(x=x)
    words = (
        alt.Chart(table)
        .mark_text(dy=-13, fontSize=11, color="currentColor")
        .encode(y=y, x=x, text="value:N")
    )
    chart = dots + intervals + means + words
    return titled(chart, title, simulated).properties(height=row_step(order, ROW))
