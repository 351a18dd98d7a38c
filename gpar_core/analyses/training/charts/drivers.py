"""The genes that drive the score of one compound."""

import altair as alt
import pandas as pd

from gpar_core.charts.style import BLUE, RED, all_labels, titled

N_SHOWN = 12


def drivers_chart(drivers: pd.DataFrame, *, simulated: bool) -> alt.Chart:
    """The genes that add most to the log-odds, red if up and blue if down in the compound.

    drivers: from `drivers.gene_drivers`.
    """
    shown = drivers.head(N_SHOWN)
    shown = shown.assign(change=shown["z"].gt(0).map({True: "up", False: "down"}))
    bars = (
        alt.Chart(shown)
        .mark_bar()
        .encode(
            x=alt.X("contribution:Q", title="Added to the log-odds"),
            y=alt.Y("symbol:N", title=None, sort=shown["symbol"].tolist(), axis=all_labels()),
            color=alt.Color(
                "change:N",
                title="Expression",
                scale=alt.Scale(domain=["up", "down"], range=[RED, BLUE]),
                legend=alt.Legend(orient="bottom"),
            ),
            tooltip=[
                alt.Tooltip("symbol:N", title="gene"),
                alt.Tooltip("contribution:Q", format=".2f"),
                alt.Tooltip("z:Q", title="mean z-score", format=".2f"),
            ],
        )
        .properties(height=18 * len(shown) + 140)
    )
    return titled(bars, "Genes that drive the score", simulated)
