"""MOA prediction: which mechanisms a compound or an uploaded profile looks like."""

import streamlit as st

from gpar_core.analyses.compound.result import find
from gpar_core.analyses.library.result import Library
from gpar_core.analyses.moa_prediction.request import PredictionRequest
from gpar_core.data.compendium import Compendium
from gpar_core.errors import RequestError
from gpar_core.jobs.store import JobStore
from pages._library.view import choose_library
from pages._moa_prediction.view import show_prediction
from pages._shared.compound_picker import pick_one
from pages._shared.error_box import error_box, plain
from pages._shared.frame import job_or_form, simulated_note
from pages._shared.job_panel import finished_job, start
from pages._shared.loaders import load_libraries, load_prediction, predict
from pages._shared.navigation import begin
from pages._shared.profile_form import show_upload
from pages._shared.sharing import sharing_popover
from pages._shared.state import Key, cache, go

WAYS = ("Compound of the compendium", "Your own profiles")


def ask(compendium: Compendium) -> None:
    """Choose who is to be asked about what."""
    libraries = load_libraries(compendium)
    if not libraries:
        to_library("No library of this compendium yet. Its models are what is asked here.")
        return
    library = choose_library(libraries)
    if stale := library.why_stale(compendium.fingerprint):
        to_library(stale)
        return
    if not library.asked:
        to_library("No MOA of this library reaches a mean AUROC of 0.60 yet, so none is asked.")
        return
    st.caption(
        f"{len(library.asked)} of the {len(library.entries)} MOAs are asked: those with a mean "
        "AUROC of 0.60 or more, the paper's line. The page Library shows the verdict on each model."
    )
    way = st.segmented_control(
        "Whose MOA?",
        WAYS,
        default=WAYS[0],
        required=True,
        key="moa-way",
        persist_state="session",
    )
    with error_box():
        if way == WAYS[0]:
            ask_compound(library, compendium)
        else:
            show_upload(library)


def to_library(why: str) -> None:
    st.info(plain(why))
    if st.button("Library", type="primary"):
        go("library")


def ask_compound(library: Library, compendium: Compendium) -> None:
    """A compound, which the URL names, and what the models say of it."""
    if compound := pick_one(compendium, "compound-of"):
        prediction = predict(library, compendium, compound)
        show_prediction(prediction, annotated(compendium, prediction.label))


def annotated(compendium: Compendium, name: str) -> list[str]:
    return list(find(compendium, name).moas)


def show_job(job_id: str) -> None:
    """Uploaded profiles being read, or what the models say of them."""
    if st.button("New prediction"):
        del st.query_params[Key.JOB]
        st.rerun()
    if cache().has(cache().prediction(job_id)):
        prediction = load_prediction(job_id)
        if prediction.simulated:
            simulated_note()
        st.header(plain(prediction.label), anchor=False)
        sharing_popover(cache().prediction(job_id))
        show_prediction(prediction)
        return
    request = JobStore(cache()).get(job_id).request
    if not isinstance(request, PredictionRequest):
        raise RequestError("This link does not lead to a MOA prediction. Start a new one.")
    if finished_job(job_id):
        st.warning("This prediction was deleted. Ask again to see it.")
        if st.button("Ask again", type="primary"):
            start(request)


begin("MOA prediction")
job_or_form(show_job, ask)
