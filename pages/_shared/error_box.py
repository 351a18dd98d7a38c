"""The one place where errors are shown: those meant for the user, and those that nobody foresaw."""

import logging
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from gpar_core.errors import GparError
from pages._shared.state import Key

MARKUP = re.compile(r"[\\`*_{}\[\]()<>#+!|$~:&@=-]|(?i:(?<=www))\.|(?<=[0-9])\.(?=\s|$)")
"""What Markdown, or Streamlit's own additions to it, may take for something else than itself."""

log = logging.getLogger("gpar.pages")


@contextmanager
def error_box() -> Iterator[None]:
    """Show an error raised inside as a message; the rest of the block is left out.

    Of a GparError its own words; of any other an id under which the log has all of it. Streamlit's
    rerun and stop are no errors and pass. Whatever Streamlit calls by itself (the app, fragments,
    dialogs, callbacks) must stand in one: `@error_box()` does that for a function.
    """
    try:
        yield
    except GparError as error:
        st.error(plain(str(error)))
    except Exception:  # the last station of any bug
        error_id = secrets.token_hex(4).upper()
        page = st.session_state.get(Key.PAGE, "")
        log.exception("Error id %s on the page '%s'", error_id, page)
        st.error(
            f"Something went wrong. Error id {error_id}. What was computed is kept and jobs go on: "
            "reload this page. If it happens again, give the id to whoever runs GPAR; its log says "
            "under this id what happened."
        )


def plain(text: str) -> str:
    """Text with Markdown's signs escaped: names from files and users are shown as they are.

    Line ends become blanks, since only after one, or at the start, are there headings and lists.
    """
    return MARKUP.sub(r"\\\g<0>", " ".join(text.split()))
