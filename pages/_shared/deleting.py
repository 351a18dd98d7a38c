"""Delete with undo: the last deletion, and the button that restores it."""

import time
from pathlib import Path

import streamlit as st

from gpar_core.upkeep import deletion
from gpar_core.upkeep.deletion import Deletion
from pages._shared.error_box import error_box, plain
from pages._shared.notices.component import notify
from pages._shared.state import Key, cache

OFFERED_SECONDS = 120.0


def delete(folder: Path) -> None:
    """Delete a folder of the cache; the next page shows a notice with an Undo button."""
    st.session_state[Key.DELETED] = deletion.delete(cache(), folder, time.time()) or "for good"


@error_box()
def offer_undo() -> None:
    """Show the last deletion until it is undone, closed, or too long ago."""
    last = st.session_state.get(Key.DELETED)
    if last is None:
        return
    if not isinstance(last, Deletion):
        st.info("Deleted. The disk is almost full, so you cannot undo this.")
        del st.session_state[Key.DELETED]
        return
    if time.time() - last.at > OFFERED_SECONDS:
        del st.session_state[Key.DELETED]
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(f"Deleted: **{plain(last.title)}**", width="stretch")
        st.button("Undo", type="primary", on_click=_undo, args=(last,), key="undo-deletion")
        st.button("Close", on_click=_put_away, key="close-deletion")


def forget(deleted: Deletion) -> None:
    """Stop offering to undo a deletion that was restored or made permanent."""
    last = st.session_state.get(Key.DELETED)
    if isinstance(last, Deletion) and last.token == deleted.token:
        _put_away()


@error_box()
def _undo(last: Deletion) -> None:
    _put_away()
    deletion.undo(cache(), last, time.time())
    notify(f"Restored {last.title}.")


@error_box()
def _put_away() -> None:
    st.session_state.pop(Key.DELETED, None)
