"""What is to be laid out, and how."""

import streamlit as st

from gpar_core.data.compendium import Compendium
from gpar_core.maps import METHODS
from gpar_core.maps.selection import selected_rows
from gpar_core.model import ModelSummary
from gpar_core.planning_analyses import plan_map
from pages._shared.error_box import error_box
from pages._shared.job_panel import start
from pages._shared.loaders import load_summaries
from pages._shared.method_form import choose_cells
from pages._shared.state import Key, from_url

LARGE = 50_000
"""From so many signatures on a map takes minutes."""


def form(compendium: Compendium) -> None:
    """Settings, and how many signatures would be laid out shown before the click."""
    left, right = st.columns([3, 2], gap="large")
    with left:
        method = st.segmented_control(
            "Map",
            list(METHODS),
            default=next(iter(METHODS)),
            required=True,
            format_func=lambda name: METHODS[name].label,
            key="map-method",
            persist_state="session",
        )
        st.caption(f"{METHODS[method].label}: {METHODS[method].about}.")
        cells = choose_cells(compendium, "map-cells")
        moas = st.multiselect(
            "MOAs",
            compendium.moas["moa"],
            placeholder="All signatures, also those without a MOA",
            key="map-moas",
            persist_state="session",
        )
        representatives = st.toggle(
            "One signature per compound and cell line",
            help="The one most like the compound's other signatures in that cell line.",
            key="map-representatives",
            persist_state="session",
        )
        with st.expander("Neighbours and seed"):
            model = choose_space(compendium)
            seed = st.number_input("Seed", 0, 2**31 - 1, 0, key="map-seed", persist_state="session")
    with right, st.container(border=True), error_box():
        request = plan_map(
            compendium,
            method=method,
            cells=cells,
            moas=moas,
            representatives=representatives,
            model=model,
            seed=int(seed),
        )
        n = len(
            selected_rows(
                compendium,
                cells=request.cells,
                moas=request.moas,
                representatives=request.representatives,
            )
        )
        st.metric("Signatures", f"{n:,}")
        st.caption(
            "This takes minutes; the page may be closed meanwhile."
            if n >= LARGE
            else "The page may be closed meanwhile."
        )
        if from_url(Key.MODEL):
            st.caption("The drugs of the model that you came from will be in colour.")
        if st.button("Lay out", type="primary", width="stretch"):
            start(request)


def choose_space(compendium: Compendium) -> ModelSummary | None:
    """The model in whose last hidden layer neighbours are looked for, None for z-scores."""
    summaries = {
        each.model_id: each
        for each in load_summaries()[0]
        if each.fingerprint == compendium.fingerprint
    }
    chosen = st.selectbox(
        "Neighbours are looked for in",
        list(summaries),
        index=None,
        format_func=lambda model_id: f"the last hidden layer of {summaries[model_id].label}",
        placeholder="The z-scores of all 978 genes",
        help="A network pulls together what it learned to be alike. How far that holds for drugs "
        "that it did not see is measured with the map.",
        key="map-space",
        persist_state="session",
    )
    return summaries.get(chosen)
