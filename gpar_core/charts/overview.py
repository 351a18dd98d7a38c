"""Overview charts of a compendium."""

import altair as alt
import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.charts.style import BLUE, GRAY, all_labels, titled

MAX_CELL_LINES = 30
BIN = 0.025
HEIGHT = 420


def cell_lines(signatures: pd.DataFrame, *, simulated: bool) -> alt.Chart:
    """Signatures per cell line, the 30 largest.

    signatures: `Compendium.signatures`.
    """
    counts = signatures[fields.CELL_ID].value_counts().head(MAX_CELL_LINES)
    table = counts.rename_axis("cell line").reset_index(name="signatures")
    chart = (
        alt.Chart(table)
        .mark_bar(color=BLUE)
        .encode(
            y=alt.Y("cell line:N", sort="-x", title=None, axis=all_labels()),
            x=alt.X("signatures:Q", title="Signatures", axis=alt.Axis(tickCount=5)),
            tooltip=["cell line:N", alt.Tooltip("signatures:Q", format=",")],
        )
    )
    return titled(chart, "Signatures per cell line", simulated).properties(height=HEIGHT)


def activity(drugs: pd.DataFrame, *, simulated: bool) -> alt.LayerChart:
    """Distribution of the drugs' TAS; dashed: the limit for inactive ones.

    drugs: `Compendium.drugs`.
    """
    known = drugs.dropna(subset=[fields.TAS])
    start = np.minimum(np.floor(known[fields.TAS] / BIN) * BIN, 1 - BIN)
    kind = known[fields.ANNOTATED].map({True: "MOA annotated", False: "not annotated"})
    table = pd.DataFrame({"start": start, "end": start + BIN, "kind": kind})
    table = table.groupby(["start", "end", "kind"]).size().reset_index(name="drugs")
    limit = alt.Chart(pd.DataFrame({"x": [fields.INACTIVE_TAS]})).mark_rule(
        strokeDash=[4, 4], color=GRAY
    )
    bars = (
        alt.Chart(table)
        .mark_bar()
        .encode(
            x=alt.X("start:Q", bin="binned", title="TAS (75th percentile per compound)"),
            x2="end:Q",
            y=alt.Y("drugs:Q", title="Drugs"),
            color=alt.Color(
                "kind:N",
                title=None,
                scale=alt.Scale(domain=["MOA annotated", "not annotated"], range=[BLUE, GRAY]),
                legend=alt.Legend(orient="bottom"),
            ),
            tooltip=["kind:N", "drugs:Q", alt.Tooltip("start:Q", format=".3f")],
        )
    )
    chart = titled(bars + limit.encode(x="x:Q"), "Transcriptional activity", simulated)
    return chart.properties(height=HEIGHT)
