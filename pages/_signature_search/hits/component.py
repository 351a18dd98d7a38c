"""The component that shows both lists of compounds; it returns which are checked."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from pages._shared.drug_parts import CODE

BROWSER = Path(__file__).resolve().parent / "browser"

_show = st.components.v2.component(
    "gpar_hits",
    html='<div class="hits"></div>',
    css=(BROWSER / "hits.css").read_text("utf-8"),
    js=CODE + (BROWSER / "hits.js").read_text("utf-8"),
)


def checked_in(key: str, known: Collection[str]) -> list[str]:
    """Drugs that are checked in the lists with this key, of those that are known."""
    state = st.session_state.get(key, {}).get("checked")
    found = state if isinstance(state, list) else []
    return [drug for drug in found if isinstance(drug, str) and drug in known]


def hits(sides: list[Mapping[str, Any]], *, key: str) -> None:
    """Draw the lists; `checked_in` returns the selection.

    sides: from `rows.side_of`.
    """
    _show(key=key, on_checked_change=_nothing, data={"sides": sides})


def _nothing() -> None:
    """Do nothing: Streamlit keeps a component's value only if there is a change callback."""
