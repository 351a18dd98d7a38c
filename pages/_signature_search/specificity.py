"""How specific a hit is: the choice before a search, and the columns of a result."""

import pandas as pd
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
            "The first search of this compendium with a score takes minutes longer. Gene lists "
            "also get sRGES.",
        ),
    )


def specificity(found: pd.DataFrame) -> dict[str, pd.Series]:
    """The columns of compounds that say it, as far as the result has them."""
    return {name: found[name] for name in ("tau", "srges") if name in found}


def specificity_columns() -> dict[str, object]:
    """How a table shows them."""
    number = st.column_config.NumberColumn
    return {
        "tau": number("Tau", format="%.0f", width=50, help=explained("tau")),
        "srges": number("sRGES", format="%.2f", width=60, help=explained("srges")),
    }
