"""One gene on screen: its names and links, then a tab for each question."""

from functools import partial

import streamlit as st

from gpar_core import fields, links
from gpar_core.analyses.gene.identity import Gene
from gpar_core.data.compendium import Compendium
from pages._gene.classes import show_classes
from pages._gene.distribution import show_distribution
from pages._gene.models import show_models
from pages._gene.movers import show_movers
from pages._gene.perturbations import show_perturbations
from pages._gene.targets import show_targets
from pages._shared.class_choice import MOAS_AND_TARGETS
from pages._shared.error_box import plain
from pages._shared.navigation import name_page
from pages._shared.share import Shared, share_popover
from pages._shared.tabs import tabs

MAX_NAMES = 8

TABS = {
    "What moves it": show_movers,
    "Distribution": show_distribution,
    MOAS_AND_TARGETS: show_classes,
    "Drugs that target it": show_targets,
    "Perturbations": show_perturbations,
    "Models": show_models,
}
UNMEASURED = {"Drugs that target it": show_targets, "Perturbations": show_perturbations}


def show_gene(gene: Gene, compendium: Compendium) -> None:
    """Show the gene's names and links, then a tab for each question; only the open one is drawn."""
    _who(gene, compendium)
    if not gene.is_measured:
        st.info(
            f"L1000 does not measure {plain(gene.symbol)}: it is none of the "
            f"{fields.N_LANDMARKS} landmark genes. This page shows drugs that target it and its "
            "perturbations, but not what moves it."
        )
    draws = TABS if gene.is_measured else UNMEASURED
    tabs({name: partial(draw, gene, compendium) for name, draw in draws.items()})


def _who(gene: Gene, compendium: Compendium) -> None:
    name_page(plain(gene.symbol))
    ids = []
    if gene.today:
        ids.append(f"now named {gene.today}")
    if gene.is_measured:
        ids += [f"Entrez id {gene.entrez_id}", gene.ensembl_id]
    others = [name for name in gene.names if name != gene.today][:MAX_NAMES]
    if others:
        ids.append(f"also {', '.join(others)}")
    if ids:
        st.caption(plain(" · ".join(filter(None, ids))))
    outward = links.gene_pages(
        gene.current_symbol, entrez_id=gene.entrez_id, ensembl_id=gene.ensembl_id
    )
    with st.container(horizontal=True):
        for name, address in outward.items():
            st.link_button(name, address)
        _share(gene, compendium)


def _share(gene: Gene, compendium: Compendium) -> None:
    def shared() -> Shared:
        from gpar_core.report.calls import gene_call  # noqa: PLC0415 -- only when it opens

        return Shared(gene_call(compendium.name, gene.symbol), compendium.name)

    share_popover(f"{gene.symbol}-{compendium.fingerprint}", shared)
