"""A map of the compendium, colored by the connectivity of each signature."""

import streamlit as st

from gpar_core import fields
from gpar_core.analyses.result import Analysis
from pages._map.finished import maps_of
from pages._map.view import draw_with_scores
from pages._shared.loaders import load_analysis
from pages._shared.point_map.component import Group
from pages._shared.state import go
from pages._signature_search.compounds import compared_key
from pages._signature_search.hits.rows import asked


def show_map(done: Analysis) -> None:
    """Choose one of the maps of the compendium and show it; offer to build one if there is none."""
    request = asked(done)
    maps = {
        each.analysis_id: each
        for each in maps_of(done.compendium, request.fingerprint, request.against)
    }
    if not maps:
        of = f" of {request.nouns}" if request.among else ""
        st.info(f"This compendium has no map{of} yet. Build one to see it colored by connectivity.")
        if st.button("Open Map", type="primary"):
            go("map", compendium=done.compendium)
        return
    chosen = st.selectbox(
        "Map",
        list(maps),
        format_func=lambda each: f"{maps[each].request.title} · {maps[each].created_at[:10]}",
        key="search-map",
    )
    others = (
        f" Gray ones are not of {request.nouns}."
        if len(maps[chosen].request.perturbagens) > 1
        else ""
    )
    st.caption(f"Orange signatures mimic the query, blue ones reverse it.{others}")
    scores = done.tables["signatures"]["connectivity"].to_numpy()
    draw_with_scores(
        done.identity, scores, "Connectivity", load_analysis(chosen), _compared(done),
        request.against,
    )  # fmt: skip


def _compared(done: Analysis) -> tuple[Group, ...]:
    """Those that are compared, over the others."""
    names = st.session_state.get(compared_key(done), [])
    compounds = done.tables["compounds"]
    drugs = tuple(compounds.loc[compounds[fields.PERT_INAME].isin(names), fields.DRUG])
    return (Group("Compared", "yellow", drugs),) if drugs else ()
