"""The compounds that mimic a query and those that reverse it, and what to do with them."""

from typing import Any

import pandas as pd
import streamlit as st

from gpar_core import fields
from gpar_core.analyses.result import Analysis
from gpar_core.analyses.signature_search.charts import MAX_CHOSEN
from gpar_core.analyses.signature_search.verdict import stands_out, verdict
from pages._shared.downloads import download_analysis, download_gene_lists
from pages._shared.error_box import error_box
from pages._shared.positive_set import train_on
from pages._shared.state import Key, go
from pages._shared.terms import explained
from pages._signature_search.hits.component import checked_in, hits
from pages._signature_search.hits.rows import N_SHOWN, SIDES, asked, best, side_of


def compared_key(done: Analysis) -> str:
    """Session key of the names of the compounds that are compared on the page."""
    return f"search-compared-{done.analysis_id}"


def show_compounds(done: Analysis) -> None:
    """Show the verdict, buttons for the compounds that are checked, both lists, and downloads."""
    key = f"search-hits-{'-'.join(done.identity)}"
    names = {
        drug: name
        for side in SIDES
        for drug, name in best(done, side)[[fields.DRUG, fields.PERT_INAME]].to_numpy()
    }
    compounds, request = done.tables["compounds"], asked(done)
    said = verdict(compounds, request.against, query=request.compound)
    clear = stands_out(compounds, query=request.compound)
    (st.markdown if clear else st.info)(said)
    _actions([names[drug] for drug in checked_in(key, names)], done)
    hits([_side(done.identity, side, done) for side in SIDES], key=key)
    st.caption(
        f"The {N_SHOWN} strongest {request.nouns} of each side by connectivity, the number on the "
        "right: above 0, they mimic the query; below 0, they reverse it. Each bar is a cell line, "
        "in alphabetical order, gray where the sign differs; the strongest tenth have the same "
        "length. FDR compares the query with random genes; because real genes change together, it "
        "is optimistic.",
        help=explained("connectivity"),
    )
    if "tau" in compounds:
        st.caption(
            f"Tau is near 100 or -100 for {request.nouns} that respond to your query more "
            "strongly than to reference queries, and near 0 for those that respond to most of "
            "these at least as strongly.",
            help=f"{explained('tau')} {explained('p-reference')}",
        )
    if "srges" in compounds:
        st.caption(
            f"sRGES is a second measure, from gene lists alone: below 0, {request.nouns} reverse "
            "them; above 0, they mimic them. Hits on which it agrees with connectivity are safer.",
            help=explained("srges"),
        )
    with st.container(horizontal=True):
        download_analysis(f"Download all {request.nouns}", compounds, "signature-search", done)
        signatures = done.tables["signatures"]
        download_analysis(
            "Download all signatures", signatures, "signature-search-signatures", done
        )
        if "query" in done.tables:
            _download_query(done.tables["query"], done)


def _download_query(genes: pd.DataFrame, done: Analysis) -> None:
    up, down = (genes.loc[genes["direction"] == side, "symbol"].tolist() for side in ("up", "down"))
    name = asked(done).name
    download_gene_lists("of the query", name, up, down, "query", simulated=done.simulated)


def _actions(names: list[str], done: Analysis) -> None:
    """Buttons for those that are checked, by what they are."""
    request = asked(done)
    of_compounds = request.against == fields.COMPOUND_PERT_TYPE
    of_genes = request.against in fields.GENETIC
    with st.container(horizontal=True, vertical_alignment="center"):
        if of_compounds:
            if st.button("Open compound", disabled=len(names) != 1):
                go("compound", compound=names[0], compendium=done.compendium)
            if st.button("Train on these", disabled=not names):
                train_on(names, done.compendium)
        elif of_genes:
            genes = _genes(names, done)
            if st.button("Open gene", disabled=len(genes) != 1):
                go("gene", gene=genes[0], compendium=done.compendium)
        st.button(
            "Add to comparison",
            disabled=not names,
            on_click=_compare,
            args=(names, done),
            help=f"Compares up to {MAX_CHOSEN} {request.nouns} on the tab Conditions. The map "
            "shows them in yellow.",
        )
        checked = f"{len(names)} checked" if names else f"Check {request.nouns} first."
        st.caption(checked, width="content")


def _genes(names: list[str], done: Analysis) -> list[str]:
    """The genes that were changed, of perturbagens by name."""
    table = done.tables["compounds"]
    if fields.TARGET not in table:  # of none of them is the gene known
        return []
    own = table.loc[table[fields.PERT_INAME].isin(names), fields.TARGET]
    return own[own != ""].tolist()


@error_box()
def _compare(names: list[str], done: Analysis) -> None:
    key = compared_key(done)
    before = st.session_state.get(key, [])
    st.session_state[key] = list(dict.fromkeys([*before, *names]))[-MAX_CHOSEN:]
    st.session_state[Key.TAB] = "Conditions"


@st.cache_resource(max_entries=32, show_spinner=False)
def _side(identity: tuple[str, str], side: str, _done: Analysis) -> dict[str, Any]:
    return side_of(_done, side)
