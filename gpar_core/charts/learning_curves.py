"""Mean AUROC by number of drugs and cell lines."""

import altair as alt
import pandas as pd

from gpar_core.charts.style import titled


def learning_curves(table: pd.DataFrame, n_cells: int) -> alt.LayerChart:
    """The median of the MOAs; for one number of cell lines, also the middle half of them.

    table: from `learn.learning_curves`. n_cells: one of its numbers of cell lines.
    """
    x = alt.X("n_drugs:Q", title="Drugs", scale=alt.Scale(zero=False))
    y_title = "Mean AUROC"
    half = (
        alt.Chart(table[table["n_cells"] == n_cells])
        .mark_area(opacity=0.2)
        .encode(x=x, y=alt.Y("low:Q", title=y_title), y2="high:Q", color=_color())
    )
    median = (
        alt.Chart(table)
        .mark_line(point=True)
        .encode(
            x=x,
            y=alt.Y("median:Q", title=y_title, scale=alt.Scale(zero=False)),
            color=_color(),
            tooltip=[
                alt.Tooltip("n_drugs:Q", title="drugs"),
                alt.Tooltip("n_cells:O", title="cell lines"),
                alt.Tooltip("n_moas:Q", title="MOAs"),
                alt.Tooltip("low:Q", title="a quarter below", format=".2f"),
                alt.Tooltip("median:Q", title="half below", format=".2f"),
                alt.Tooltip("high:Q", title="three quarters below", format=".2f"),
            ],
        )
    )
    return titled((half + median).properties(height=300), "Mean AUROC by number of drugs", False)


def _color() -> alt.Color:
    return alt.Color("n_cells:O", title="Cell lines per drug", legend=alt.Legend(orient="bottom"))
