"""The one place where errors meant for the user are shown."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from gpar_core.errors import GparError


@contextmanager
def error_box() -> Iterator[None]:
    """Show a GparError raised inside as a message; the rest of the block is left out."""
    try:
        yield
    except GparError as error:
        st.error(plain(str(error)))


def plain(text: str) -> str:
    """Text with Markdown's signs escaped: names from files and users are shown as they are."""
    return "".join(f"\\{sign}" if sign in r"\`*_{}[]()<>#+!|$~:" else sign for sign in text)
