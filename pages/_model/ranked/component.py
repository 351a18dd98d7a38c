"""The component that shows ranked drugs; it returns the open one, and how many rows to show."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import streamlit as st

from pages._shared.drug_parts import CODE

BROWSER = Path(__file__).resolve().parent / "browser"
PAGE: Final = 50
MAX_SHOWN: Final = 300
"""Rows at first, and at most: each has a drawing of 10 to 30 kB."""

_show = st.components.v2.component(
    "gpar_ranked",
    html='<div class="ranked"></div>',
    css=(BROWSER / "ranked.css").read_text("utf-8"),
    js=CODE + (BROWSER / "ranked.js").read_text("utf-8"),
)


def ranked_list(shown: Mapping[str, Any], *, key: str, linked: bool = False) -> None:
    """Draw the list; `opened_in` and `n_shown_in` return what the user did in it.

    shown: from `rows.list_of`. linked: whether the list and a map on the page light up each other.
    """
    _show(
        key=key,
        on_opened_change=_nothing,
        on_shown_change=_nothing,
        data={**shown, "linked": linked, "step": PAGE, "most": MAX_SHOWN},
    )


def opened_in(key: str) -> tuple[str, int]:
    """The drug that was opened last in the list with this key, '' if none, and when.

    The time, in ms, tells whether it was opened again since the page closed it.
    """
    state = st.session_state.get(key, {}).get("opened")
    if not isinstance(state, Mapping):
        return "", 0
    drug, at = state.get("drug"), state.get("at")
    return (drug, at) if isinstance(drug, str) and isinstance(at, int) else ("", 0)


def n_shown_in(key: str) -> int:
    """Rows that the list with this key shows."""
    n = st.session_state.get(key, {}).get("shown")
    return min(max(n, PAGE), MAX_SHOWN) if isinstance(n, int) else PAGE


def _nothing() -> None:
    """Do nothing: Streamlit keeps a component's value only if there is a change callback."""
