"""A case study of a profile on screen: a library, an upload, and the MOA beside the paper's."""

import streamlit as st

from gpar_core.analyses.library.result import Library
from gpar_core.analyses.moa_prediction.plan import plan_prediction
from gpar_core.analyses.moa_prediction.result import Prediction
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import match_drugs
from gpar_core.data.uploads import publish_profiles
from gpar_core.jobs import engine
from gpar_core.profile_cases import ProfileCase, findings
from gpar_core.storage.requests import job_id
from pages._library.view import choose_library
from pages._shared.error_box import plain
from pages._shared.job_panel import finished_job
from pages._shared.loaders import load_libraries, load_prediction, predict
from pages._shared.profile_form import choose_upload
from pages._shared.state import Key, cache, go
from pages._shared.tables import savable


def show_profile_case(study: ProfileCase, compendium: Compendium) -> None:
    """Show the story, and the prediction of the compound's own signatures or of an upload."""
    st.header(study.title, anchor=False)
    st.markdown(plain(study.story))
    usable = [
        each
        for each in load_libraries(compendium)
        if each.asked and not each.why_stale(compendium.fingerprint)
    ]
    if not usable:
        st.info("This needs a library: a model for each MOA of the compendium.")
        if st.button("Open Library", type="primary"):
            go("library")
        return
    if compendium.simulated:
        st.caption("The compendium in use is simulated: no laboratory's profile resembles it.")
    library = choose_library(usable)
    if match_drugs(compendium, [study.drug]).found:
        st.caption(f"'{plain(compendium.name)}' has signatures of {plain(study.drug)}.")
        _beside_the_paper(study, predict(library, compendium, study.drug))
    st.caption(plain(f"Upload a profile: {study.source}."))
    _of_upload(study, library)


def _of_upload(study: ProfileCase, library: Library) -> None:
    upload = choose_upload("case")
    if upload is None:
        return
    profiles = upload.profiles()
    request = plan_prediction(library, profiles, upload.label)
    if cache().has(cache().prediction(job_id(request))):
        _beside_the_paper(study, load_prediction(job_id(request)))
        st.page_link(
            "pages/moa_prediction.py",
            label="Open the whole prediction",
            query_params={Key.JOB.value: job_id(request)},
        )
    elif st.session_state.get("case-asked") == job_id(request):
        if finished_job(job_id(request)):
            st.rerun()
    elif st.button("Run case study", type="primary"):
        publish_profiles(cache(), profiles)
        st.session_state["case-asked"] = engine.submit(cache(), request).id
        st.rerun()


def _beside_the_paper(study: ProfileCase, prediction: Prediction) -> None:
    st.dataframe(
        savable(findings(study, prediction), simulated=prediction.simulated),
        hide_index=True,
        column_config={"question": "", "paper": "Gao et al. 2021", "here": "Here"},
        placeholder="—",
    )
    st.caption(
        "MOAs are ordered by their evidence over compounds without the MOA. A library without this "
        "MOA cannot find it."
    )
