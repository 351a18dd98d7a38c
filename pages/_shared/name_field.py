"""The field for the name of a compendium to be made."""

import streamlit as st

from pages._shared.error_box import plain


def name_field(label: str, value: str = "", *, key: str, placeholder: str = "") -> str:
    """The name, with a note where it will be kept in other letters than it was typed in."""
    typed = st.text_input(label, value, placeholder=placeholder, max_chars=64, key=key).strip()
    if typed != (kept := typed.lower()):
        st.caption(f"Names are kept in lower case: **{plain(kept)}**")
    return kept
