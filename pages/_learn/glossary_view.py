"""The glossary on screen: all terms, those that are searched for, or the one that was linked to."""

import streamlit as st

from gpar_core.glossary import Term, search, term
from pages._shared.error_box import error_box, plain
from pages._shared.state import Key, from_url


def show_glossary() -> None:
    """A field to search in, and the terms."""
    if linked := from_url(Key.TERM):
        _show(term(linked))
        st.button("All terms", on_click=_all)
        return
    found = search(st.text_input("Find", placeholder="A word or a number", key="glossary-find"))
    if not found:
        st.info("The glossary has nothing of that. Try a shorter word.")
    for each in found.values():
        _show(each)


@error_box()
def _all() -> None:
    del st.query_params[Key.TERM]


def _show(shown: Term) -> None:
    st.markdown(f"**{plain(shown.name)}**")
    st.markdown(shown.means + (f" *{shown.beware}*" if shown.beware else ""))
