"""The one place where errors are shown: messages for the user, and unexpected errors by id."""

import logging
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from gpar_core.errors import GparError
from gpar_core.server import json_log
from pages._shared.state import Key

MARKUP = re.compile(
    r"[\\`*_{}\[\]()<>#+!|$~:&@=]|(?<!\w)-|-(?!\w)|(?i:(?<=www))\.|(?<=[0-9])\.(?=\s|$)"
)
"""Characters that Markdown, or Streamlit's additions to it, may interpret as markup."""

log = logging.getLogger("gpar.pages")


@contextmanager
def error_box() -> Iterator[None]:
    """Show an error raised inside as a message; the rest of the block is skipped.

    A GparError is shown with its own text; any other error with an id under which the log has the
    details. Streamlit's rerun and stop are not errors and pass through. Everything that Streamlit
    calls itself (the app, fragments, dialogs, callbacks) must run inside an error box: decorate a
    function with `@error_box()`.
    """
    try:
        yield
    except GparError as error:
        st.error(plain(str(error)))
    except Exception:  # the last resort for any bug
        error_id = secrets.token_hex(4).upper()
        page = st.session_state.get(Key.PAGE, "")
        about = {"event": "error", "error_id": error_id, "page": page}
        log.exception(
            "Error id %s on the page '%s'", error_id, page, extra={json_log.FIELDS: about}
        )
        st.error(
            f"Something went wrong. Error id {error_id}. Your results are kept and jobs keep "
            "running: reload this page. If it happens again, send the error id to the person who "
            "runs this server, who can find the details in the log."
        )


def plain(text: str) -> str:
    """Escape Markdown characters, so that names from files and users are shown literally.

    Line breaks become spaces, because headings and lists start only at the beginning of a line.
    """
    return MARKUP.sub(r"\\\g<0>", " ".join(text.split()))
