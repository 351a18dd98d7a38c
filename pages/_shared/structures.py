"""Chemical structures on screen, if the compendium has SMILES."""

import pandas as pd
import streamlit as st

from gpar_core.analyses.training.result import ModelSummary
from gpar_core.chemistry.similarity import ANALOGUE, beside_training
from gpar_core.chemistry.structures import svg
from gpar_core.data.compendium import Compendium
from gpar_core.errors import GparError
from pages._shared.loaders import load_compendium

DRAWN_WIDTH = 320
"""Of a drawing, in pixels."""


def load_structures(summary: ModelSummary) -> pd.DataFrame | None:
    """Structures of the compendium compared with a model's training drugs, as `beside_training`.

    None if there are none or the compendium has changed since.
    """
    try:
        compendium = load_compendium(summary.compendium)
    except GparError:
        return None
    if compendium.fingerprint != summary.fingerprint:
        return None
    found = _beside(compendium.fingerprint, summary.drugs, compendium)
    return None if found.empty else found


@st.cache_resource(max_entries=64, show_spinner="Comparing structures")
def _beside(fingerprint: str, drugs: tuple[str, ...], _data: Compendium) -> pd.DataFrame:
    return beside_training(_data.drugs, drugs)


def choose_similarity(structures: pd.DataFrame, key: str) -> tuple[bool, float]:
    """Choose whether to draw structures, and the maximum similarity to a training drug."""
    drawn, most = st.columns([1, 1.4], vertical_alignment="bottom")
    draws = drawn.toggle("Draw structures", value=True, key=f"structures-{key}")
    if structures["similarity"].isna().all():
        return draws, 1.0
    limit = most.slider(
        "Maximum similarity",
        0.0,
        1.0,
        value=1.0,
        step=0.05,
        key=f"similarity-{key}",
        help="To the nearest training drug: Tanimoto similarity of Morgan fingerprints (radius 2, "
        "2,048 bits). Above about "
        f"{ANALOGUE:.1f}, drugs are commonly analogs; lower the limit to see hits with new "
        "scaffolds. Similar structures can act differently, and different structures can act "
        "alike. Below 1, compounds without a structure are left out.",
    )
    return draws, limit


def show_structure(name: str, smiles: str) -> None:
    """Draw the compound of this name; nothing if it has no structure."""
    if drawn := svg(smiles, DRAWN_WIDTH, 160):
        st.image(drawn, width=DRAWN_WIDTH, alt=f"Structure of {name}")
