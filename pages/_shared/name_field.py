"""The field for the name of a new compendium."""

import streamlit as st

from pages._shared.error_box import plain


def name_field(label: str, value: str = "", *, key: str, placeholder: str = "") -> str:
    """Return the name in lower case, with a note if it was typed otherwise."""
    typed = st.text_input(label, value, placeholder=placeholder, max_chars=64, key=key).strip()
    if typed != (kept := typed.lower()):
        st.caption(f"Names are saved in lower case: **{plain(kept)}**")
    return kept
