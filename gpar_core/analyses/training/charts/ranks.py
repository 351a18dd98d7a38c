"""Where one compound's signatures rank among all signatures."""

import altair as alt
import pandas as pd

from gpar_core.charts.style import GRAY, YELLOW, titled


def rank_strip(signatures: pd.DataFrame, n: int, name: str, *, simulated: bool) -> alt.LayerChart:
    """One tick per signature on the axis of all n ranks, best at the left.

    signatures: the compound's rows of `model.Model.signatures`.
    """
    columns = ["rank", "score", "cell_id", "pert_dose", "pert_dose_unit", "pert_time"]
    axis = alt.Scale(domain=[1, n], nice=False)
    ground = alt.Chart(pd.DataFrame({"first": [1], "last": [n]})).mark_bar(
        color=GRAY, opacity=0.25, height=34
    )
    ticks = (
        alt.Chart(signatures[columns])
        .mark_tick(color=YELLOW, thickness=3, size=34)
        .encode(
            x=alt.X("rank:Q", title=f"Rank of {n:,} (1 = highest score)", scale=axis),
            tooltip=[
                alt.Tooltip("rank:Q", format=","),
                alt.Tooltip("score:Q", format=".3f"),
                alt.Tooltip("cell_id:N", title="cell line"),
                alt.Tooltip("pert_dose:Q", title="dose"),
                alt.Tooltip("pert_dose_unit:N", title="dose unit"),
                alt.Tooltip("pert_time:Q", title="time (h)"),
            ],
        )
    )
    chart = ground.encode(x=alt.X("first:Q", scale=axis), x2="last:Q") + ticks
    return titled(chart, f"Signatures of {name}", simulated).properties(height=60)
