"""Charts and tables drawn once per server and repeated from then on, for every viewer.

Altair takes 20 to 60 ms of the processor to build a chart and to check it against its schema, and
a page has several; all reruns of a page wait for that.
"""

from collections.abc import Callable
from typing import Literal

import altair as alt
import streamlit as st

Source = tuple[str | int | float | bool, ...]
"""All that a picture depends on: ids, fingerprints, times of creation, choices."""

MAX_PICTURES = 512
"""Each takes 5 to 200 kB."""

CHECKED = False
"""Whether charts are checked against the schema of Vega-Lite: two thirds of the time of one.

Tests do it.
"""


class _Drawable:
    """All that Streamlit asks of a chart; without it, it would have each one checked."""

    def __init__(self, chart: alt.TopLevelMixin) -> None:
        self._chart = chart

    def to_dict(self) -> dict[str, object]:
        return self._chart.to_dict(validate=CHECKED)


def show_chart(chart: alt.TopLevelMixin, *, height: int | Literal["content"] = "content") -> None:
    """Put a chart on screen, as wide as there is room. height: in pixels."""
    st.altair_chart(_Drawable(chart), width="stretch", height=height)  # type: ignore[arg-type]


def drawn_once(what: str, source: Source, draw: Callable[[], object]) -> None:
    """Put on screen what `draw` puts there, without calling it where that is known.

    what: the picture's name, another one for each `draw`. draw: uses no widget. Raises what `draw`
    raises.
    """
    _drawn(what, source, draw)


def chart_once(what: str, source: Source, build: Callable[[], alt.TopLevelMixin]) -> None:
    """The same for a chart."""
    drawn_once(what, source, lambda: show_chart(build()))


@st.cache_resource(max_entries=MAX_PICTURES, show_spinner=False)
def _drawn(what: str, source: Source, _draw: Callable[[], object]) -> None:
    _draw()
