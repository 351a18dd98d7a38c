"""Charts of the change in mean AUROC when each training drug is left out."""

import altair as alt
import pandas as pd

from gpar_core.charts.style import BLUE, GRAY, RED, titled

MAX_DRUGS = 40
BELONGS, SUSPECT = "belongs", "suspect"


def effects(drugs: pd.DataFrame, *, simulated: bool) -> alt.LayerChart:
    """Effect of each drug, the 40 highest, its standard deviation, and (gray tick) its noise.

    drugs: `learn.curation.Curation.drugs`.
    """
    shown = drugs.head(MAX_DRUGS)
    table = shown.assign(
        low=shown["effect"] - shown["effect_sd"],
        high=shown["effect"] + shown["effect_sd"],
        verdict=shown["suspect"].map({True: SUSPECT, False: BELONGS}),
    )
    x_title = "Change in mean AUROC without the drug"
    base = alt.Chart(table).encode(
        y=alt.Y("pert_iname:N", title=None, sort=shown["pert_iname"].tolist()),
        color=alt.Color(
            "verdict:N",
            title=None,
            scale=alt.Scale(domain=[SUSPECT, BELONGS], range=[RED, BLUE]),
            legend=alt.Legend(orient="bottom"),
        ),
        tooltip=[
            alt.Tooltip("pert_iname:N", title="drug"),
            alt.Tooltip("effect:Q", format="+.3f"),
            alt.Tooltip("effect_sd:Q", title="over the repeats ±", format=".3f"),
            alt.Tooltip("noise:Q", format=".3f"),
            alt.Tooltip("auroc_without:Q", title="AUROC without", format=".3f"),
            alt.Tooltip("verdict:N"),
        ],
    )
    points = base.mark_circle(size=110, opacity=1).encode(x=alt.X("effect:Q", title=x_title))
    spread = base.mark_rule().encode(x=alt.X("low:Q", title=x_title), x2="high:Q")
    noise = base.mark_tick(thickness=3, size=16).encode(
        x=alt.X("noise:Q", title=x_title), color=alt.value(GRAY)
    )
    zero = alt.Chart(pd.DataFrame({"x": [0.0]})).mark_rule(color=GRAY, strokeDash=[4, 4])
    chart = zero.encode(x="x:Q") + noise + spread + points
    return titled(chart, "Without each drug", simulated)
