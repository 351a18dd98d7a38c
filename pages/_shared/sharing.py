"""Who sees a result and how long it is kept, to look at and to change."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from gpar_core.storage.access import LOCAL, Record
from pages._shared.error_box import error_box, plain
from pages._shared.state import cache, limits


def sharing_popover(folder: Path) -> None:
    """A button that opens what is kept of a folder; nothing where nothing could be set."""
    if cache().visitor == LOCAL and not limits().cache_gb:
        return
    with st.popover("Keep and share", width="stretch"):
        switches(folder)


def switches(folder: Path) -> None:
    """Who holds the thing in a folder, who sees it, and whether it is pinned."""
    view = cache()
    thing = view.thing_of(folder)
    record = view.access.record(thing)
    mine = view.may_change(thing)
    st.caption(plain(holders(record)))
    if view.visitor != LOCAL:
        _switch(
            "Shared with everyone here",
            f"shared-{thing}",
            record.shared,
            lambda wanted: view.access.share(thing, shared=wanted),
            disabled=not mine or not record.owners,
            explanation="Off: only its owners and administrators see it.",
        )
    _switch(
        "Pinned",
        f"pinned-{thing}",
        record.pinned,
        lambda wanted: view.access.pin(thing, pinned=wanted),
        disabled=not mine,
        explanation="Kept however long it is unused, also when this server runs short of disk.",
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

    # The list of owners is the truth, which others may have changed since this page was drawn.
    st.session_state[key] = now
    st.toggle(
        label,
        key=key,
        disabled=disabled,
        help=explanation,
        on_change=changed,
    )


def holders(record: Record) -> str:
    """Who holds a thing, in words that show no name but to those who hold it too."""
    view = cache()
    if not record.owners:
        return "Of this server: everyone sees it, an administrator can delete it."
    if view.visitor.admin:
        return f"Belongs to {', '.join(record.owners)}."
    others = len(record.owners) - (view.visitor.name in record.owners)
    if others == len(record.owners):
        return "Shared by its owner."
    return "Yours." if not others else f"Yours, and {others} more asked for the same."
