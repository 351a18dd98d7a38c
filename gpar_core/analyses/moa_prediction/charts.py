"""Charts of many MOAs: how well each is learned, and how a compound ranks in each."""

import altair as alt
import pandas as pd

from gpar_core.charts.style import BLUE, GRAY, YELLOW, titled
from gpar_core.data.class_names import noun_of, shown
from gpar_core.learn.metrics import PAPER_LINE
from gpar_core.learn.verdict import BY_CHANCE, UNCERTAIN, WELL_TRAINED

ROW = 16
VERDICTS = {WELL_TRAINED: BLUE, UNCERTAIN: YELLOW, BY_CHANCE: GRAY}
STEPS = {0.5: 0.06, 0.8: 0.2, 0.95: 0.4, 0.99: 0.7}
"""Opacity of percentiles below each limit; from the last limit on they are opaque."""


def auroc(table: pd.DataFrame, *, simulated: bool) -> alt.LayerChart:
    """Mean AUROC of each trained MOA with its 95% interval, best first.

    Dashed: the paper's threshold.

    table: as `library.table` gives it.
    """
    trained = table.dropna(subset=["mean_auroc"]).sort_values("mean_auroc", ascending=False)
    noun, trained = noun_of(trained["moa"]), trained.assign(moa=shown(trained["moa"].tolist()))
    trained = trained[["moa", "mean_auroc", "low", "high", "chance", "n_drugs", "verdict"]]
    base = alt.Chart(trained).encode(
        y=alt.Y("moa:N", sort=trained["moa"].tolist(), title=None, axis=_names()),
        color=alt.Color(
            "verdict:N",
            title=None,
            scale=alt.Scale(domain=list(VERDICTS), range=list(VERDICTS.values())),
            legend=alt.Legend(orient="top"),
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
    unit = alt.Scale(domain=[0, 1])
    limit = alt.Chart(pd.DataFrame({"x": [PAPER_LINE]})).mark_rule(color=GRAY, strokeDash=[4, 4])
    intervals = base.mark_rule().encode(
        x=alt.X("low:Q", title="Mean AUROC with 95% interval", scale=unit), x2="high:Q"
    )
    points = base.mark_circle(size=60, opacity=1).encode(x=alt.X("mean_auroc:Q", scale=unit))
    chart = limit.encode(x=alt.X("x:Q", scale=unit)) + intervals + points
    title = f"Held-out drugs: mean AUROC by {noun.one}"
    return titled(chart, title, simulated).properties(height={"step": ROW})


def percentile_map(table: pd.DataFrame, *, simulated: bool) -> alt.Chart:
    """MOAs by cell lines, signatures or profiles, darker for higher percentiles.

    table: from `prediction.by_origin`.
    """
    noun, table = noun_of(table["moa"]), table.assign(moa=shown(table["moa"].tolist()))
    red, green, blue = (int(BLUE[place : place + 2], 16) for place in (1, 3, 5))
    # Transparent, so that low percentiles fade into a light or dark background.
    colors = [f"rgba({red},{green},{blue},{opacity})" for opacity in (*STEPS.values(), 1)]
    chart = (
        alt.Chart(table)
        .mark_rect(stroke=GRAY, strokeWidth=0.3)
        .encode(
            y=alt.Y("moa:N", sort=table["moa"].unique().tolist(), title=None, axis=_names()),
            x=alt.X(
                "origin:N",
                sort=table["origin"].unique().tolist(),
                title=None,
                axis=alt.Axis(labelAngle=-45, labelLimit=200, labelOverlap=False),
            ),
            color=alt.Color(
                "percentile:Q",
                title="Percentile",
                scale=alt.Scale(type="threshold", domain=list(STEPS), range=colors),
                legend=alt.Legend(orient="top", format=".0%", gradientLength=104),
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
        height={"step": 1.5 * ROW}
    )


def _names() -> alt.Axis:
    return alt.Axis(labelLimit=220, labelOverlap=False, labelFlush=False, ticks=False)
