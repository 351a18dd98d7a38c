"""Deleting with a way back: what was deleted last, and the button that brings it back."""

import time
from pathlib import Path

import streamlit as st

from gpar_core.upkeep import deletion
from gpar_core.upkeep.deletion import Deletion
from pages._shared.error_box import error_box, plain
from pages._shared.state import Key, cache

OFFERED_SECONDS = 120.0


def delete(folder: Path) -> None:
    """Delete a folder of the cache; the next page that begins says so and offers it back."""
    st.session_state[Key.DELETED] = deletion.delete(cache(), folder, time.time()) or "for good"


@error_box()
def offer_undo() -> None:
    """Say what was deleted just now, until it is brought back, put away, or a while has passed."""
    last = st.session_state.get(Key.DELETED)
    if last is None:
        return
    if not isinstance(last, Deletion):
        st.info("Deleted. The disk is short of room, so it cannot be brought back.")
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
    """Offer it no longer: it is back, or gone for good."""
    last = st.session_state.get(Key.DELETED)
    if isinstance(last, Deletion) and last.token == deleted.token:
        _put_away()


@error_box()
def _undo(last: Deletion) -> None:
    _put_away()
    deletion.undo(cache(), last, time.time())
    st.toast(plain(f"{last.title} is back"))


@error_box()
def _put_away() -> None:
    st.session_state.pop(Key.DELETED, None)
