"""Show and change who sees a result and whether it is pinned."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from gpar_core.storage.access import LOCAL, Record
from pages._shared.error_box import error_box, plain
from pages._shared.state import cache, limits


def sharing_popover(folder: Path) -> None:
    """Draw a button that opens the switches of a folder; nothing if there is nothing to set."""
    if cache().visitor == LOCAL and not limits().cache_gb:
        return
    with st.popover("Keep or publish"):
        switches(folder)


def switches(folder: Path) -> None:
    """Show who owns the item in a folder, who sees it, and whether it is pinned."""
    view = cache()
    thing = view.thing_of(folder)
    record = view.access.record(thing)
    mine = view.may_change(thing)
    st.caption(plain(holders(record)))
    if view.visitor != LOCAL:
        _switch(
            "Shared with everyone on this server",
            f"shared-{thing}",
            record.shared,
            lambda wanted: view.access.share(thing, shared=wanted),
            disabled=not mine or not record.owners,
            explanation="If off, only owners and administrators see it.",
        )
    _switch(
        "Pinned",
        f"pinned-{thing}",
        record.pinned,
        lambda wanted: view.access.pin(thing, pinned=wanted),
        disabled=not mine,
        explanation="Pinned items are never deleted automatically, even if they are unused for a "
        "long time or the server is short of disk space.",
    )


def _switch(
    label: str,
    key: str,
    now: bool,
    write: Callable[[bool], None],
    *,
    disabled: bool,
    explanation: str,
) -> None:
    @error_box()
    def changed() -> None:
        write(st.session_state[key])

    # Show the record, which others may have changed since this page was drawn.
    st.session_state[key] = now
    st.toggle(
        label,
        key=key,
        disabled=disabled,
        help=explanation,
        on_change=changed,
    )


def holders(record: Record) -> str:
    """Who owns an item, in words; names are shown to administrators only."""
    view = cache()
    if not record.owners:
        return "Owned by the server: everyone sees it, and an administrator can delete it."
    if view.visitor.admin:
        return f"Belongs to {', '.join(record.owners)}."
    others = len(record.owners) - (view.visitor.name in record.owners)
    if others == len(record.owners):
        return "Shared by its owner."
    return "Yours." if not others else f"Yours, shared with {others} more who requested the same."
