"""Charts of a signature search."""

from collections.abc import Sequence
from typing import Final

import altair as alt
import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.charts.style import BLUE, CATEGORIES, GRAY, RED, all_labels, diverging, titled

COLORS: Final = CATEGORIES[:6]
"""Of the compounds chosen, in this order."""
MAX_CHOSEN: Final = len(COLORS)
SIDES: Final = {"mimic": "mimics", "reverse": "reverses"}
"""What a compound does with the query."""
DIRECTIONS: Final = {"up": "up in the query", "down": "down in the query"}
QUERY: Final = "Query"
ROW: Final = 15
CONNECTIVITY: Final = "Connectivity"


def heat_map(heat: pd.DataFrame, noun: str = "compound", *, simulated: bool) -> alt.LayerChart:
    """Genes by compounds, with the direction of each gene in the query on the left.

    heat: from `search.heat_map`, at least one row. noun: what its columns are. The squares on top
    tell the sides apart; the color scale ends at the 95th percentile of |z|.
    """
    label = _distinct(heat)
    table = heat.assign(label=label, side=heat["side"].map(SIDES))
    genes = table["symbol"].unique().tolist()
    columns = [QUERY, *table["label"].unique()]
    x = alt.X(
        "label:N",
        sort=columns,
        title=None,
        axis=alt.Axis(
            labelAngle=-90,
            # Not larger than a column: on a narrow screen, names would be written over each other.
            labelFontSize=alt.ExprRef(f"clamp(width / {len(columns)} - 0.5, 5, 9)"),
            labelLimit=110,
            labelOverlap=False,
            ticks=False,
        ),
        scale=alt.Scale(domain=columns, paddingInner=0),
    )
    y = alt.Y("symbol:N", sort=genes, title=None, axis=all_labels())
    end = float(table["z"].abs().quantile(0.95)) or 1.0
    cells = (
        alt.Chart(table)
        .mark_rect()
        .encode(
            x=x,
            y=y,
            color=alt.Color(
                "z:Q",
                title="z-score",
                scale=diverging(end),
                legend=alt.Legend(orient="top", format=".1f", gradientLength=140),
            ),
            tooltip=[
                alt.Tooltip("symbol:N", title="gene"),
                alt.Tooltip("direction:N", title="in the query"),
                alt.Tooltip(f"{fields.PERT_INAME}:N", title=noun),
                alt.Tooltip("side:N", title=f"the {noun}"),
                alt.Tooltip("z:Q", format="+.2f"),
            ],
        )
    )
    wanted = table.drop_duplicates("symbol").assign(
        label=QUERY, direction=lambda rows: rows["direction"].map(DIRECTIONS)
    )
    directions = (
        alt.Chart(wanted)
        .mark_point(filled=True, size=55, opacity=1)
        .encode(
            x=x,
            y=y,
            shape=alt.Shape(
                "direction:N",
                title=None,
                scale=alt.Scale(
                    domain=list(DIRECTIONS.values()), range=["triangle-up", "triangle-down"]
                ),
                legend=alt.Legend(
                    orient="bottom", columns=1, symbolFillColor=GRAY, symbolStrokeColor=GRAY
                ),
            ),
            color=alt.value(GRAY),
            tooltip=[
                alt.Tooltip("symbol:N", title="gene"),
                alt.Tooltip("direction:N", title="the gene is"),
            ],
        )
    )
    sides = (
        alt.Chart(table.drop_duplicates("label"))
        .mark_square(size=45, opacity=1)
        .encode(
            x=x,
            y=alt.value(-6),
            fill=alt.Fill(
                "side:N",
                title=None,
                scale=alt.Scale(domain=list(SIDES.values()), range=[RED, BLUE]),
                legend=alt.Legend(orient="bottom", columns=1, symbolType="square"),
            ),
            tooltip=[
                alt.Tooltip(f"{fields.PERT_INAME}:N", title=noun),
                alt.Tooltip("side:N", title=f"the {noun}"),
            ],
        )
    )
    chart = cells + directions + sides
    return titled(chart, "The query's genes", simulated).properties(height={"step": ROW})


def running_sum(points: pd.DataFrame, name: str, *, simulated: bool) -> alt.LayerChart:
    """How the members of a class are spread over all compounds, the strongest mimic first.

    points: one row per compound: rank from 1, running_sum, and member (bool). Only the points where
    the curve turns are drawn. name: of the class.
    """
    member = points["member"].to_numpy(bool)
    turns = member | np.roll(member, -1) | np.roll(member, 1)
    turns[[0, -1]] = True
    shown = points[turns]
    x = alt.X(
        "rank:Q",
        title="Rank, mimics first",
        scale=alt.Scale(domain=[1, len(points)], nice=False),
        axis=alt.Axis(grid=False, format=",d"),
    )
    tooltip = [
        alt.Tooltip("rank:Q", format=",d"),
        alt.Tooltip("running_sum:Q", title="running sum", format=".3f"),
    ]
    zero = alt.Chart(pd.DataFrame({"y": [0.0]})).mark_rule(color=GRAY).encode(y="y:Q")
    line = (
        alt.Chart(shown)
        .mark_line(color=BLUE)
        .encode(x=x, y=alt.Y("running_sum:Q", title="Running sum"), tooltip=tooltip)
    )
    ticks = (
        alt.Chart(shown[shown["member"]])
        .mark_tick(color=RED, thickness=1.5, height=14, opacity=1, yOffset=-8)
        .encode(x=x, y=alt.value("height"), tooltip=tooltip)
    )
    return titled(zero + line + ticks, f"Compounds of {name}", simulated).properties(height=360)


def cell_lines(
    spread: pd.DataFrame, chosen: pd.DataFrame, noun: str = "compound", *, simulated: bool
) -> alt.LayerChart:
    """Connectivity in each cell line: that of all signatures in gray, and of the chosen in color.

    spread: from `search.conditions`; cell lines of no chosen compound are left out. chosen: from
    `by_condition`, at least one row and at most MAX_CHOSEN compounds. noun: what they are.
    """
    names = chosen["condition"].unique().tolist()
    shown = spread[spread[fields.CELL_ID].isin(names)].assign(
        condition=lambda table: table[fields.CELL_ID]
    )
    y = alt.Y("condition:N", sort=sorted(names), title=None, axis=all_labels())
    base = alt.Chart(shown).encode(
        y=y,
        tooltip=[
            alt.Tooltip("condition:N", title="cell line"),
            alt.Tooltip("n:Q", title="signatures", format=",d"),
            alt.Tooltip("low:Q", title="5% are below", format=".2f"),
            alt.Tooltip("median:Q", title="half are below", format=".2f"),
            alt.Tooltip("high:Q", title="95% are below", format=".2f"),
        ],
    )
    whiskers = base.mark_rule(color=GRAY, opacity=0.6).encode(x=_x("low:Q"), x2="high:Q")
    boxes = base.mark_bar(color=GRAY, opacity=0.3, height=10).encode(
        x=_x("quarter:Q"), x2="three_quarters:Q"
    )
    medians = base.mark_tick(color=GRAY, thickness=2, height=10).encode(x=_x("median:Q"))
    intervals, means = _means(chosen, "cell line", noun, y=y, offset=False)
    chart = _zero() + whiskers + boxes + medians + intervals + means
    return titled(chart, "Connectivity by cell line", simulated).properties(height={"step": 24})


def amounts(
    chosen: pd.DataFrame, what: str, noun: str = "compound", *, simulated: bool
) -> alt.LayerChart:
    """Connectivity by dose or time. chosen: from `by_condition`. what: 'dose' or 'time'."""
    order = chosen.sort_values("amount")["condition"].unique().tolist()
    y = alt.Y("condition:N", sort=order, title=None, axis=all_labels())
    intervals, means = _means(chosen, what, noun, y=y, offset=True)
    chart = alt.LayerChart(layer=[_zero(), intervals, means])
    rows = chosen[fields.PERT_INAME].nunique()
    step = {"step": 12 + 12 * rows, "for": "position"}
    return titled(chart, f"Connectivity by {what}", simulated).properties(height=step)


def _means(
    chosen: pd.DataFrame, what: str, noun: str, *, y: alt.Y, offset: bool
) -> tuple[alt.Chart, alt.Chart]:
    """Intervals, and means over them."""
    names = chosen[fields.PERT_INAME].unique().tolist()
    base = alt.Chart(chosen).encode(
        y=y,
        color=alt.Color(
            f"{fields.PERT_INAME}:N",
            title=None,
            scale=alt.Scale(domain=names, range=list(COLORS[: len(names)])),
            legend=alt.Legend(orient="top", symbolOpacity=1, columns=3),
        ),
        tooltip=[
            alt.Tooltip(f"{fields.PERT_INAME}:N", title=noun),
            alt.Tooltip("condition:N", title=what),
            alt.Tooltip("n:Q", title="signatures"),
            alt.Tooltip("mean:Q", title="mean connectivity", format=".2f"),
            alt.Tooltip("low:Q", title="95% interval from", format=".2f"),
            alt.Tooltip("high:Q", title="to", format=".2f"),
        ],
    )
    if offset:
        base = base.encode(yOffset=alt.YOffset(f"{fields.PERT_INAME}:N", sort=names))
    intervals = base.transform_filter("isValid(datum.low)").mark_rule(strokeWidth=2)
    return (
        intervals.encode(x=_x("low:Q"), x2="high:Q"),
        base.mark_point(filled=True, size=70, opacity=1).encode(x=_x("mean:Q")),
    )


def _x(field: str) -> alt.X:
    return alt.X(field, title=CONNECTIVITY)


def _zero() -> alt.Chart:
    return alt.Chart(pd.DataFrame({"x": [0.0]})).mark_rule(color=GRAY).encode(x=_x("x:Q"))


def _distinct(heat: pd.DataFrame) -> pd.Series:
    """Names of the compounds, with their id where several bear one name."""
    drugs = heat.drop_duplicates(fields.DRUG)
    shared = set(drugs.loc[drugs[fields.PERT_INAME].duplicated(keep=False), fields.DRUG])
    names: Sequence[str] = [
        f"{name} ({drug})" if drug in shared else name
        for name, drug in zip(heat[fields.PERT_INAME], heat[fields.DRUG], strict=True)
    ]
    return pd.Series(names, index=heat.index)
