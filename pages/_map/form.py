"""The form of a map: signatures and method."""

import pandas as pd
import streamlit as st

from gpar_core.analyses.map.coordinates import MAX_BYTES, placed
from gpar_core.analyses.map.plan import plan_map
from gpar_core.analyses.map.selection import selected_rows
from gpar_core.analyses.training.result import ModelSummary
from gpar_core.data.class_names import NOUNS
from gpar_core.data.compendium import Compendium
from gpar_core.data.kind_names import heading
from gpar_core.data.pert_types import COMPOUNDS
from gpar_core.data.uploads import publish_table
from gpar_core.errors import GparError
from gpar_core.learn.presets import LINEAR, PRESETS
from gpar_core.maps import FROM_FILE, MAPS
from gpar_core.reading.uploads import PLACES
from pages._shared.class_choice import choose_classes, choose_names
from pages._shared.error_box import error_box, plain
from pages._shared.job_panel import start
from pages._shared.loaders import load_summaries
from pages._shared.method_form import choose_cells
from pages._shared.model_names import names_of
from pages._shared.state import Key, cache, from_url
from pages._shared.terms import explained
from pages._shared.uploads import read

LARGE = 50_000
"""A map of at least this many signatures takes minutes."""


def form(compendium: Compendium) -> None:
    """Choose settings; show the number of signatures on the map before the click."""
    left, right = st.columns([3, 2], gap="large")
    with left:
        method = st.segmented_control(
            "Map",
            list(MAPS),
            default=next(iter(MAPS)),
            required=True,
            format_func=lambda name: MAPS[name].label,
            key="map-method",
            persist_state="session",
        )
        st.caption(f"{MAPS[method].label}: {MAPS[method].about}.")
        coordinates = _upload_places(compendium) if method == FROM_FILE else None
        kinds = _choose_kinds(compendium)
        shown = compendium.of_kinds(kinds)
        noun = "compound" if kinds == COMPOUNDS else "perturbagen"
        cells = choose_cells(shown, "map-cells")
        among = choose_classes(compendium, "map")
        placeholder = f"All signatures, including those without a {NOUNS[among].one}"
        moas = choose_names(compendium, among, "map-moas", placeholder)
        representatives = st.toggle(
            f"One signature per {noun} and cell line",
            help=explained("representative"),
            key="map-representatives",
            persist_state="session",
        )
        model, seed = None, 0
        if method != FROM_FILE:
            with st.expander("Neighbors and seed"):
                model = choose_space(compendium)
                seed = st.number_input(
                    "Seed", 0, 2**31 - 1, 0, key="map-seed", persist_state="session"
                )
    with right, st.container(border=True), error_box():
        if method == FROM_FILE and coordinates is None:
            st.caption("Upload a table of sig_id, x and y to continue.")
            return
        request = plan_map(
            compendium,
            method=method,
            cells=cells,
            moas=moas,
            representatives=representatives,
            model=model,
            coordinates=coordinates,
            seed=int(seed),
            perturbagens=kinds,
        )
        n = len(
            selected_rows(
                shown,
                cells=request.cells,
                moas=request.moas,
                representatives=request.representatives,
            )
        )
        st.metric("Signatures", f"{n:,}", help=explained("signature"))
        st.caption(
            "This takes minutes. You can close this page; the job keeps running."
            if n >= LARGE
            else "You can close this page; the job keeps running."
        )
        if from_url(Key.MODEL):
            st.caption("The map will show the drugs of the model that you came from in color.")
        if st.button("Build map", type="primary", width="stretch"):
            if coordinates is not None:
                publish_table(cache(), coordinates)
            start(request)


def _choose_kinds(compendium: Compendium) -> tuple[str, ...]:
    """Choose what to show; compounds where there is nothing else, or nothing is chosen."""
    kinds = compendium.stored_kinds
    if len(kinds) == 1:
        return compendium.kinds
    chosen = st.multiselect(
        "Perturbagens",
        kinds,
        default=compendium.kinds,
        format_func=heading,
        key=f"map-kinds-{compendium.name}",
        persist_state="session",
        help="Compounds, and genes that were changed: a knock-down near a compound may be its "
        "target. Colored by MOA, changed genes have a color for each kind.",
    )
    return tuple(kind for kind in kinds if kind in chosen) or compendium.kinds


def _upload_places(compendium: Compendium) -> pd.DataFrame | None:
    """Return coordinates from a file and show how many match; None until there is a file."""
    upload = st.file_uploader(
        "Coordinates: a CSV or TSV with the columns sig_id, x and y",
        ["csv", "tsv", "txt"],
        key="map-places",
        max_upload_size=MAX_BYTES // 2**20,
    )
    if upload is None:
        return None
    try:
        coordinates = read(PLACES, upload)
        found = placed(compendium, coordinates)
    except GparError as error:
        st.error(plain(str(error)))
        return None
    st.markdown(
        f"**{len(found.points):,}** of {len(coordinates):,} signatures are in this compendium"
    )
    if found.unknown:
        names = ", ".join(found.unknown[:5]) + (", …" if len(found.unknown) > 5 else "")
        st.caption(plain(f"Not in '{compendium.name}': {names[:300]}"))
    return coordinates


def choose_space(compendium: Compendium) -> ModelSummary | None:
    """Choose the model whose last hidden layer defines neighbors, None for z-scores."""
    summaries = {
        each.model_id: each
        for each in load_summaries()[0]
        if each.fingerprint == compendium.fingerprint and PRESETS.get(each.preset) != LINEAR
    }
    names = names_of(summaries.values())
    chosen = st.selectbox(
        "Find neighbors in",
        list(summaries),
        index=None,
        format_func=lambda model_id: f"the space of the model of {names[model_id]}",
        placeholder="The z-scores of all 978 genes",
        help="A model pulls together signatures that it learned to see as similar. With the map, "
        "GPAR measures how far that holds for drugs that the model did not see.",
        key="map-space",
        persist_state="session",
    )
    return summaries.get(chosen)
