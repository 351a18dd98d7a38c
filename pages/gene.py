"""Gene: everything known about one gene, found by any of its names or by URL."""

import streamlit as st

from gpar_core import fields
from gpar_core.analyses.gene.identity import find_gene
from gpar_core.data.compendium import Compendium
from pages._gene.picker import example_gene, pick_gene
from pages._gene.view import show_gene
from pages._shared.error_box import error_box
from pages._shared.frame import compendium_in_use
from pages._shared.navigation import begin


def choose(compendium: Compendium) -> None:
    """Choose a gene and show its page; a well-known one until then."""
    if name := pick_gene(compendium) or example_gene(compendium):
        show_gene(find_gene(compendium, name), compendium)
    else:
        st.caption(
            f"Choose one of the {fields.N_LANDMARKS} landmark genes to see what moves it, or a "
            "gene that drugs target."
        )


begin("Gene")
with error_box():
    if (in_use := compendium_in_use()) is not None:
        choose(in_use)
