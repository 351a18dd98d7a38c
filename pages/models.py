"""Models: list, open and delete trained models."""

import pandas as pd
import streamlit as st

from gpar_core.analyses.training.result import ModelSummary
from gpar_core.errors import NotFoundError
from gpar_core.jobs import engine
from gpar_core.jobs.job import State
from gpar_core.jobs.store import JobStore
from gpar_core.upkeep import deletion
from pages._model import view as model_view
from pages._shared import deleting
from pages._shared.error_box import error_box
from pages._shared.job_panel import running_jobs
from pages._shared.loaders import load_model, load_summaries
from pages._shared.navigation import begin
from pages._shared.sharing import sharing_popover
from pages._shared.state import Key, cache, from_url, go
from pages._shared.tables import HOW_TO_OPEN, SELECTION, opened_row, savable
from pages._shared.terms import explained


def table(summaries: list[ModelSummary]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Positive set": [s.label for s in summaries],
            "Mean AUROC": [s.metrics.mean_auroc for s in summaries],
            "95% interval": ["{:.3f}-{:.3f}".format(*s.metrics.interval) for s in summaries],
            "Drugs": [s.n_positive_compounds for s in summaries],
            "Verdict": [s.verdict.name for s in summaries],
            "Cell lines": [", ".join(s.cells) or "all" for s in summaries],
            "Compendium": [
                s.compendium + (" (simulated)" if s.simulated else "") for s in summaries
            ],
            "Preset": [s.preset for s in summaries],
            "Trained": [s.created_at[:16].replace("T", " ") for s in summaries],
        }
    )


def show_all() -> None:
    summaries, damaged = load_summaries()
    for model_id in damaged:
        st.page_link(
            "pages/models.py",
            label=f"⚠️ The model {model_id} cannot be read. Open it to see why or to delete it",
            query_params={Key.MODEL.value: model_id},
        )
    if not summaries:
        st.info("No models yet. Choose drugs or a MOA to train one.")
        if st.button("Open Drug prediction", type="primary"):
            go("drug_prediction")
        return
    st.caption(HOW_TO_OPEN)
    selection = st.dataframe(
        savable(table(summaries), simulated=False),
        hide_index=True,
        on_select="rerun",
        selection_mode=SELECTION,
        key="models-table",
        column_config={
            "Mean AUROC": st.column_config.NumberColumn(format="%.3f", help=explained("mean-auroc"))
        },
        placeholder="—",
    )
    listed = [summary.model_id for summary in summaries]
    clicked_in = st.session_state.get(Key.LISTED, listed)  # a model may have been added since
    st.session_state[Key.LISTED] = listed
    labels = {summary.model_id: summary.label for summary in summaries}
    names = [labels.get(model_id, model_id) for model_id in clicked_in]
    row = opened_row(selection, names, clicked_in)
    if row is not None:
        st.query_params[Key.MODEL] = clicked_in[row]
        st.rerun()


def show_one(model_id: str) -> None:
    back, keep, delete = st.columns([3, 1, 1])
    if back.button("Show all models"):
        close()
    folder = cache().model(model_id)
    if not cache().has(folder):
        gone(model_id)
        return
    with keep:
        sharing_popover(folder)
    if cache().may_change(model_id) and delete.button("Delete", width="stretch"):
        confirm_deletion(model_id)
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


begin("Models")
running_jobs()
with error_box():
    if from_url(Key.MODEL):
        show_one(from_url(Key.MODEL))
    else:
        show_all()
