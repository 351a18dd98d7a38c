"""Chart of network depth by width."""

from typing import Final

import altair as alt
import pandas as pd

from gpar_core.charts.style import BLUE, GRAY, titled

ROW: Final = 48
STEPS: Final = 7
MEASURES: Final = {"auroc": "Mean AUROC", "ap": "Average precision"}


def heat_map(settings: pd.DataFrame, measure: str, *, simulated: bool) -> alt.LayerChart:
    """Hidden layers by nodes, darker for higher values; gray if a setting was stopped.

    settings: from `learn.sweep.sweep`. measure: one of `MEASURES`.
    """
    table = settings.dropna(subset=["nodes"]).astype({"nodes": int})
    table = table.assign(
        value=table[measure].map("{:.3f}".format),
        folds=table["n_folds"].astype(str) + " of " + table["k"].astype(str),
    )
    table["mark"] = ("stopped|" + table["folds"]).where(table["stopped"], "")
    full = table.loc[~table["stopped"], measure]
    red, green, blue = (int(BLUE[place : place + 2], 16) for place in (1, 3, 5))
    # Transparent, so that low values fade into a light or dark background.
    blues = [f"rgba({red},{green},{blue},{0.08 + 0.72 * i / STEPS})" for i in range(STEPS + 1)]
    base = alt.Chart(table).encode(
        x=alt.X("nodes:O", title="Nodes of each hidden layer", axis=alt.Axis(labelAngle=0)),
        y=alt.Y("layers:O", title="Hidden layers"),
        tooltip=[
            alt.Tooltip("hidden:N", title="nodes"),
            alt.Tooltip("auroc:Q", title="mean AUROC", format=".3f"),
            alt.Tooltip("sd:Q", title="over the folds ±", format=".3f"),
            alt.Tooltip("low:Q", title="95% from", format=".3f"),
            alt.Tooltip("high:Q", title="to", format=".3f"),
            alt.Tooltip("ap:Q", title="average precision", format=".3f"),
            alt.Tooltip("folds:N", title="folds"),
        ],
    )
    complete = base.transform_filter("!datum.stopped")
    stopped = base.transform_filter("datum.stopped")
    shades = complete.mark_rect(stroke=GRAY, strokeWidth=0.5).encode(
        color=alt.Color(
            f"{measure}:Q",
            scale=alt.Scale(type="linear", domain=_span(full), range=blues),
            legend=None,
        )
    )
    grays = stopped.mark_rect(color=GRAY, opacity=0.3, stroke=GRAY, strokeDash=[3, 3])
    # The page's own text color: on a transparent shade, black or white would not always be legible.
    values = complete.mark_text(fontSize=13, color="currentColor").encode(text="value:N")
    cut_short = stopped.mark_text(fontSize=13, color="currentColor", dy=-11)
    marks = stopped.mark_text(fontSize=9, color="currentColor", dy=3, lineBreak="|")
    chart = shades + grays + values + cut_short.encode(text="value:N") + marks.encode(text="mark:N")
    return titled(chart, MEASURES[measure], simulated).properties(height={"step": ROW})


def _span(values: pd.Series) -> list[float]:
    """From the lowest to the highest value; similar settings look similar."""
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
    return [min(low, high - 0.1), high]
