"""Search scores by the length of the gene lists."""

import altair as alt
import pandas as pd

from gpar_core.charts.ranked import ranked
from gpar_core.charts.style import CATEGORIES, titled
from gpar_core.compare.search_comparison import over_lengths
from gpar_core.compare.standings import BEHIND, BEST, WITHIN, standing
from gpar_core.search.scores import SCORES

HEIGHT = 520
"""Points, title, axis and legend included."""


def by_score(
    overall: pd.DataFrame, moas: pd.DataFrame, measure: str, name: str, *, simulated: bool
) -> alt.LayerChart:
    """Scores by their mean over the classes and all lengths of lists, the best first.

    overall: from `search_comparison.overall` for these figures. moas: of one noise, from
    `search_evaluation.evaluate_scores`. measure: a column of them; name: on screen.
    """
    table = overall.assign(label=overall["score"].map(_label), standing=standing(overall))
    each = over_lengths(moas)
    points = pd.DataFrame(
        {"label": each["score"].map(_label), "class": each["moa"], "value": each[measure]}
    )
    title = "Which score retrieves a mechanism best?"
    return ranked(table, points, (BEST, WITHIN, BEHIND), title, name, simulated=simulated)


def by_length(summary: pd.DataFrame, measure: str, *, simulated: bool) -> alt.LayerChart:
    """Means over MOAs by the number of genes in each list, a line per score, with intervals.

    summary: rows of one measure and noise, from `compare.search_comparison.summary`. measure: its
    name on screen.
    """
    labels = [SCORES[name].label for name in SCORES if name in set(summary["score"])]
    colors = {score.label: color for score, color in zip(SCORES.values(), CATEGORIES, strict=False)}
    table = summary.assign(label=summary["score"].map(_label))
    base = alt.Chart(table).encode(
        x=alt.X("n_genes:O", title="Genes in each list", axis=alt.Axis(labelAngle=0)),
        xOffset=alt.XOffset("label:N", sort=labels),
        color=alt.Color(
            "label:N",
            title=None,
            scale=alt.Scale(domain=labels, range=[colors[label] for label in labels]),
            legend=alt.Legend(orient="bottom", columns=2, symbolOpacity=1),
        ),
        tooltip=[
            alt.Tooltip("label:N", title="score"),
            alt.Tooltip("n_genes:O", title="genes"),
            alt.Tooltip("mean:Q", format=".3f"),
            alt.Tooltip("low:Q", title="95% from", format=".3f"),
            alt.Tooltip("high:Q", title="to", format=".3f"),
        ],
    )
    y = alt.Y("mean:Q", title=measure, scale=alt.Scale(zero=False))
    intervals = base.mark_rule(opacity=0.4).encode(y=alt.Y("low:Q", title=measure), y2="high:Q")
    chart = intervals + base.mark_line(strokeWidth=1.5).encode(y=y)
    shape = alt.Shape("label:N", title=None, scale=alt.Scale(domain=labels))
    chart += base.mark_point(filled=True, size=55, opacity=1).encode(y=y, shape=shape)
    return titled(chart.properties(height=HEIGHT), f"{measure} by list length", simulated)


def _label(score: str) -> str:
    return SCORES[score].label
