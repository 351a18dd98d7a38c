"""The glossary on screen: all terms, the search results, or the linked term."""

import streamlit as st

from gpar_core.glossary import Term, search, term
from pages._shared.error_box import error_box, plain
from pages._shared.state import Key, from_url


def show_glossary() -> None:
    """Show a search field and the terms."""
    if linked := from_url(Key.TERM):
        _show(term(linked))
        st.button("Show all terms", on_click=_all)
        return
    found = search(st.text_input("Find", placeholder="A word or a number", key="glossary-find"))
    if not found:
        st.info("No term matches. Try a shorter word.")
    for each in found.values():
        _show(each)


@error_box()
def _all() -> None:
    del st.query_params[Key.TERM]


def _show(shown: Term) -> None:
    st.markdown(f"**{plain(shown.name)}**")
    st.markdown(shown.means + (f" *{shown.beware}*" if shown.beware else ""))
