"""MOA prediction: likely mechanisms of a compound or an uploaded profile."""

from functools import partial

import streamlit as st

from gpar_core.analyses.compound.result import find
from gpar_core.analyses.library.result import Library
from gpar_core.analyses.moa_prediction.request import PredictionRequest
from gpar_core.analyses.moa_prediction.result import Prediction
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import drug_name
from gpar_core.errors import RequestError
from gpar_core.jobs.store import JobStore
from pages._library.view import choose_library
from pages._moa_prediction.view import show_prediction
from pages._shared.error_box import error_box, plain
from pages._shared.examples import pick_or_example
from pages._shared.frame import job_or_form, simulated_note
from pages._shared.job_panel import finished_job, start
from pages._shared.loaders import load_libraries, load_prediction, predict
from pages._shared.navigation import begin
from pages._shared.profile_form import OWN_PROFILES, show_upload
from pages._shared.share import Shared, share_popover, share_request
from pages._shared.sharing import sharing_popover
from pages._shared.state import Key, cache, from_url, go
from pages._shared.tabs import tabs
from pages._target_prediction.likely_targets import likely_targets

N_EXAMPLES = 3
MAX_CHARACTERS = 80
WAYS = ("Compound in the compendium", OWN_PROFILES)


def ask(compendium: Compendium) -> None:
    """Choose a library, and the compound or profiles to predict MOAs for."""
    libraries = load_libraries(compendium)
    if not libraries:
        to_library("This compendium has no library yet. MOA prediction needs the models of one.")
        return
    library = choose_library(libraries)
    if stale := library.why_stale(compendium.fingerprint):
        to_library(stale)
        return
    if not library.asked:
        to_library("No model of this library reaches a mean AUROC of 0.60 yet, so none is used.")
        return
    way = st.segmented_control(
        f"Predict {library.noun.many} of",
        WAYS,
        default=WAYS[0],
        required=True,
        key=Key.WAY,
        bind="query-params",
    )
    with error_box():
        if way == WAYS[0]:
            ask_compound(library, compendium)
        else:
            show_upload(library)
    st.caption(
        f"GPAR uses the models of {len(library.asked)} of the "
        f"{library.noun.counted(len(library.entries))}: those with a mean AUROC of "
        "0.60 or more, the paper's threshold. The Library page shows the "
        "verdict on each model."
    )


def to_library(why: str) -> None:
    st.info(plain(why))
    if st.button("Open Library", type="primary"):
        go("library")


def ask_compound(library: Library, compendium: Compendium) -> None:
    """Choose a compound, kept in the URL, and show its prediction; an example until then."""
    compound = pick_or_example(compendium, "compound-of", examples(library, compendium))
    prediction = predict(library, compendium, compound)

    def moas() -> None:
        if from_url(Key.COMPOUND):
            _share(prediction, compound)
        show_prediction(prediction, annotated(compendium, prediction.label))

    tabs({"MOAs": moas, "Likely targets": partial(likely_targets, compendium, compound)}, Key.ABOUT)


def examples(library: Library, compendium: Compendium) -> list[str]:
    """A drug of each of the classes that the library learned best."""
    best = sorted(library.asked, key=lambda entry: -entry.summary.metrics.mean_auroc)
    drugs = dict.fromkeys(entry.summary.drugs[0] for entry in best)
    return [drug_name(compendium, drug) for drug in list(drugs)[:N_EXAMPLES]]


def _share(prediction: Prediction, compound: str) -> None:
    def shared() -> Shared:
        from gpar_core.report.calls import prediction_call  # noqa: PLC0415 -- only when it opens

        call = prediction_call(prediction.compendium, prediction.library_id, compound)
        return Shared(call, prediction.compendium)

    share_popover(f"{prediction.library_id}-{compound}", shared)


def annotated(compendium: Compendium, name: str) -> list[str]:
    return list(find(compendium, name).classes)


def show_job(job_id: str) -> None:
    """Show a running prediction for uploaded profiles, or its result."""
    if st.button("New prediction"):
        del st.query_params[Key.JOB]
        st.rerun()
    if cache().has(cache().prediction(job_id)):
        prediction = load_prediction(job_id)
        if prediction.simulated:
            simulated_note()
        st.header(plain(prediction.label), anchor=False)
        with st.container(horizontal=True):
            share_request(job_id, None, prediction.compendium)
            sharing_popover(cache().prediction(job_id))
        show_prediction(prediction)
        return
    request = JobStore(cache()).get(job_id).request
    if not isinstance(request, PredictionRequest):
        raise RequestError("This link does not open a MOA prediction. Start a new one.")
    if finished_job(job_id):
        st.warning("This prediction was deleted. Run it again to see it.")
        if st.button("Run again", type="primary"):
            start(request)


compound = from_url(Key.COMPOUND)[:MAX_CHARACTERS]
begin(plain(f"MOA prediction for {compound}" if compound else "MOA prediction"))
job_or_form(show_job, ask)
