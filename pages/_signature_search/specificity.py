"""The choice, before a search, whether to compute how specific its hits are."""

import streamlit as st

from gpar_core.data.compendium import Compendium
from gpar_core.search.reference import is_automatic
from pages._shared.terms import explained


def tau_choice(compendium: Compendium, score: str) -> bool:
    """Ask whether to compute tau where it takes minutes; elsewhere every search does."""
    if is_automatic(compendium, score):
        return False
    return st.checkbox(
        "Specificity (tau)",
        key=f"search-tau-{compendium.name}",
        persist_state="session",
        help=explained(
            "tau",
            "The first search of this compendium with each score takes minutes longer. Gene lists "
            "also get sRGES.",
        ),
    )
