"""The signatures of one perturbagen by cell line, dose and time."""

import altair as alt
import pandas as pd

from gpar_core import fields
from gpar_core.charts.style import BLUE, GRAY, YELLOW, all_labels, titled

ROW = 20


def conditions(
    signatures: pd.DataFrame, value: str, label: str, title: str, *, simulated: bool
) -> alt.LayerChart:
    """A figure of each signature of one perturbagen, by cell line; color: dose, shape: time.

    signatures: with this column and cell_id, dose, dose_unit, time and time_unit. label: of the
    axis. Dashed: 0.
    """
    times = signatures[fields.TIME].map("{:g}".format) + " " + signatures[fields.TIME_UNIT]
    table = signatures.assign(
        time=times.where(signatures[fields.TIME].notna(), "unknown"),
        dose=signatures[fields.DOSE].where(signatures[fields.DOSE] > 0),
    )
    units = signatures.loc[signatures[fields.DOSE] > 0, fields.DOSE_UNIT].unique()
    unit = units[0] if len(units) == 1 else ""
    dose = alt.Color(
        "dose:Q",
        title=f"Dose, {unit}" if unit else "Dose",
        scale=alt.Scale(type="log", range=[BLUE, YELLOW]),
        legend=alt.Legend(orient="bottom", format="~g"),
    )
    time = alt.Shape(
        "time:N",
        title="Time",
        legend=alt.Legend(orient="bottom", symbolFillColor=GRAY, symbolStrokeColor=GRAY),
    )
    several = len(table["dose"].dropna().unique()) > 1
    points = (
        alt.Chart(table)
        .mark_point(filled=True, size=70, opacity=0.85)
        .encode(
            x=alt.X(f"{value}:Q", title=label),
            y=alt.Y(f"{fields.CELL_ID}:N", title=None, axis=all_labels()),
            color=dose if several else alt.value(BLUE),
            shape=time if len(table["time"].unique()) > 1 else alt.value("circle"),
            tooltip=[
                alt.Tooltip(f"{fields.CELL_ID}:N", title="cell line"),
                alt.Tooltip("dose:Q", format="~g"),
                alt.Tooltip(f"{fields.DOSE_UNIT}:N", title="unit"),
                "time:N",
                alt.Tooltip(f"{value}:Q", title=label, format=".2f"),
            ],
        )
    )  # fmt: skip
    zero = alt.Chart(pd.DataFrame({"x": [0.0]})).mark_rule(color=GRAY, strokeDash=[4, 4])
    chart = titled(zero.encode(x="x:Q") + points, title, simulated)
    return chart.properties(height={"step": ROW})
