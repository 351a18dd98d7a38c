"""Items deleted within the last hour, to restore or to delete permanently."""

import time

import streamlit as st

from gpar_core.data.fetching.meter import size_text
from gpar_core.upkeep import deletion
from gpar_core.upkeep.deletion import Deletion
from pages._shared import deleting
from pages._shared.error_box import error_box, plain
from pages._shared.state import cache
from pages._storage.items import KINDS, day


def show_deleted() -> None:
    """List the items deleted within the last hour, which can still be restored."""
    there = deletion.recent(cache())
    if not there:
        return
    size = size_text(sum(deletion.n_bytes(cache(), each) for each in there))
    with st.expander(f"Deleted within the last hour ({len(there)}, {size})"):
        st.caption("Items are deleted permanently after an hour. Until then they use disk space.")
        for each in there:
            named = each.owners and cache().visitor.admin
            whose = f" · {plain(', '.join(each.owners))}" if named else ""
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(
                    f"**{plain(each.title)}** · {KINDS[each.kind]} · {day(each.at)}{whose}",
                    width="stretch",
                )
                st.button("Restore", on_click=put_back, args=(each,), key=f"put-back-{each.token}")
                st.button(
                    "Delete permanently", on_click=empty, args=(each,), key=f"empty-{each.token}"
                )


@error_box()
def put_back(deleted: Deletion) -> None:
    deletion.undo(cache(), deleted, time.time())
    deleting.forget(deleted)


@error_box()
def empty(deleted: Deletion) -> None:
    deletion.delete_for_good(cache(), deleted)
    deleting.forget(deleted)
