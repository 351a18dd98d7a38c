"""Tabs that draw themselves when they are opened."""

from collections.abc import Callable, Collection, Mapping

import streamlit as st

from pages._shared.error_box import error_box
from pages._shared.state import Key


def tabs(
    draws: Mapping[str, Callable[[], object]], key: Key = Key.TAB, *, kept: Collection[str] = ()
) -> None:
    """Show tabs and draw the open one alone, so that a page is there sooner; the URL names it.

    draws: by name. kept: those that are drawn too once they have been opened, because what a
    visitor chose in them would be forgotten otherwise.
    """
    shown = st.tabs(list(draws), key=key, on_change="rerun", bind="query-params")
    seen = st.session_state.setdefault(f"{key}-seen", set())
    for tab, (name, draw) in zip(shown, draws.items(), strict=True):
        if tab.open:
            seen.add(name)
        if tab.open or (name in kept and name in seen):
            with tab, error_box():
                draw()
