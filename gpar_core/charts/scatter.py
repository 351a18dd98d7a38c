"""Small maps of signatures."""

import altair as alt
import pandas as pd

from gpar_core.charts.style import GRAY, RED, YELLOW, titled

ROLES = {"negative": GRAY, "predicted": YELLOW, "training": RED}
LABELS = {
    "negative": "Negative set",
    "predicted": "Predicted (top 30)",
    "training": "Training drugs",
}


def training_map(points: pd.DataFrame, *, simulated: bool) -> alt.Chart:
    """t-SNE of negatives (gray), predicted (yellow) and training drugs (red, drawn last).

    points: `model.Model.map`.
    """
    present = [role for role in ROLES if (points["role"] == role).any()]
    labelled = points.assign(
        label=points["role"].map(LABELS), layer=points["role"].map(list(ROLES).index)
    ).sort_values("layer")
    no_axis = alt.Axis(labels=False, ticks=False, domain=False, grid=False, title=None)
    chart = (
        alt.Chart(labelled)
        .mark_circle(size=45, opacity=0.85)
        .encode(
            x=alt.X("x:Q", axis=no_axis),
            y=alt.Y("y:Q", axis=no_axis),
            color=alt.Color(
                "label:N",
                title=None,
                scale=alt.Scale(
                    domain=[LABELS[role] for role in present],
                    range=[ROLES[role] for role in present],
                ),
                legend=alt.Legend(orient="bottom"),
            ),
            tooltip=[
                alt.Tooltip("pert_iname:N", title="drug"),
                alt.Tooltip("cell_id:N", title="cell line"),
                alt.Tooltip("pert_dose:Q", title="dose"),
                alt.Tooltip("pert_time:Q", title="time (h)"),
                alt.Tooltip("label:N", title="role"),
            ],
        )
        .properties(height=420)
        .interactive()
    )
    return titled(chart, "t-SNE of training set and top 30 predictions", simulated)
