"""Colors and titles shared by all charts."""

from typing import TypeVar

import altair as alt

RED = "#d6453d"
YELLOW = "#e0a100"
GRAY = "#8f98a3"
BLUE = "#3b7dd8"

SIMULATED = "Simulated data"

AnyChart = TypeVar("AnyChart", alt.Chart, alt.LayerChart)


def titled(chart: AnyChart, title: str, simulated: bool) -> AnyChart:
    """Give a chart its title, also for screen readers, and mark simulated data."""
    subtitle = SIMULATED if simulated else ""
    words = alt.TitleParams(
        title, subtitle=[subtitle] if subtitle else [], anchor="start", subtitleColor=YELLOW
    )
    return chart.properties(title=words, description=f"{title}. {subtitle}".strip())


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


def all_labels() -> alt.Axis:
    """An axis that leaves out no label, however close they are."""
    return alt.Axis(labelLimit=160, labelOverlap=False, labelFlush=False, ticks=False)
