"""Chemical structures on screen, if the compendium has SMILES."""

import pandas as pd
import streamlit as st

from gpar_core import fields
from gpar_core.analyses.training.result import ModelSummary
from gpar_core.chemistry.similarity import ANALOGUE, beside_training
from gpar_core.chemistry.structures import picture, svg
from gpar_core.data.compendium import Compendium
from gpar_core.errors import GparError
from pages._shared.loaders import load_compendium

MAX_DRAWN = 100
"""Structures in one table: each is 10 to 30 kB."""

DRAWN_WIDTH = 320
ROW_HEIGHT = 64
TABLE_HEIGHT = 36 + 8 * ROW_HEIGHT
"""Points: of a drawing, of a row that shows one, and of a table of them."""


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
    drawn, most = st.columns([1, 2.4])
    draws = drawn.toggle(
        "Draw structures",
        value=True,
        key=f"structures-{key}",
        help=f"Draws the first {MAX_DRAWN} rows",
    )
    if structures["similarity"].isna().all():
        return draws, 1.0
    st.session_state.setdefault(f"similarity-{key}", 1.0)
    limit = most.slider(
        "Maximum similarity to the nearest training drug",
        0.0,
        1.0,
        step=0.05,
        key=f"similarity-{key}",
        help="Tanimoto similarity of Morgan fingerprints (radius 2, 2,048 bits). Above about "
        f"{ANALOGUE:.1f}, drugs are commonly analogs; lower the limit to see hits with new "
        "scaffolds. Similar structures can act differently, and different structures can act "
        "alike. Below 1, compounds without a structure are left out.",
    )
    return draws, limit


def with_structures(
    table: pd.DataFrame, ids: pd.Series, structures: pd.DataFrame, *, draw: bool
) -> pd.DataFrame:
    """Add the structure next to each drug, and its similarity after the links.

    ids: pert_id of the rows.
    """
    by_id = structures.set_index(fields.PERT_ID).reindex(ids)
    smiles = by_id[fields.SMILES].fillna("").tolist()
    nearest = by_id["nearest_drug"].fillna("").to_numpy()
    out = table.copy()
    if by_id["similarity"].notna().any():
        after = out.columns.get_loc("ilincs") + 1
        out.insert(after, "nearest_drug", nearest)
        out.insert(after, "similarity", by_id["similarity"].to_numpy())
    if draw:
        pictures = [picture(each) for each in smiles[:MAX_DRAWN]]
        out.insert(
            out.columns.get_loc("drug") + 1,
            "structure",
            pictures + [""] * (len(smiles) - len(pictures)),
        )
    return out


def structure_columns() -> dict[str, object]:
    """Labels and formats of these columns."""
    column = st.column_config
    return {
        "structure": column.ImageColumn("Structure", width=100),
        "similarity": column.ProgressColumn(
            "Similarity",
            format="%.2f",
            min_value=0,
            max_value=1,
            help="Tanimoto similarity to the nearest training drug, 0 to 1; 1 is the same "
            "fingerprint. It compares structures, not effects.",
        ),
        "nearest_drug": column.TextColumn(
            "Nearest training drug", help="The training drug with the most similar structure"
        ),
    }


def show_structure(smiles: str) -> None:
    """Draw one compound; nothing if it has no structure."""
    if drawn := svg(smiles, DRAWN_WIDTH, 160):
        st.image(drawn, width=DRAWN_WIDTH)
