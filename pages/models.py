"""Models: list, open and delete trained models."""

import streamlit as st

from gpar_core.errors import NotFoundError
from gpar_core.jobs import engine
from gpar_core.jobs.job import State
from gpar_core.jobs.store import JobStore
from gpar_core.upkeep import deletion
from pages._model import view as model_view
from pages._models.description import description_popover, show_note
from pages._models.table import show_all
from pages._shared import deleting
from pages._shared.error_box import error_box
from pages._shared.loaders import load_model
from pages._shared.navigation import begin
from pages._shared.sharing import sharing_popover
from pages._shared.state import Key, cache, from_url, go


def show_one(model_id: str) -> None:
    folder = cache().model(model_id)
    with st.container(horizontal=True):
        if st.button("Show all models"):
            close()
        if there := cache().has(folder):
            description_popover(model_id)
            sharing_popover(folder)
            if cache().may_change(model_id) and st.button("Delete"):
                confirm_deletion(model_id)
    if not there:
        gone(model_id)
        return
    show_note(model_id)
    model_view.show(load_model(model_id))


def gone(model_id: str) -> None:
    """Offer to retrain a deleted model, or say that there is no model at this link."""
    try:
        job = JobStore(cache()).get(model_id)
    except NotFoundError:
        st.warning("There is no model at this link. It was deleted, or it is in another cache.")
        return
    if job.state is not State.DONE:
        st.info("This model is not trained yet.")
        if st.button("Open training", type="primary"):
            go("drug_prediction", job=model_id)
        return
    st.warning("This model was deleted. Train it again to see it.")
    if st.button("Train again", type="primary"):
        go("drug_prediction", job=engine.submit(cache(), job.request).id)


@st.dialog("Delete this model?")
@error_box()
def confirm_deletion(model_id: str) -> None:
    st.markdown(
        f"{deletion.outlook(cache(), cache().existing_model(model_id))} You can train it again, "
        "with the same result, as long as its compendium exists; until then, links to it do not "
        "work."
    )
    if st.button("Delete", type="primary"):
        deleting.delete(cache().existing_model(model_id))
        close()


def close() -> None:
    del st.query_params[Key.MODEL]
    st.rerun()


begin(model_view.title_of(from_url(Key.MODEL), "Models"))
with error_box():
    if from_url(Key.MODEL):
        show_one(from_url(Key.MODEL))
    else:
        show_all()
