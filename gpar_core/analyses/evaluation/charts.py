"""Charts that compare methods, over all classes and for one."""

from typing import Literal

import altair as alt
import numpy as np
import pandas as pd

from gpar_core.charts.style import BLUE, GRAY, RED, titled
from gpar_core.compare.methods import GPAR, METHODS, MIN_CLASSES
from gpar_core.compare.retrieval import SIGNIFICANT, SPACE, VIEWS, Z_SCORES
from gpar_core.learn.metrics import PAPER_LINE

PALETTE = (
    "#d6453d", "#3b7dd8", "#2a9d8f", "#e0a100", "#8e5bb5", "#5d6d7e", "#5f5fe0", "#e58fb0",
    "#c2703d", "#4f9d3a", "#c05299", "#1f6f8b", "#9a8c1f", "#8f5a2b", "#708a3e",
)  # fmt: skip
"""One color for each method, GPAR's first; all can be seen on a dark page too."""


Interpolation = Literal["linear", "step-after"]

HEIGHT = 440
"""Points, title, axis and legend included."""


def by_method(measures: pd.DataFrame, *, simulated: bool) -> alt.LayerChart:
    """AUROC of every class by method, with the mean and, from `MIN_CLASSES` on, its standard error.

    Dashed: the paper's line and chance.

    measures: of one protocol, as `compare.evaluation.of_protocol` gives them.
    """
    table = _labelled(measures)
    order = [METHODS[name].label for name in METHODS if name in set(measures["method"])]
    y = alt.Y("label:N", title=None, sort=order, axis=alt.Axis(labelOverlap=False, labelLimit=260))
    few_ticks = alt.Axis(tickCount=8)
    points = (
        alt.Chart(table)
        .mark_circle(size=40, opacity=0.45)
        .encode(
            y=y,
            x=alt.X("auroc:Q", title="AUROC", scale=alt.Scale(zero=False), axis=few_ticks),
            yOffset=alt.YOffset("place:Q", scale=alt.Scale(domain=[0, 1])),
            color=_color(order, legend=False),
            tooltip=_tooltip(),
        )
    )
    grouped = table.groupby("label")["auroc"].agg(["mean", "sem", "size"]).reset_index()
    grouped["sem"] = grouped["sem"].where(grouped.pop("size") >= MIN_CLASSES)
    means = alt.Chart(
        grouped.assign(low=grouped["mean"] - grouped["sem"], high=grouped["mean"] + grouped["sem"])
    )
    tick = means.mark_tick(thickness=3, size=24, color=GRAY).encode(
        y=y, x="mean:Q", tooltip=["label:N", alt.Tooltip("mean:Q", format=".3f"),
                                  alt.Tooltip("sem:Q", title="standard error", format=".3f")],
    )  # fmt: skip
    spread = means.mark_rule(strokeWidth=2, color=GRAY).encode(y=y, x="low:Q", x2="high:Q")
    limits = alt.Chart(pd.DataFrame({"x": [0.5, PAPER_LINE]})).mark_rule(
        color=GRAY, strokeDash=[4, 4]
    )
    chart = limits.encode(x="x:Q") + points + spread + tick
    return titled(
        chart.properties(height=max(34 * len(order), 120) + 60), "AUROC by class", simulated
    )


def paired(measures: pd.DataFrame, rival: str, *, simulated: bool) -> alt.LayerChart:
    """GPAR against another method, one line per class (Figure 1c of Gao et al. 2021)."""
    names = {GPAR: METHODS[GPAR].label, rival: METHODS[rival].label}
    wide = measures.pivot_table(index="class", columns="method", values="auroc")
    wide = wide[[GPAR, rival]].dropna()
    higher = (wide[GPAR] >= wide[rival]).map({True: "GPAR higher", False: f"{names[rival]} higher"})
    table = wide.rename(columns=names).assign(higher=higher).reset_index()
    long = table.melt(["class", "higher"], var_name="method", value_name="auroc")
    order = [names[rival], names[GPAR]]
    base = alt.Chart(long).encode(
        x=alt.X("method:N", title=None, sort=order, axis=alt.Axis(labelAngle=0)),
        y=alt.Y("auroc:Q", title="AUROC", scale=alt.Scale(domain=[0, 1])),
        detail="class:N",
        color=alt.Color(
            "higher:N",
            title=None,
            scale=alt.Scale(
                domain=["GPAR higher", f"{names[rival]} higher"], range=[RED, BLUE]
            ),
            legend=alt.Legend(orient="bottom"),
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
    return titled(chart.properties(height=480), title, simulated)


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
    table = table.assign(
        label=table["method"].map(lambda name: METHODS[name].label), order=range(len(table))
    )
    order = [METHODS[name].label for name in METHODS if name in set(table["method"])]
    unit = alt.Scale(domain=[0, 1])
    return (
        alt.Chart(table)
        .mark_line(interpolate=interpolate)
        .encode(
            x=alt.X("x:Q", title=x_title, scale=unit),
            y=alt.Y("y:Q", title=y_title, scale=unit),
            order="order:Q",
            color=_color(order, legend=True),
            tooltip=["label:N", alt.Tooltip("x:Q", title=x_title, format=".3f"),
                     alt.Tooltip("y:Q", title=y_title, format=".3f")],
        )
    )  # fmt: skip


def _labelled(measures: pd.DataFrame) -> pd.DataFrame:
    """Add the method's label, and an offset within its band that separates points."""
    rank = measures.groupby("method")["auroc"].rank(method="first")
    return measures.assign(
        label=measures["method"].map(lambda name: METHODS[name].label),
        place=(rank * 0.618) % 0.8 + 0.1,
    )


def _color(order: list[str], *, legend: bool) -> alt.Color:
    colors = {METHODS[name].label: color for name, color in zip(METHODS, PALETTE, strict=True)}
    return alt.Color(
        "label:N",
        title=None,
        scale=alt.Scale(domain=order, range=[colors[label] for label in order]),
        legend=alt.Legend(orient="bottom", columns=2) if legend else None,
    )


def _tooltip() -> list[object]:
    return [
        alt.Tooltip("class:N"),
        alt.Tooltip("label:N", title="method"),
        alt.Tooltip("auroc:Q", title="AUROC", format=".3f"),
        alt.Tooltip("low:Q", title="95% from", format=".3f"),
        alt.Tooltip("high:Q", title="to", format=".3f"),
        alt.Tooltip("n_positive:Q", title="drugs"),
    ]
