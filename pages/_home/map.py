"""The map of the compendium in use: the newest one, the job that builds it, or a button."""

import streamlit as st

from gpar_core.analyses.map.request import MapRequest
from gpar_core.analyses.method import DrugSet
from gpar_core.data.compendium import Compendium
from gpar_core.fields import COMPOUND_PERT_TYPE
from gpar_core.jobs import engine
from gpar_core.jobs.store import JobStore
from pages._map.view import draw_to_find_drugs
from pages._shared.error_box import error_box, plain
from pages._shared.job_panel import finished_job
from pages._shared.loaders import load_analyses, load_analysis
from pages._shared.state import Key, cache, go
from pages._shared.terms import explained


def show_map(compendium: Compendium) -> None:
    """Show the map with its search box, and links to the drug found on it. Raises GparError."""
    maps = [
        each
        for each in load_analyses(MapRequest, compendium.name)
        if _shows(each.request, compendium)
    ]
    if maps:
        _show(maps[0].analysis_id, compendium)
        return
    under_way = [job for job in JobStore(cache()).active_jobs() if _shows(job.request, compendium)]
    if under_way:
        st.markdown("The map of this compendium will be here as soon as it is built.")
        if finished_job(under_way[0].id):
            st.rerun()
        return
    with st.container(border=True):
        st.markdown(
            f"**A map shows which of the {compendium.n_signatures:,} signatures are alike.** Find "
            "drugs on it, and see which others are near."
        )
        st.button("Build map", type="primary", on_click=_build, args=(compendium,))
        st.caption("You can go on meanwhile; the map appears here.")


def _shows(request: object, compendium: Compendium) -> bool:
    """Whether it is a request for a map of the compendium as it is now."""
    return isinstance(request, MapRequest) and request.fingerprint == compendium.fingerprint


def _show(analysis_id: str, compendium: Compendium) -> None:
    done = load_analysis(analysis_id)
    drug = draw_to_find_drugs(done)
    st.caption(plain(done.request.title), help=explained("map"))
    with st.container(horizontal=True, vertical_alignment="center"):
        if drug and getattr(done.request, "perturbagens", ()) == (COMPOUND_PERT_TYPE,):
            settings = "Trains with the standard settings; Drug prediction has others"
            if st.button(f"Train on {plain(drug)}", type="primary", help=settings):
                _train(compendium, drug)
            of_drug = {Key.COMPOUND.value: drug}
            neighbors = {**of_drug, Key.ABOUT.value: "Neighbors"}
            st.page_link("pages/compound.py", label=f"Open {plain(drug)}", query_params=of_drug)
            st.page_link(
                "pages/compound.py", label=f"Neighbors of {plain(drug)}", query_params=neighbors
            )
        st.page_link(
            "pages/map.py",
            label="Open map",
            query_params={Key.JOB.value: analysis_id, **({Key.DRUG.value: drug} if drug else {})},
        )


def _train(compendium: Compendium, drug: str) -> None:
    """Queue a training on one drug and show it."""
    # Imported late, as below.
    from gpar_core.analyses.training.plan import plan_training  # noqa: PLC0415

    request, _ = plan_training(compendium, DrugSet(drugs=(drug,)))
    go("drug_prediction", **{Key.JOB.value: engine.submit(cache(), request).id})


@error_box()
def _build(compendium: Compendium) -> None:
    # Imported late: it loads classifiers, which Home does not need.
    from gpar_core.analyses.map.plan import plan_map  # noqa: PLC0415

    engine.submit(cache(), plan_map(compendium))
