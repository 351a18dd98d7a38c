"""The evidence on the first genes of a target prediction."""

import altair as alt
import pandas as pd

from gpar_core.charts.style import CATEGORIES, GRAY, all_labels, titled, top_legend
from gpar_core.targets.evidence import LINES

MAX_GENES = 15
ROW = 22


def evidence(targets: pd.DataFrame, *, simulated: bool) -> alt.LayerChart:
    """Each line of evidence on each of the first genes; known targets are marked by an asterisk.

    targets: of one query in the order of their rank, as `targets.evidence` gives them.
    """
    first = targets.head(MAX_GENES)
    label = first["gene"] + first["known"].map({True: " *", False: ""})
    lines = [name for name in LINES if name in first and first[name].notna().any()]
    table = (
        first.assign(label=label)[["label", *lines]]
        .melt("label", var_name="line", value_name="value")
        .dropna(subset="value")
    )
    table["line"] = table["line"].map(LINES)
    names = [LINES[name] for name in lines]
    points = (
        alt.Chart(table)
        .mark_circle(size=80, opacity=0.9)
        .encode(
            x=alt.X(
                "value:Q",
                title=[
                    "Evidence: standard deviations over genes;",
                    "of library and nearest drugs: log ratio to chance",
                ],
            ),
            y=alt.Y("label:N", sort=label.tolist(), title=None, axis=all_labels()),
            color=alt.Color(
                "line:N",
                title=None,
                scale=alt.Scale(domain=names, range=list(CATEGORIES[: len(names)])),
                legend=top_legend(long=True),
            ),
            tooltip=[
                alt.Tooltip("label:N", title="gene"),
                alt.Tooltip("line:N", title="evidence"),
                alt.Tooltip("value:Q", format="+.2f"),
            ],
        )
    )
    zero = alt.Chart(pd.DataFrame({"x": [0.0]})).mark_rule(color=GRAY, strokeDash=[4, 4])
    title = f"Evidence on the first {len(first)} genes"
    if first["known"].any():
        title += " (*: known)"
    chart = titled(zero.encode(x="x:Q") + points, title, simulated)
    return chart.properties(height={"step": ROW})
