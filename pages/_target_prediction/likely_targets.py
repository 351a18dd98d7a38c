"""The likely targets of a compound on other pages."""

import streamlit as st

from gpar_core.analyses.target_prediction.library_evidence import library_of_targets
from gpar_core.analyses.target_prediction.plan import plan_target_prediction
from gpar_core.data.compendium import Compendium
from gpar_core.errors import RequestError
from gpar_core.jobs import engine
from gpar_core.storage.requests import job_id
from pages._shared.error_box import plain
from pages._shared.loaders import load_analysis
from pages._shared.state import Key, cache, go
from pages._target_prediction.view import draw


def likely_targets(compendium: Compendium, compound: str) -> None:
    """Show the result if it is there, else a button that computes it on its own page."""
    try:
        request = plan_target_prediction(
            compendium, compound=compound, library=library_of_targets(cache(), compendium)
        )
    except RequestError as error:
        st.info(plain(str(error)))
        return
    name = job_id(request)
    if name in cache().analysis_ids():
        draw(load_analysis(name))
        return
    st.caption(
        "Genes whose loss the compound resembles, targets by models, and targets of the nearest "
        "drugs. This takes seconds; the first time in a compendium, up to minutes."
    )
    if st.button("Predict targets", type="primary", key=f"targets-of-{name}"):
        engine.submit(cache(), request)
        go("target_prediction", **{Key.JOB.value: name, Key.COMPENDIUM.value: compendium.name})
