"""Case studies: run the paper's examples and compare them with its figures."""

import streamlit as st

from gpar_core.case_studies import CASES, CaseStudy, Plan, case
from gpar_core.data.compendium import Compendium
from gpar_core.data.uploads import publish_table
from gpar_core.jobs import engine
from gpar_core.learn.presets import PAPER
from gpar_core.profile_cases import PROFILE_CASES
from pages._case_studies.profile_view import show_profile_case
from pages._case_studies.view import (
    FAST,
    MODELS,
    plan_once,
    result,
    show_job,
    under_way,
    unfinished,
)
from pages._shared.error_box import error_box, plain
from pages._shared.frame import compendium_in_use
from pages._shared.navigation import begin
from pages._shared.state import Key, cache


def show(compendium: Compendium) -> None:
    """Show the chosen case study."""
    titles = [each.title for each in (*CASES, *PROFILE_CASES)]
    title = st.selectbox("Case study", titles, key=Key.CASE, bind="query-params")
    for study in PROFILE_CASES:
        if study.title == title:
            show_profile_case(study, compendium)
            return
    show_case(case(title), compendium)


def show_case(study: CaseStudy, compendium: Compendium) -> None:
    """Show the story, the drugs that the compendium has, and the results or how to get them."""
    st.header(study.title, anchor=False)
    st.markdown(plain(study.story))
    planned = {preset: plan_once(study, compendium, preset) for preset in MODELS}
    missing = {preset: unfinished(each) for preset, each in planned.items()}
    _what_is_there(planned[FAST], compendium)
    done = {preset: each for preset, each in planned.items() if not missing[preset]}
    if done:
        result(study, done, compendium)
    for preset, requests in missing.items():
        if request := under_way(requests):
            show_job(request, planned[preset], simulated=compendium.simulated)
            return
    for preset, requests in missing.items():
        if requests:
            _offer(study, preset, planned[preset])


def _what_is_there(planned: Plan, compendium: Compendium) -> None:
    if planned.missing:
        names = ", ".join(planned.missing)
        st.info(plain(f"Not in '{compendium.name}': {names}. The others are used."))
    for note in planned.notes:
        st.caption(plain(note))


def _offer(study: CaseStudy, preset: str, planned: Plan) -> None:
    is_paper = preset == PAPER
    if not is_paper:
        st.caption(" · ".join(plain(request.title) for request in planned.requests))
    if st.button(
        "Run with the paper's network" if is_paper else "Run case study",
        type="secondary" if is_paper else "primary",
        help=f"{MODELS[preset]}. The figures of both models stand side by side.",
        key=f"run-{preset}-{study.title}",
    ):
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
