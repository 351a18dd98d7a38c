"""Charts of many MOAs: how well each is learned, and how a compound ranks in each."""

import math

import altair as alt
import numpy as np
import pandas as pd

from gpar_core.charts.style import (
    BLUE,
    GRAY,
    LOWEST,
    YELLOW,
    names_axis,
    row_step,
    titled,
    top_legend,
    wrapped,
)
from gpar_core.data.class_names import noun_of, shown
from gpar_core.learn.metrics import PAPER_LINE
from gpar_core.learn.verdict import BY_CHANCE, UNCERTAIN, WELL_TRAINED
from gpar_core.rank.moa_prediction import SUPPORTED

ROW = 18
VERDICTS = {WELL_TRAINED: BLUE, UNCERTAIN: YELLOW, BY_CHANCE: GRAY}
SUPPORT = ("supported", "not supported")
STEPS = {0.5: 0.06, 0.8: 0.2, 0.95: 0.4, 0.99: 0.7}
"""Opacity of percentiles below each limit; from the last limit on they are opaque."""
BANDS = ("below 50%", "50–80%", "80–95%", "95–99%", "99% or more")


def auroc(table: pd.DataFrame, *, simulated: bool) -> alt.LayerChart:
    """Mean AUROC of each trained MOA with its 95% interval, best first.

    Dashed: the paper's threshold.

    table: as `library.table` gives it.
    """
    trained = table.dropna(subset=["mean_auroc"]).sort_values("mean_auroc", ascending=False)
    noun = noun_of(trained["moa"])
    trained = trained.assign(moa=wrapped(shown(trained["moa"].tolist())))
    trained = trained[["moa", "mean_auroc", "low", "high", "chance", "n_drugs", "verdict"]]
    base = alt.Chart(trained).encode(
        y=alt.Y("moa:N", sort=trained["moa"].tolist(), title=None, axis=names_axis()),
        color=alt.Color(
            "verdict:N",
            title=None,
            scale=alt.Scale(domain=list(VERDICTS), range=list(VERDICTS.values())),
            legend=top_legend(),
        ),
        tooltip=[
            alt.Tooltip("moa:N", title=noun.title),
            alt.Tooltip("mean_auroc:Q", title="mean AUROC", format=".3f"),
            alt.Tooltip("low:Q", format=".3f"),
            alt.Tooltip("high:Q", format=".3f"),
            alt.Tooltip("chance:Q", format=".2g"),
            alt.Tooltip("verdict:N"),
            alt.Tooltip("n_drugs:Q", title="drugs"),
        ],
    )
    lowest = min(LOWEST, float(trained["low"].min())) if len(trained) else LOWEST
    unit = alt.Scale(domain=[math.floor(lowest * 20) / 20, 1])
    limit = alt.Chart(pd.DataFrame({"x": [PAPER_LINE]})).mark_rule(color=GRAY, strokeDash=[4, 4])
    intervals = base.mark_rule().encode(
        x=alt.X(
            "low:Q",
            title="Mean AUROC with 95% interval",
            scale=unit,
            axis=alt.Axis(tickCount=6, format=".1f"),
        ),
        x2="high:Q",
    )
    points = base.mark_circle(size=60, opacity=1).encode(x=alt.X("mean_auroc:Q", scale=unit))
    chart = limit.encode(x=alt.X("x:Q", scale=unit)) + intervals + points
    title = f"Held-out drugs: mean AUROC by {noun.one}"
    return titled(chart, title, simulated).properties(height=row_step(trained["moa"], ROW))


def overview(table: pd.DataFrame, *, simulated: bool) -> alt.LayerChart:
    """Mean AUROC with its 95% interval of every trained MOA side by side, the best on the left.

    Dashed: the paper's threshold.

    table: as `library.table` gives it.
    """
    trained = table.dropna(subset=["mean_auroc"]).sort_values("mean_auroc", ascending=False)
    noun = noun_of(trained["moa"])
    trained = trained.assign(
        moa=shown(trained["moa"].tolist()),
        place=range(1, len(trained) + 1),
        interval=[
            f"{low:.3f}–{high:.3f}"
            for low, high in zip(trained["low"], trained["high"], strict=True)
        ],
    )
    columns = ["moa", "mean_auroc", "low", "high", "interval", "n_drugs", "verdict", "place"]
    trained = trained[columns]
    lowest = min(LOWEST, float(trained["low"].min())) if len(trained) else LOWEST
    y = alt.Scale(domain=[math.floor(lowest * 20) / 20, 1])
    x = alt.X(
        "place:Q",
        title=f"{noun.many[0].upper()}{noun.many[1:]}, the best first",
        scale=alt.Scale(domain=[0, len(trained) + 1], nice=False),
        axis=alt.Axis(
            format="d",
            tickMinStep=1,
            grid=False,
            labelExpr=f"datum.value < 1 || datum.value > {len(trained)} ? '' : datum.label",
        ),
    )
    present = [name for name in VERDICTS if name in set(trained["verdict"])]
    base = alt.Chart(trained).encode(
        x=x,
        color=alt.Color(
            "verdict:N",
            title=None,
            scale=alt.Scale(domain=present, range=[VERDICTS[name] for name in present]),
            legend=top_legend(),
        ),
        tooltip=[
            alt.Tooltip("moa:N", title=noun.title),
            alt.Tooltip("mean_auroc:Q", title="mean AUROC", format=".3f"),
            alt.Tooltip("interval:N", title="95% interval"),
            alt.Tooltip("verdict:N"),
            alt.Tooltip("n_drugs:Q", title="drugs"),
        ],
    )
    title = "Mean AUROC with 95% interval"
    limit = alt.Chart(pd.DataFrame({"y": [PAPER_LINE]})).mark_rule(color=GRAY, strokeDash=[4, 4])
    intervals = base.mark_rule(strokeWidth=2, opacity=0.6).encode(
        y=alt.Y("low:Q", title=title, scale=y), y2="high:Q"
    )
    points = base.mark_circle(size=70, opacity=1).encode(y=alt.Y("mean_auroc:Q", scale=y))
    chart = limit.encode(y=alt.Y("y:Q", scale=y)) + intervals + points
    return titled(chart, f"How well is each {noun.one} learned?", simulated).properties(height=340)


def evidence(table: pd.DataFrame, *, simulated: bool) -> alt.LayerChart:
    """-log10 of the FDR of the first MOAs of a prediction. Dashed: where support begins.

    table: from `rank.moa_prediction.rank_moas`, in display order.
    """
    noun = noun_of(table["moa"])
    rows = pd.DataFrame(
        {
            "moa": wrapped(shown(table["moa"].tolist())),
            "strength": -np.log10(table["fdr"].astype(float).clip(lower=1e-12)),
            "fdr": table["fdr"],
            "supported": table["supported"].map({True: SUPPORT[0], False: SUPPORT[1]}),
        }
    )
    x = alt.X("strength:Q", title="−log10 of the FDR", scale=alt.Scale(zero=True))
    bars = (
        alt.Chart(rows)
        .mark_bar(height=12)
        .encode(
            x=x,
            y=alt.Y("moa:N", sort=rows["moa"].tolist(), title=None, axis=names_axis()),
            color=alt.Color(
                "supported:N",
                title=None,
                scale=alt.Scale(domain=list(SUPPORT), range=[BLUE, GRAY]),
                legend=top_legend(),
            ),
            tooltip=[
                alt.Tooltip("moa:N", title=noun.title),
                alt.Tooltip("fdr:Q", title="FDR", format=".2g"),
                alt.Tooltip("supported:N"),
            ],
        )
    )
    limit = alt.Chart(pd.DataFrame({"x": [-math.log10(SUPPORTED)]}))
    chart = bars + limit.mark_rule(color=GRAY, strokeDash=[4, 4]).encode(x="x:Q")
    title = f"Which {noun.many} are supported?"
    return titled(chart, title, simulated).properties(height=row_step(rows["moa"], 24))


def percentile_map(table: pd.DataFrame, *, simulated: bool) -> alt.Chart:
    """MOAs by cell lines, signatures or profiles, darker for higher percentiles.

    table: from `prediction.by_origin`.
    """
    noun = noun_of(table["moa"])
    band = np.searchsorted(list(STEPS), table["percentile"].to_numpy(float), side="right")
    table = table.assign(
        moa=wrapped(shown(table["moa"].tolist())), band=[BANDS[place] for place in band]
    )
    red, green, blue = (int(BLUE[place : place + 2], 16) for place in (1, 3, 5))
    # Transparent, so that low percentiles fade into a light or dark background.
    colors = [f"rgba({red},{green},{blue},{opacity})" for opacity in (*STEPS.values(), 1)]
    chart = (
        alt.Chart(table)
        .mark_rect(stroke=GRAY, strokeWidth=0.3)
        .encode(
            y=alt.Y("moa:N", sort=table["moa"].unique().tolist(), title=None, axis=names_axis()),
            x=alt.X(
                "origin:N",
                sort=table["origin"].unique().tolist(),
                title=None,
                axis=alt.Axis(labelAngle=-45, labelLimit=200, labelOverlap=False),
            ),
            # Of bands, since on a gradient the labels of 95% and 99% would stand on each other.
            color=alt.Color(
                "band:N",
                title="Percentile",
                scale=alt.Scale(domain=list(BANDS), range=colors),
                legend=top_legend(symbolStrokeColor=GRAY, symbolStrokeWidth=0.5),
            ),
            tooltip=[
                alt.Tooltip("moa:N", title=noun.title),
                alt.Tooltip("origin:N", title="of"),
                alt.Tooltip("percentile:Q", format=".1%"),
                alt.Tooltip("n_signatures:Q", title="signatures"),
            ],
        )
    )
    return titled(chart, "Where the percentiles come from", simulated).properties(
        height=row_step(table["moa"], 24)
    )
