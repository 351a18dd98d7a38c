"""Charts and tables drawn once per server and repeated from then on, for every viewer.

Altair takes 20 to 60 ms of the processor to build a chart and to check it against its schema, and
a page has several; all reruns of a page wait for that.
"""

from collections.abc import Callable

import altair as alt
import streamlit as st

Source = tuple[str | int | float | bool, ...]
"""All that a picture depends on: ids, fingerprints, times of creation, choices."""

MAX_PICTURES = 512
"""Each takes 5 to 200 kB."""


def drawn_once(what: str, source: Source, draw: Callable[[], object]) -> None:
    """Put on screen what `draw` puts there, without calling it where that is known.

    what: the picture's name, another one for each `draw`. draw: uses no widget. Raises what `draw`
    raises.
    """
    _drawn(what, source, draw)


def chart_once(what: str, source: Source, build: Callable[[], alt.TopLevelMixin]) -> None:
    """The same for a chart as wide as there is room."""
    drawn_once(what, source, lambda: st.altair_chart(build(), width="stretch"))


@st.cache_resource(max_entries=MAX_PICTURES, show_spinner=False)
def _drawn(what: str, source: Source, _draw: Callable[[], object]) -> None:
    _draw()
