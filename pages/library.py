"""Library: a model for each MOA or target of a compendium; build it and see its quality."""

import streamlit as st

from gpar_core.analyses.library.request import LibraryRequest
from gpar_core.data.compendium import Compendium
from gpar_core.errors import RequestError
from gpar_core.jobs.store import JobStore
from pages._library.form import show_form
from pages._library.view import choose_library, show_library
from pages._shared.error_box import error_box
from pages._shared.finished import show_example
from pages._shared.frame import job_or_form, note_if_simulated
from pages._shared.job_panel import finished_job
from pages._shared.loaders import load_libraries
from pages._shared.navigation import begin
from pages._shared.state import Key, cache, go

ABOUT = (
    "A model for each **mechanism of action**, or each **target**, of a compendium, all trained "
    "with the same settings. "
    "*MOA prediction* uses the models with a mean AUROC of 0.60 or more, the paper's threshold."
)


def show(compendium: Compendium) -> None:
    """Show the libraries of a compendium, and the form for a new one."""
    if compendium.compound_classes.empty:
        st.info("This compendium has no MOA annotation. Import it with a MOA table.")
        if st.button("Open Compendium", type="primary"):
            go("compendium")
        return
    libraries = load_libraries(compendium)
    if libraries:
        with error_box():
            show_library(choose_library(libraries), compendium)
    else:
        st.markdown(ABOUT)
        st.info("This compendium has no library yet. Build one to train a model for each MOA.")
        show_example(LibraryRequest)
    form = st.expander(
        "Build a library", expanded=not libraries, key="library-form", on_change="rerun"
    )
    if form.open:
        with form:
            show_form(compendium)


def show_job(job_id: str) -> None:
    """Show the job that builds a library; when it is done, open the library."""
    if st.button("Back to the library"):
        if job_id in cache().library_ids():
            st.query_params[Key.LIBRARY] = job_id
        del st.query_params[Key.JOB]
        st.rerun()
    request = JobStore(cache()).get(job_id).request
    if not isinstance(request, LibraryRequest):
        raise RequestError("This link does not open a library. Go back to the library.")
    st.caption("Finished models are kept even if you cancel; building again trains only the rest.")
    if finished_job(job_id, simulated=note_if_simulated(request.compendium)):
        go("library", compendium=request.compendium, library=job_id)


begin("Library")
job_or_form(show_job, show)
