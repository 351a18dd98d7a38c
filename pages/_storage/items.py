"""What this server stores: a table, and one item of it."""

import shutil
from datetime import UTC, datetime
from hashlib import sha256

import pandas as pd
import streamlit as st

from gpar_core.data.fetching.meter import size_text
from gpar_core.storage.access import LOCAL, Record
from gpar_core.storage.room import held_bytes
from gpar_core.upkeep import deletion
from gpar_core.upkeep import pruning as upkeep
from gpar_core.upkeep.pruning import Item
from pages._shared import deleting
from pages._shared.error_box import error_box, plain
from pages._shared.loaders import load_title
from pages._shared.sharing import switches
from pages._shared.state import cache, limits
from pages._shared.tables import SELECTION, chosen_row, savable

KINDS = {
    "compendia": "Compendium",
    "models": "Model",
    "libraries": "Library",
    "analyses": "Analysis or map",
    "curations": "Curation",
    "predictions": "MOA prediction",
    "profiles": "Uploaded profiles",
    "tables": "Uploaded table",
    "uploads": "Uploaded files",
    "sources": "Downloaded data",
}


def show(items: list[Item]) -> None:
    left, right = st.columns(2)
    total = sum(item.n_bytes for item in items)
    left.metric("Used", size_text(total), border=True, help="Size of all items that you can see")
    right.metric(
        "Free disk space",
        size_text(shutil.disk_usage(cache().root).free),
        border=True,
        help="On the disk that holds the cache",
    )
    say_limits()
    mine = cache().visitor != LOCAL and st.checkbox("Only mine", key="storage-mine")
    kinds = st.pills(
        "Kinds",
        list({item.kind: None for item in items}),
        format_func=KINDS.__getitem__,
        selection_mode="multi",
        key="storage-kinds",
    )
    shown = [
        item
        for item in items
        if (not kinds or item.kind in kinds)
        and (not mine or cache().visitor.name in item.record.owners)
    ]
    st.caption("Click a row to share, pin or delete it.")
    in_order = " ".join(item.record.thing for item in shown)
    row = chosen_row(
        st.dataframe(
            savable(table(shown), simulated=False),
            hide_index=True,
            on_select="rerun",
            selection_mode=SELECTION,
            key=f"storage-{sha256(in_order.encode()).hexdigest()[:12]}",
            height=min(35 * (len(shown) + 1) + 2, 640),
            column_config={
                "Name": st.column_config.TextColumn(width=330),
                "Size": st.column_config.NumberColumn(format="bytes", help="Size on the disk"),
            },
            placeholder="—",
        ),
        len(shown),
    )
    if row is not None:
        show_one(shown[row])


def say_limits() -> None:
    """Show the limits of this server, if it has any."""
    allowed, view = limits(), cache()
    if allowed.owner_gb and not view.visitor.admin:
        held = held_bytes(view, view.visitor.name)
        share = min(held / (allowed.owner_gb * 10**9), 1.0)
        st.progress(share, f"You use {size_text(held)} of {allowed.owner_gb} GB")
    if allowed.cache_gb:
        st.caption(
            f"If the total exceeds {allowed.cache_gb} GB, the least recently used models, maps and "
            "other results are deleted. Pinned items are kept. You can compute deleted results "
            "again, with the same outcome."
        )


def table(items: list[Item]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Size": [item.n_bytes for item in items],
            "Name": [load_title(item) for item in items],
            "Kind": [KINDS[item.kind] for item in items],
            "Last used": [day(item.used) for item in items],
            "Owner": [_whose(item.record) for item in items],
            "Visible to": ["everyone" if item.record.shared else "its owners" for item in items],
            "Pinned": ["yes" if item.pinned else "" for item in items],
        }
    )


def show_one(item: Item) -> None:
    """Show one item, its switches, and the button that deletes it."""
    with st.container(border=True):
        name = plain(load_title(item))
        st.markdown(f"**{name}** · {KINDS[item.kind]} · {size_text(item.n_bytes)}")
        switches(item.folder)
        if not cache().may_change(item.record.thing):
            st.caption("Only its owner or an administrator can delete it.")
        elif st.button("Delete …"):
            confirm_deletion(item)


@st.dialog("Delete this item?")
@error_box()
def confirm_deletion(item: Item) -> None:
    st.markdown(f"**{plain(load_title(item))}**, {size_text(item.n_bytes)}")
    st.markdown(deletion.outlook(cache(), item.folder))
    st.markdown(
        "You can compute it again, with the same result, as long as its compendium exists."
        if item.kind in upkeep.PRUNABLE
        else "To get it back later, you would have to build, import, download or upload it again."
    )
    if st.button("Delete", type="primary", key="confirm-deletion"):
        deleting.delete(item.folder)
        st.rerun()


def _whose(record: Record) -> str:
    visitor = cache().visitor
    if not record.owners:
        return "the server"
    if visitor.admin:
        return ", ".join(record.owners)
    return "you" if visitor.name in record.owners else "another user"


def day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M")
