"""ROC and precision-recall curves of held-out scores."""

import altair as alt
import numpy as np
import pandas as pd

from gpar_core.charts.style import BLUE, GRAY, RED, titled

HEIGHT = 420
MAX_POINTS = 400
COLORS = {"GPAR": RED, "Logistic regression": BLUE}


def roc(held_out: pd.DataFrame, *, simulated: bool) -> alt.LayerChart:
    """ROC curves of the model and of logistic regression, over all folds.

    held_out: `model.Model.held_out`.
    """
    from sklearn.metrics import roc_curve  # noqa: PLC0415 -- pages start without it

    curves = []
    for name, column in _methods(held_out):
        false_rate, true_rate, _ = roc_curve(held_out["positive"], held_out[column])
        curves.append(_thinned(false_rate, true_rate).assign(method=name))
    chance = alt.Chart(pd.DataFrame({"x": [0, 1], "y": [0, 1]})).mark_line(
        color=GRAY, strokeDash=[4, 4]
    )
    lines = _lines(pd.concat(curves), "False positive rate", "True positive rate")
    return titled(
        chance.encode(x="x:Q", y="y:Q") + lines, "ROC curve, held-out", simulated
    ).properties(height=HEIGHT)


def precision_recall(held_out: pd.DataFrame, *, simulated: bool) -> alt.LayerChart:
    """Precision against recall, pooled over the folds; the dashed line is the base rate."""
    from sklearn.metrics import precision_recall_curve  # noqa: PLC0415 -- pages start without it

    curves = []
    for name, column in _methods(held_out):
        precision, recall, _ = precision_recall_curve(held_out["positive"], held_out[column])
        curves.append(_thinned(recall, precision).assign(method=name))
    base = pd.DataFrame({"y": [held_out["positive"].mean()]})
    rule = alt.Chart(base).mark_rule(color=GRAY, strokeDash=[4, 4]).encode(y="y:Q")
    lines = _lines(pd.concat(curves), "Recall", "Precision")
    return titled(rule + lines, "Precision-recall curve, held-out", simulated).properties(
        height=HEIGHT
    )


def _methods(held_out: pd.DataFrame) -> list[tuple[str, str]]:
    """Names and columns of the scores. A model without a second score is the regression itself."""
    if "logistic_score" not in held_out:
        return [("Logistic regression", "score")]
    return [("GPAR", "score"), ("Logistic regression", "logistic_score")]


def _lines(curves: pd.DataFrame, x_title: str, y_title: str) -> alt.Chart:
    unit = alt.Scale(domain=[0, 1])
    shown = curves["method"].unique().tolist()
    return (
        alt.Chart(curves)
        .mark_line(interpolate="step-after")
        .encode(
            x=alt.X("x:Q", title=x_title, scale=unit),
            y=alt.Y("y:Q", title=y_title, scale=unit),
            order="order:Q",
            color=alt.Color(
                "method:N",
                title=None,
                scale=alt.Scale(domain=shown, range=[COLORS[name] for name in shown]),
                legend=alt.Legend(orient="bottom"),
            ),
            tooltip=["method:N", alt.Tooltip("x:Q", title=x_title, format=".3f"),
                     alt.Tooltip("y:Q", title=y_title, format=".3f")],
        )
    )  # fmt: skip


def _thinned(x: np.ndarray, y: np.ndarray) -> pd.DataFrame:
    """At most `MAX_POINTS` of a curve: more cannot be seen and would slow the page."""
    shown = np.unique(np.linspace(0, len(x) - 1, min(len(x), MAX_POINTS)).astype(int))
    return pd.DataFrame({"x": x[shown], "y": y[shown], "order": np.arange(len(shown))})
