"""AUROC fold by fold, while training and after."""

import altair as alt
import pandas as pd

from gpar_core.charts.style import GRAY, RED, titled
from gpar_core.learn.metrics import PAPER_LINE


def fold_auroc(auroc: dict[int, float], k: int, *, simulated: bool) -> alt.LayerChart:
    """One point per fold done so far; dashed: the threshold for 'well trained'.

    auroc: by fold number from 1. k: number of folds.
    """
    table = pd.DataFrame({"fold": list(auroc), "auroc": list(auroc.values())})
    limit = alt.Chart(pd.DataFrame({"y": [PAPER_LINE]})).mark_rule(color=GRAY, strokeDash=[4, 4])
    points = (
        alt.Chart(table)
        .mark_circle(size=110, color=RED, opacity=1)
        .encode(
            x=alt.X(
                "fold:Q",
                title="Fold",
                scale=alt.Scale(domain=[0.5, k + 0.5], nice=False),
                axis=alt.Axis(values=list(range(1, k + 1)), format="d", grid=False),
            ),
            y=alt.Y("auroc:Q", title="AUROC", scale=alt.Scale(domain=[0, 1])),
            tooltip=[alt.Tooltip("fold:Q"), alt.Tooltip("auroc:Q", format=".3f")],
        )
    )
    chart = limit.encode(y="y:Q") + points
    return titled(chart, "AUROC on held-out drugs", simulated).properties(height=240)
