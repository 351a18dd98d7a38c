"""Choose a compound, in all cell lines or in one, or a signature of the compendium."""

from typing import Any

import streamlit as st

from gpar_core import fields
from gpar_core.analyses.signature_search.plan import plan_compound_search, plan_signature_search
from gpar_core.analyses.signature_search.request import SearchRequest
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import known_drugs
from gpar_core.search.query import TOP_GENES
from gpar_core.search.scores import SCORES
from pages._shared.error_box import plain
from pages._signature_search.query_plan import Plan, Planned

ALL_LINES = "All cell lines"


def compound_query(compendium: Compendium, score: str) -> Plan | str:
    """Ask for a compound."""
    names = compendium.drugs[fields.PERT_INAME].sort_values(key=lambda name: name.str.casefold())
    compound = st.selectbox(
        "Compound",
        names,
        None,
        placeholder="Type the start of a name",
        filter_mode="prefix",
        key="search-compound",
        persist_state="session",
    )
    if not compound:
        return "Choose a compound to search with its signature."
    (drug,) = known_drugs(compendium, [compound])
    own = compendium.signatures[fields.DRUG] == drug
    lines = sorted(set(compendium.signatures.loc[own, fields.CELL_ID]))
    cell = st.selectbox(
        "Cell line",
        [ALL_LINES, *lines],
        key=f"search-cell-{drug}",
        help="All cell lines: the mean of its representative signatures, one per cell line",
    )
    genes = n_genes()
    return lambda: _described(
        plan_compound_search(
            compendium, compound, cell="" if cell == ALL_LINES else cell, genes=genes, score=score
        )
    )


def signature_query(compendium: Compendium, score: str) -> Plan | str:
    """Ask for a signature by its id."""
    sig_id = st.text_input(
        "Signature",
        max_chars=200,
        placeholder="An id, such as " + str(compendium.signatures[fields.SIG_ID].iloc[0]),
        key="search-signature",
        persist_state="session",
        help="The pages Compound and Gene list ids of signatures.",
    )
    genes = n_genes()
    if not sig_id.strip():
        return "Enter the id of a signature to search with it."
    return lambda: _described(
        plan_signature_search(compendium, sig_id.strip(), genes=genes, score=score)
    )


def n_genes() -> int:
    """Ask how many genes of a profile are its lists."""
    genes: Any = st.number_input(
        "Genes in each list",
        1,
        400,
        TOP_GENES,
        help="How many of its most up-regulated and of its most down-regulated genes make up the "
        "query. GPAR's space and the correlations compare the values of all genes instead.",
        key="search-genes",
        persist_state="session",
    )
    return int(genes)


def _described(request: SearchRequest) -> Planned:
    st.caption(of_ends(plain(request.name), request.genes, request.score))
    return Planned(request)


def of_ends(name: str, genes: int, score: str) -> str:
    """What the query is. name: of a compound, a signature or a profile."""
    lists = f"the {genes} most up-regulated and the {genes} most down-regulated genes"
    if SCORES[score].compares_profiles:
        return f"Query: the values of all landmark genes of {name}. Its lists have {lists}."
    return f"Query: {lists} of {name}."
