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
