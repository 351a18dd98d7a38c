"""The form of a library: classes, method, and the number of models to train."""

import streamlit as st

from gpar_core.analyses.library import result as library
from gpar_core.analyses.library.plan import plan_library
from gpar_core.data.class_names import ALL, NOUNS
from gpar_core.data.compendium import Compendium
from pages._shared.class_choice import LABELS, choose_classes, choose_names
from pages._shared.error_box import error_box
from pages._shared.job_panel import start
from pages._shared.method_form import choose_cells, choose_method
from pages._shared.state import cache
from pages._shared.terms import explained


def show_form(compendium: Compendium) -> None:
    """Choose settings; show the planned training before the click."""
    left, right = st.columns([3, 2], gap="large")
    with left:
        min_drugs = st.number_input(
            "Minimum drugs per class",
            2,
            1000,
            library.MIN_DRUGS,
            help="With fewer drugs there is little to hold out, so the quality estimate is rough.",
            key="library-min-drugs",
            persist_state="session",
        )
        among = choose_classes(compendium, "library")
        noun = NOUNS[among]
        moas = choose_names(compendium, among, "library-moas", f"All {noun.many} with enough drugs")
        cells = choose_cells(compendium, "library-cells")
        method = choose_method("library", cells)
    with right, st.container(border=True), error_box():
        request = plan_library(compendium, method, moas=moas, among=among, min_drugs=int(min_drugs))
        n_trained = library.n_trained(cache(), compendium, request)
        st.metric(
            LABELS[among] if among != ALL else "Classes", len(request.moas), help=explained("class")
        )
        if too_few := len(moas) - len(request.moas) if moas else 0:
            st.caption(f"{too_few} of the chosen {noun.many} have fewer than {min_drugs} drugs.")
        missing = len(request.moas) - n_trained
        st.caption(
            f"{missing} model{'s' * (missing != 1)} to train; {n_trained} already trained, to be "
            "reused. You will see the time left once the first model is done."
        )
        if st.button("Build library", type="primary", width="stretch"):
            start(request)
