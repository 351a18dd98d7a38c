"""Choose methods and classes to compare; show the planned comparison before it starts."""

import streamlit as st

from gpar_core.analyses.evaluation.plan import plan_evaluation
from gpar_core.compare.methods import METHODS, MIN_DRUGS, USUAL
from gpar_core.data.class_names import MOAS
from gpar_core.data.class_tables import class_table
from gpar_core.data.compendium import Compendium
from gpar_core.data.uploads import publish_table
from pages._evaluation.label_form import choose_labels
from pages._shared.error_box import error_box
from pages._shared.job_panel import start
from pages._shared.method_form import choose_cells, choose_method
from pages._shared.state import cache

ABOUT = "\n".join(f"- {each.label}: {each.about}. {each.reference}" for each in METHODS.values())


def form(compendium: Compendium) -> None:
    """Choose settings; show the planned comparison before the click."""
    left, right = st.columns([3, 2], gap="large")
    with left:
        among, labels, labelled = choose_labels(compendium)
        classes = st.multiselect(
            "Classes",
            class_table(labelled, among)["moa"],
            placeholder="All classes with enough drugs",
            key="evaluation-classes" if among == MOAS else f"evaluation-{among}",
            select_all=False,
            persist_state="session",
        )
        min_drugs = st.number_input(
            "Minimum drugs per class",
            2,
            1000,
            MIN_DRUGS,
            key="evaluation-min-drugs",
            persist_state="session",
        )
        methods = st.multiselect(
            "Methods",
            list(METHODS),
            USUAL,
            format_func=lambda name: METHODS[name].label,
            key="evaluation-methods",
            persist_state="session",
            help=ABOUT,
        )
        cells = choose_cells(compendium, "evaluation-cells")
        with st.expander("GPAR settings"):
            method = choose_method("evaluation", cells, networks_only=True)
    with right, st.container(border=True), error_box():
        request = plan_evaluation(
            compendium,
            method,
            classes=classes,
            among=among,
            methods=methods,
            min_drugs=int(min_drugs),
            labels=labels,
        )
        st.metric(
            "Classes",
            len(request.classes),
            help="MOAs, targets or labels with enough drugs; every method is tested on each",
        )
        st.caption(
            f"{len(request.methods)} methods on each. Finished parts are kept even if you cancel: "
            "starting again computes only the rest."
        )
        if st.button("Run evaluation", type="primary", width="stretch"):
            if labels is not None:
                publish_table(cache(), labels)
            start(request)
