"""Case studies: run the paper's examples and compare them with its figures."""

import streamlit as st

from gpar_core.case_studies import CASES, CaseStudy, Plan, case
from gpar_core.data.compendium import Compendium
from gpar_core.data.uploads import publish_table
from gpar_core.jobs import engine
from pages._case_studies.view import MODELS, plan_once, result, show_job, under_way, unfinished
from pages._shared.error_box import error_box, plain
from pages._shared.frame import compendium_in_use
from pages._shared.navigation import begin
from pages._shared.state import Key, cache


def show(compendium: Compendium) -> None:
    """Show the story, the drugs that the compendium has, and the run or its result."""
    titles = [each.title for each in CASES]
    study = case(st.selectbox("Case study", titles, key=Key.CASE, bind="query-params"))
    st.header(study.title, anchor=False)
    st.markdown(plain(study.story))
    preset = st.segmented_control(
        "Model",
        list(MODELS),
        default="fast",
        required=True,
        format_func=MODELS.get,
        key="case-network",
    )
    with error_box():
        planned = plan_once(study, compendium, preset)
        _what_is_there(planned, compendium)
        missing = unfinished(planned)
        if not missing:
            result(study, planned, compendium)
            if preset == "fast":
                st.caption(
                    "The figures in the column Here come from the preset 'fast', not from the "
                    "paper's network. To train the network too, choose it above."
                )
        elif request := under_way(missing):
            show_job(request, planned, simulated=compendium.simulated)
        else:
            _offer(study, planned)


def _what_is_there(planned: Plan, compendium: Compendium) -> None:
    if planned.missing:
        names = ", ".join(planned.missing)
        st.info(plain(f"Not in '{compendium.name}': {names}. The others are used."))
    for note in planned.notes:
        st.caption(plain(note))


def _offer(study: CaseStudy, planned: Plan) -> None:
    st.caption(" · ".join(plain(request.title) for request in planned.requests))
    if st.button("Run case study", type="primary", key=f"run-{study.title}"):
        if planned.labels is not None:
            publish_table(cache(), planned.labels)
        for request in planned.requests:
            engine.submit(cache(), request)
        st.rerun()


begin("Case studies")
st.markdown(
    "Run the examples of [Gao et al. 2021](https://doi.org/10.1186/s12859-020-03915-6) on the "
    "compendium in use with **one click**. The figures depend on the compendium: the paper used "
    "GSE92742 with its own annotation."
)
with error_box():
    if (in_use := compendium_in_use()) is not None:
        show(in_use)
