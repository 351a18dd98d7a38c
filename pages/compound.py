"""Compound: everything that is known of one drug, found by name or by its URL."""

import streamlit as st

from gpar_core import fields
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import match_drugs
from gpar_core.results.compound import find
from pages._shared.compound_view import show_compound
from pages._shared.error_box import error_box, plain
from pages._shared.frame import compendium_in_use
from pages._shared.navigation import begin
from pages._shared.state import Key, from_url


def choose(compendium: Compendium) -> None:
    """A drug by name, which the URL keeps."""
    drugs = compendium.compounds.drop_duplicates(fields.DRUG).sort_values(fields.DRUG)
    asked = from_url(Key.COMPOUND)
    found = match_drugs(compendium, [asked]).found
    name = st.selectbox(
        "Compound",
        drugs[fields.PERT_INAME],
        index=drugs[fields.DRUG].tolist().index(found[0]) if found else None,
        placeholder="Type a name",
        key=f"about-{compendium.name}",
    )
    if name:
        st.query_params[Key.COMPOUND] = name
    if name or asked:
        show_compound(find(compendium, name or asked), compendium)
    else:
        st.caption(f"{len(drugs):,} drugs have signatures in '{plain(compendium.name)}'.")


begin("Compound")
with error_box():
    if (in_use := compendium_in_use()) is not None:
        choose(in_use)
