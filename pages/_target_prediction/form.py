"""Choose a compound or profiles, or ask how often predictions are right."""

import streamlit as st

from gpar_core.analyses.target_prediction.library_evidence import library_of_targets
from gpar_core.analyses.target_prediction.plan import (
    missing_evidence,
    plan_target_evaluation,
    plan_target_prediction,
)
from gpar_core.data.compendium import Compendium
from gpar_core.data.uploads import publish_profiles
from pages._shared.error_box import error_box, plain
from pages._shared.examples import known_compounds, pick_or_example
from pages._shared.job_panel import start
from pages._shared.profile_form import OWN_PROFILES, choose_upload
from pages._shared.state import cache

COMPOUND, PROFILES, EVALUATION = (
    "Compound in the compendium", OWN_PROFILES, "How often is it right?",
)  # fmt: skip


def form(compendium: Compendium) -> None:
    """Say which evidence the compendium lacks, and queue what is asked."""
    library = library_of_targets(cache(), compendium)
    for what in missing_evidence(compendium, library):
        st.info(plain(what))
    way = st.segmented_control(
        "Predict targets of",
        (COMPOUND, PROFILES, EVALUATION),
        default=COMPOUND,
        required=True,
        key="target-way",
        persist_state="session",
    )
    with error_box():
        if way == COMPOUND:
            compound = pick_or_example(compendium, "target-of", known_compounds(compendium))
            if compound and st.button("Predict targets", type="primary"):
                start(plan_target_prediction(compendium, compound=compound, library=library))
        elif way == PROFILES:
            upload = choose_upload("targets")
            if upload is not None and st.button("Predict targets", type="primary"):
                profiles = upload.profiles()
                request = plan_target_prediction(
                    compendium, profiles=profiles, name=upload.label, library=library
                )
                publish_profiles(cache(), profiles)
                start(request)
        else:
            st.caption(
                "Ranks the genes for each compound with known targets, without using those, and "
                "counts how often one is among the first 10 and 50: by each line of evidence, by "
                "all together, by plain cosines, by GSEA, and by chance."
            )
            request = plan_target_evaluation(compendium, library=library)
            if st.button("Run evaluation", type="primary"):
                start(request)
