"""A model's own name and notes, which its owners write."""

import streamlit as st

from gpar_core.errors import AccessError
from gpar_core.storage.access import MAX_NAME, MAX_NOTE
from pages._shared.error_box import error_box, plain
from pages._shared.state import cache


def description_popover(model_id: str) -> None:
    """Draw a button that opens the fields; nothing for those who may not change the model."""
    if not cache().may_change(model_id):
        return
    record = cache().access.record(model_id)
    with st.popover("Edit name", key=f"describe-{model_id}"):
        st.text_input(
            "Name",
            record.name,
            max_chars=MAX_NAME,
            help="Shown before the positive set wherever this model is listed",
            key=f"name-{model_id}",
            on_change=_save,
            args=(model_id,),
        )
        st.text_area(
            "Notes",
            record.note,
            max_chars=MAX_NOTE,
            key=f"note-{model_id}",
            on_change=_save,
            args=(model_id,),
        )
        st.caption("Everyone who sees this model sees its name and notes.")


def show_note(model_id: str) -> None:
    """Show the notes as they were written, line by line."""
    for line in cache().access.record(model_id).note.splitlines():
        st.markdown(plain(line))


@error_box()
def _save(model_id: str) -> None:
    if not cache().may_change(model_id):
        raise AccessError("This model is not yours. Only its owner can change its name and notes.")
    name, note = (st.session_state[f"{field}-{model_id}"] for field in ("name", "note"))
    cache().access.describe(model_id, name, note)
