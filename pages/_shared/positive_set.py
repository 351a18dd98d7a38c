"""Take drugs from another page to the form of a training or of a search."""

from collections.abc import Iterable

import streamlit as st

from pages._shared.state import go


def train_on(drugs: Iterable[str], compendium: str = "") -> None:
    """Open Drug prediction with these drugs as its positive set.

    compendium: by name; '' for the one in use.
    """
    st.session_state["way"] = "Pasted list"
    st.session_state["pasted"] = "\n".join(drugs)
    go("drug_prediction", **({"compendium": compendium} if compendium else {}))


def search_with(compound: str) -> None:
    """Open Signature search with a compound of the compendium in use as the query."""
    st.session_state["search-way"] = "Compound"
    st.session_state["search-compound"] = compound
    go("signature_search")
