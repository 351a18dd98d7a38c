"""The one place where errors are shown: those meant for the user, and those nobody expected."""

import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import streamlit as st

from gpar_core.errors import GparError

log = logging.getLogger("gpar.pages")


@contextmanager
def error_box() -> Iterator[None]:
    """Show an error raised inside as a message; the rest of the block is left out.

    A GparError says itself what is wrong. Of any other the user gets an id, under which the
    server's log has what happened.
    """
    try:
        yield
    except GparError as error:
        st.error(plain(str(error)))
    except Exception:
        error_id = uuid.uuid4().hex[:8]
        log.exception("Error %s on %s", error_id, urlsplit(st.context.url or "").path)
        st.error(
            f"Something went wrong inside GPAR. Nothing that was computed is lost: load the page "
            f"again. If it stays, tell whoever runs this server the error id **{error_id}**; its "
            "log has the details."
        )


def plain(text: str) -> str:
    """Text with Markdown's signs escaped: names from files and users are shown as they are."""
    return "".join(f"\\{sign}" if sign in r"\`*_{}[]()<>#+!|$~:" else sign for sign in text)
