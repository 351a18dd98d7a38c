"""Drug prediction: choose drugs and cell lines, train, read the ranked list."""

from contextlib import suppress

import streamlit as st

from gpar_core.analyses.training.request import TrainRequest
from gpar_core.data.compendium import Compendium
from gpar_core.errors import RequestError, WorkerError
from gpar_core.jobs import engine
from gpar_core.jobs.store import JobStore
from pages._drug_prediction.form import choose
from pages._model import view as model_view
from pages._shared.frame import job_or_form, note_if_simulated
from pages._shared.job_panel import finished_job, start
from pages._shared.loaders import load_model
from pages._shared.navigation import begin
from pages._shared.state import Key, cache, from_url


def show_job(job_id: str) -> None:
    """Show a running training, or its model."""
    if st.button("New prediction"):
        del st.query_params[Key.JOB]
        st.rerun()
    if job_id in cache().model_ids():
        model_view.show(load_model(job_id))
        return
    request = JobStore(cache()).get(job_id).request
    if not isinstance(request, TrainRequest):
        raise RequestError("This link does not open a training. Start a new prediction.")
    if finished_job(job_id, simulated=note_if_simulated(request.compendium)):
        st.warning("This model was deleted. Train it again to see it.")
        if st.button("Train again", type="primary"):
            start(request)


def choose_and_wake(compendium: Compendium) -> None:
    choose(compendium)
    with suppress(WorkerError):  # the error is shown when a training starts
        engine.wake(cache())


begin(model_view.title_of(from_url(Key.JOB), "Drug prediction"))
job_or_form(show_job, choose_and_wake)
