"""Compounds along the score of a model: what it learned, and what it predicts."""

from collections.abc import Iterable

import altair as alt
import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.analyses.training.outlook import MEMBER, NEGATIVE, PREDICTED, ROLES
from gpar_core.charts.style import GRAY, RED, YELLOW, titled

COLORS = {MEMBER: RED, NEGATIVE: GRAY, PREDICTED: YELLOW}
MAX_NEGATIVES = 400
"""More cannot be told apart; their distribution stays as it is."""
LIMIT = 1e-4
"""Scores closer to 0 or 1 are drawn here."""
SPREAD = 0.32
NEAR_END = 24
"""Pixels; a label is narrower than twice that."""
TICKS = (0.0001, 0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999)


def along_the_score(compounds: pd.DataFrame, *, simulated: bool) -> alt.Chart:
    """A row each of held-out members (red), negatives (gray) and first predictions (yellow).

    The axis is in log-odds, as most scores are close to 0 or 1. Dots of a row are spread up and
    down only to be seen. compounds: from `outlook.along_the_score`.
    """
    shown = _thinned(compounds)
    score = shown["score"].clip(LIMIT, 1 - LIMIT)
    row = shown["role"].map(list(ROLES).index)
    spread = np.random.default_rng(0).uniform(-SPREAD, SPREAD, len(shown))
    table = shown.assign(odds=np.log(score / (1 - score)), place=row + spread)
    ticks = [round(float(np.log(tick / (1 - tick))), 3) for tick in TICKS]
    chart = (
        alt.Chart(table)
        .mark_circle(size=46, opacity=0.75)
        .encode(
            x=alt.X(
                "odds:Q",
                title="Score of the compound",
                scale=alt.Scale(zero=False, nice=False, padding=12),
                axis=alt.Axis(
                    values=ticks,
                    labelExpr=_named(ticks, [f"{t:g}" for t in TICKS]),
                    # A label this near to the end would be cut, and '0.999' read as '0.9'.
                    labelFlush=NEAR_END,
                ),
            ),
            y=alt.Y(
                "place:Q",
                title=None,
                scale=alt.Scale(domain=[len(ROLES) - 0.5, -0.5], nice=False),
                axis=alt.Axis(
                    values=list(range(len(ROLES))),
                    labelExpr=_named(range(len(ROLES)), ROLES),
                    labelLimit=160,
                    grid=False,
                    ticks=False,
                ),
            ),
            color=alt.Color(
                "role:N",
                scale=alt.Scale(domain=list(ROLES), range=[COLORS[role] for role in ROLES]),
                legend=None,
            ),
            tooltip=[
                alt.Tooltip(f"{fields.PERT_INAME}:N", title="drug"),
                alt.Tooltip("score:Q", format=".3f"),
                alt.Tooltip("rank:Q"),
                alt.Tooltip("role:N"),
            ],
        )
        .properties(height=250)
    )
    return titled(chart, "Compounds along the score", simulated)


def _named(values: Iterable[float], names: Iterable[str]) -> str:
    """A Vega expression for the name of a value on an axis."""
    said = ", ".join(f"'{name}'" for name in names)
    return f"[{said}][indexof({list(values)}, datum.value)]"


def _thinned(compounds: pd.DataFrame) -> pd.DataFrame:
    """All members and predictions, and `MAX_NEGATIVES` negatives at even steps of their order, with
    those that are predictions too."""
    negative = compounds[compounds["role"] == NEGATIVE].sort_values("score", ignore_index=True)
    steps = np.linspace(0, len(negative) - 1, min(len(negative), MAX_NEGATIVES)).astype(int)
    predicted = compounds.loc[compounds["role"] == PREDICTED, fields.PERT_INAME]
    kept = negative.index.isin(steps) | negative[fields.PERT_INAME].isin(predicted)
    return pd.concat([negative[kept], compounds[compounds["role"] != NEGATIVE]])
