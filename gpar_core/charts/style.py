"""Colors and titles shared by all charts."""

import textwrap
from collections.abc import Iterable
from typing import Any, TypeVar

import altair as alt

RED = "#d6453d"
YELLOW = "#e0a100"
GRAY = "#8f98a3"
BLUE = "#3b7dd8"

CATEGORIES = (
    "#3b7dd8", "#e0a100", "#167a18", "#b82585", "#14c8a4", "#8420ff", "#ec5c68", "#f8a4f8",
)  # fmt: skip
"""Of things without an order. Told apart without red or green cones, on white and on dark pages."""
SOLID, DASHED = [1, 0], [6, 3]

LOWEST = 0.45
"""End of an axis of AUROC, unless an interval starts below it."""

LINE = 32
"""Characters of a line of a name."""

SIMULATED = "Simulated data"

_DARK_PAGE = "luminance(background || '#fff') < 0.5"
SIMULATED_COLOR = f"{_DARK_PAGE} ? '{YELLOW}' : '#8a5a00'"
WORDS_COLOR = f"{_DARK_PAGE} ? '#b9bec8' : '#5b606c'"
"""Vega expressions for colors of words that stand out from the page by 4.5 to 1 at least, the
contrast that WCAG asks for."""
MOST_TICKS = 10
_CONFIG: dict[str, Any] = {
    "axis": {
        "labelColor": {"expr": WORDS_COLOR},
        "titleColor": {"expr": WORDS_COLOR},
        # Moved inward, the label of an end stands beside its tick.
        "labelFlush": False,
    },
    "axisXQuantitative": {"tickCount": {"expr": f"min(ceil(width / 60), {MOST_TICKS})"}},
    "legend": {
        "labelColor": {"expr": WORDS_COLOR},
        "titleColor": {"expr": WORDS_COLOR},
        "labelLimit": 220,
        # Side by side, two would be cut on a narrow chart.
        "layout": {side: {"direction": "vertical"} for side in ("top", "bottom")},
    },
}

AnyChart = TypeVar("AnyChart", alt.Chart, alt.LayerChart)


def titled(chart: AnyChart, title: str, simulated: bool) -> AnyChart:
    """Give a chart its title, also for screen readers, and mark simulated data."""
    subtitle = SIMULATED if simulated else ""
    words = alt.TitleParams(
        title,
        subtitle=[subtitle] if subtitle else [],
        anchor="start",
        subtitleColor=alt.ExprRef(SIMULATED_COLOR),
    )
    return chart.properties(title=words, description=f"{title}. {subtitle}".strip())


def specification(chart: alt.TopLevelMixin, *, checked: bool = False) -> dict[str, Any]:
    """A chart in Vega-Lite, with what all charts have in common.

    checked: whether it is checked against the schema, which takes two thirds of the time.
    """
    content = chart.to_dict(validate=checked)
    return {**content, "config": {**_CONFIG, **content.get("config", {})}}


def line_looks(names: Iterable[str]) -> dict[str, tuple[str, list[int]]]:
    """The color and dashes of the line of each name: dashed where all colors are taken."""
    n = len(CATEGORIES)
    return {
        name: (CATEGORIES[place % n], SOLID if place < n else DASHED)
        for place, name in enumerate(names)
    }


def faded(color: str, opacity: float) -> str:
    """A color of this module with an opacity of 0 to 1."""
    red, green, blue = (int(color[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def diverging(end: float) -> alt.Scale:
    """Blue below 0 and red above, clamped at -end and end.

    Transparent in the middle, so that no change fades into a light or dark background.
    """
    colors = [faded(BLUE, 1), faded(GRAY, 0.06), faded(RED, 1)]
    return alt.Scale(domain=[-end, 0, end], range=colors, clamp=True)


def wrapped(names: Iterable[str]) -> list[str]:
    """Long names in lines of `LINE` characters, for `names_axis`."""
    return ["\n".join(textwrap.wrap(name, LINE)) or name for name in names]


def row_step(names: Iterable[str], step: int) -> dict[str, object]:
    """The height of a chart with rows of `step` pixels, or more if names have several lines."""
    lines = max((name.count("\n") + 1 for name in names), default=1)
    return {"step": step if lines == 1 else max(step, 8 + 14 * lines), "for": "position"}


def names_axis() -> alt.Axis:
    """An axis of names from `wrapped`: none is left out or cut."""
    return alt.Axis(
        labelExpr="split(datum.value, '\\n')",
        labelLimit=0,
        labelOverlap=False,
        labelFlush=False,
        ticks=False,
    )


def top_legend(*, long: bool = False, **more: Any) -> alt.Legend:
    """A legend in one line, on a narrow chart below each other, where a line would be cut.

    long: names of which three do not fit on a chart of half a page.
    """
    columns = alt.ExprRef(f"width < 330 ? 1 : {'width < 640 ? 2 : 5' if long else '6'}")
    return alt.Legend(orient="top", symbolOpacity=1, columns=columns, **more)


def all_labels() -> alt.Axis:
    """An axis that leaves out no label, however close they are."""
    return alt.Axis(labelLimit=160, labelOverlap=False, labelFlush=False, ticks=False)
