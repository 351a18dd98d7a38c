"""Charts and tables that are drawn once per server and reused for every viewer.

Altair takes 20 to 60 ms of CPU time to build a chart and to check it against its schema. A page has
several charts, and each of its reruns would wait for them.
"""

from collections.abc import Callable
from typing import Literal

import altair as alt
import streamlit as st

from gpar_core.charts.style import specification

Source = tuple[str | int | float | bool, ...]
"""Everything that a picture depends on: ids, fingerprints, times of creation, choices."""

MAX_PICTURES = 512
"""Each takes 5 to 200 kB."""

CHECKED = False
"""Whether charts are checked against the Vega-Lite schema, which takes two thirds of the time.

Tests turn it on.
"""


class _Drawable:
    """The one method of a chart that Streamlit calls; it would check an Altair chart itself."""

    def __init__(self, chart: alt.TopLevelMixin) -> None:
        self._chart = chart

    def to_dict(self) -> dict[str, object]:
        return specification(self._chart, checked=CHECKED)


def show_chart(chart: alt.TopLevelMixin, *, height: int | Literal["content"] = "content") -> None:
    """Show a chart in full width. height: in pixels."""
    st.altair_chart(_Drawable(chart), width="stretch", height=height)  # type: ignore[arg-type]


def drawn_once(what: str, source: Source, draw: Callable[[], object]) -> None:
    """Show the output of `draw`, calling it only if the output is not cached.

    what: the picture's name, unique for each `draw`. draw: must not use widgets. Raises the errors
    of `draw`.
    """
    _drawn(what, source, draw)


def chart_once(what: str, source: Source, build: Callable[[], alt.TopLevelMixin]) -> None:
    """Show the chart that `build` returns, calling it only if the chart is not cached."""
    drawn_once(what, source, lambda: show_chart(build()))


@st.cache_resource(max_entries=MAX_PICTURES, show_spinner=False)
def _drawn(what: str, source: Source, _draw: Callable[[], object]) -> None:
    _draw()
