"""How well calibrated probabilities match the observed shares."""

import altair as alt
import pandas as pd

from gpar_core.charts.style import BLUE, GRAY, titled

TICKS = [0, 0.003, 0.01, 0.03, 0.1, 0.3, 1]


def reliability(bins: pd.DataFrame, *, simulated: bool) -> alt.LayerChart:
    """Observed share of positives against predicted probability, with its 95% interval and n.

    bins: as `learn.calibration.reliability` gives them.
    """
    # Most signatures are negative: on a linear axis all bins but one would be at zero, and on a
    # logarithmic one a bin without positives could not be drawn.
    scale = alt.Scale(type="symlog", constant=0.003, domain=[0, 1])
    axis = alt.Axis(values=TICKS, format="~g")
    x = alt.X("predicted:Q", title="Calibrated probability", scale=scale, axis=axis)
    base = alt.Chart(bins).encode(
        x=x,
        tooltip=[
            alt.Tooltip("predicted:Q", title="predicted", format=".3f"),
            alt.Tooltip("observed:Q", title="observed", format=".3f"),
            alt.Tooltip("low:Q", format=".3f"),
            alt.Tooltip("high:Q", format=".3f"),
            alt.Tooltip("n_positive:Q", title="positives", format=","),
            alt.Tooltip("n:Q", title="signatures", format=","),
        ],
    )
    y_title = "Share of positives"
    interval = base.mark_rule(color=BLUE).encode(
        y=alt.Y("low:Q", title=y_title, scale=scale, axis=axis), y2="high:Q"
    )
    points = base.mark_circle(size=80, color=BLUE, opacity=1).encode(
        y=alt.Y("observed:Q", title=y_title, scale=scale, axis=axis)
    )
    numbers = (
        alt.Chart(bins.assign(label=bins["n"].map("n = {:,}".format)))
        .mark_text(color=GRAY, dy=-8)
        .encode(x=x, y=alt.Y("high:Q", title=y_title), text="label:N")
    )
    honest = (
        alt.Chart(pd.DataFrame({"predicted": [0, 1], "observed": [0, 1]}))
        .mark_line(color=GRAY, strokeDash=[4, 4])
        .encode(x=x, y=alt.Y("observed:Q", title=y_title))
    )
    chart = honest + interval + points + numbers
    return titled(chart, "Reliability, held-out", simulated).properties(height=360)
