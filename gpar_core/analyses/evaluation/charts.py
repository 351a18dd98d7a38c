"""Charts that compare methods, over all classes and for one."""

from typing import Literal

import altair as alt
import numpy as np
import pandas as pd

from gpar_core.analyses.evaluation.evaluate import ranking
from gpar_core.charts.ranked import ranked
from gpar_core.charts.style import BLUE, GRAY, RED, line_looks, titled, top_legend
from gpar_core.compare.methods import GPAR, METHODS
from gpar_core.compare.retrieval import SIGNIFICANT, SPACE, VIEWS, Z_SCORES
from gpar_core.compare.standings import BEHIND, BEST, WITHIN, standing
from gpar_core.compare.views import views

Interpolation = Literal["linear", "step-after"]

HEIGHT = 440
"""Points, title, axis and legend included."""


def by_method(measures: pd.DataFrame, *, simulated: bool) -> alt.LayerChart:
    """Methods by their mean AUROC with its 95% interval, the best first, over that of each class.

    measures: of one protocol, as `of_protocol` gives them.
    """
    table = ranking(measures)
    table = table.assign(label=table["name"].map(_label), standing=standing(table))
    points = measures.assign(label=measures["method"].map(_label), value=measures["auroc"])
    return ranked(
        table,
        points[["label", "class", "value"]],
        (BEST, WITHIN, BEHIND),
        "Which method finds held-out drugs best?",
        "AUROC",
        simulated=simulated,
    )


def paired(measures: pd.DataFrame, rival: str, *, simulated: bool) -> alt.LayerChart:
    """GPAR against another method, one line per class (Figure 1c of Gao et al. 2021)."""
    names = {GPAR: _label(GPAR), rival: _label(rival)}
    wide = measures.pivot_table(index="class", columns="method", values="auroc")
    wide = wide[[GPAR, rival]].dropna()
    sides = {1: "GPAR higher", -1: f"{names[rival]} higher", 0: "equal"}
    higher = (wide[GPAR] - wide[rival]).map(np.sign).map(sides)
    table = wide.rename(columns=names).assign(higher=higher).reset_index()
    long = table.melt(["class", "higher"], var_name="method", value_name="auroc")
    order = [names[rival], names[GPAR]]
    level = alt.Axis(labelAngle=0, labelAlign="center")
    base = alt.Chart(long).encode(
        x=alt.X("method:N", title=None, sort=order, axis=level),
        y=alt.Y("auroc:Q", title="AUROC", scale=alt.Scale(zero=False)),
        detail="class:N",
        color=alt.Color(
            "higher:N",
            title=None,
            scale=alt.Scale(domain=list(sides.values()), range=[RED, BLUE, GRAY]),
            legend=top_legend(),
        ),
        tooltip=["class:N", "method:N", alt.Tooltip("auroc:Q", format=".3f")],
    )  # fmt: skip
    means = (
        alt.Chart(long.groupby("method", as_index=False)["auroc"].mean())
        .mark_tick(thickness=4, size=60, color=GRAY)
        .encode(x=alt.X("method:N", sort=order), y="auroc:Q")
    )
    chart = means + base.mark_line(opacity=0.5) + base.mark_circle(size=50)
    title = f"GPAR and {names[rival]} on the same folds"
    return titled(chart.properties(height=400), title, simulated)


def roc(curves: pd.DataFrame, *, simulated: bool) -> alt.LayerChart:
    """ROC curves of one class. curves: from `compare.evaluation.curves`."""
    chance = pd.DataFrame({"x": [0, 1], "y": [0, 1]})
    line = alt.Chart(chance).mark_line(color=GRAY, strokeDash=[4, 4]).encode(x="x:Q", y="y:Q")
    # Straight lines between points: tied scores are a slope, not a step.
    chart = line + _lines(curves, "roc", "False positive rate", "True positive rate", "linear")
    return titled(chart.properties(height=HEIGHT), "ROC curves, held-out", simulated)


def precision_recall(curves: pd.DataFrame, *, simulated: bool) -> alt.Chart:
    """Precision-recall curves of one class. curves: from `compare.evaluation.curves`."""
    chart = _lines(curves, "pr", "Recall", "Precision", "step-after").properties(height=HEIGHT)
    return titled(chart, "Precision-recall, held-out", simulated)


def by_view(of_level: pd.DataFrame, title: str, *, simulated: bool) -> alt.LayerChart:
    """Mean mAP in each view with its 95% interval, over that of each compound or class.

    of_level: rows of one level of `compare.retrieval.retrieval`.
    """
    table = views(of_level)
    table = table.assign(label=table["name"].map(VIEWS), standing=standing(table))
    points = pd.DataFrame(
        {"label": of_level["view"].map(VIEWS), "class": of_level["name"], "value": of_level["map"]}
    )
    return ranked(table, points, (BEST, WITHIN, BEHIND), title, "mAP", simulated=simulated)


def retrieval(found: pd.DataFrame, title: str, *, simulated: bool) -> alt.LayerChart:
    """mAP of each compound or class against its corrected p, by view. Dashed: p of 0.05.

    found: rows of one level of `compare.retrieval.retrieval`.
    """
    table = found.assign(
        label=found["view"].map(VIEWS), minus_log_p=-np.log10(found["corrected_p"].astype(float))
    )
    line = alt.Chart(pd.DataFrame({"y": [-np.log10(SIGNIFICANT)]}))
    points = (
        alt.Chart(table)
        .mark_circle(size=40, opacity=0.55)
        .encode(
            # Most values are close to 0, where differences matter.
            x=alt.X(
                "map:Q",
                title="mAP",
                scale=alt.Scale(type="sqrt", domain=[0, 1]),
                axis=alt.Axis(format="~g", values=[0, 0.01, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1]),
            ),
            y=alt.Y("minus_log_p:Q", title="-log10 of corrected p"),
            color=alt.Color(
                "label:N",
                title=None,
                scale=alt.Scale(domain=[VIEWS[SPACE], VIEWS[Z_SCORES]], range=[RED, BLUE]),
                legend=alt.Legend(orient="bottom"),
            ),
            tooltip=[
                alt.Tooltip("name:N"),
                alt.Tooltip("label:N", title="measured in"),
                alt.Tooltip("map:Q", title="mAP", format=".3f"),
                alt.Tooltip("corrected_p:Q", title="corrected p", format=".2g"),
                alt.Tooltip("n_queries:Q", title="queries"),
            ],
        )
    )
    chart = line.mark_rule(color=GRAY, strokeDash=[4, 4]).encode(y="y:Q") + points
    return titled(chart.properties(height=HEIGHT), title, simulated)


def _lines(
    curves: pd.DataFrame,
    kind: str,
    x_title: str,
    y_title: str,
    interpolate: Literal["linear", "step-after"],
) -> alt.Chart:
    table = curves[curves["kind"] == kind]
    table = table.assign(label=table["method"].map(_label), order=range(len(table)))
    order = [_label(name) for name in METHODS if name in set(table["method"])]
    unit, (color, dash) = alt.Scale(domain=[0, 1]), _color(order)
    return (
        alt.Chart(table)
        .mark_line(interpolate=interpolate)
        .encode(
            x=alt.X("x:Q", title=x_title, scale=unit),
            y=alt.Y("y:Q", title=y_title, scale=unit),
            order="order:Q",
            color=color,
            strokeDash=dash,
            tooltip=["label:N", alt.Tooltip("x:Q", title=x_title, format=".3f"),
                     alt.Tooltip("y:Q", title=y_title, format=".3f")],
        )
    )  # fmt: skip


def _label(method: str) -> str:
    return METHODS[method].label


def _color(order: list[str]) -> tuple[alt.Color, alt.StrokeDash]:
    """A color for each method, the same in every chart; dashed where all colors are taken."""
    looks = line_looks(METHODS)
    own = {_label(name): look for name, look in looks.items()}
    legend = alt.Legend(orient="bottom", columns=2, symbolOpacity=1, symbolSize=400)
    return (
        alt.Color(
            "label:N",
            title=None,
            scale=alt.Scale(domain=order, range=[own[label][0] for label in order]),
            legend=legend,
        ),
        alt.StrokeDash(
            "label:N",
            title=None,
            scale=alt.Scale(domain=order, range=[own[label][1] for label in order]),
            legend=legend,
        ),
    )
