"""Compound: everything known about one drug, found by name or by URL."""

import streamlit as st

from gpar_core.analyses.compound.result import find
from gpar_core.data.compendium import Compendium
from pages._compound.view import show_compound
from pages._shared.error_box import error_box, plain
from pages._shared.examples import known_compounds, pick_or_example
from pages._shared.frame import compendium_in_use
from pages._shared.navigation import begin


def choose(compendium: Compendium) -> None:
    """Choose a drug and show its page; a well-known one until then."""
    if name := pick_or_example(compendium, "about", known_compounds(compendium)):
        show_compound(find(compendium, name), compendium)
    else:
        n_drugs = compendium.n_drugs
        st.caption(f"{n_drugs:,} drugs have signatures in '{plain(compendium.name)}'.")


begin("Compound")
with error_box():
    if (in_use := compendium_in_use()) is not None:
        choose(in_use)
