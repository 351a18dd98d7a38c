"""The pages in their order, and the first call of each."""

from collections.abc import Iterable
from urllib.parse import urlencode

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from pages._shared.deleting import offer_undo
from pages._shared.error_box import plain
from pages._shared.state import Key

GENE_COLUMN = st.column_config.LinkColumn(
    "Open gene", display_text="Open", help="Open the page of this gene", width=95
)
"""Of addresses from `gene_link`."""


def navigation(*, listed: bool = True) -> StreamlitPage:
    """Register the pages, in the sidebar if `listed`; return the requested one."""
    st.session_state[Key.ENTERED] = True
    page = st.navigation(
        {
            "": [
                st.Page("pages/home.py", title="Home", default=True),
                st.Page("pages/learn.py", title="Learn"),
            ],
            "Predict": [
                st.Page("pages/drug_prediction.py", title="Drug prediction"),
                st.Page("pages/moa_prediction.py", title="MOA prediction"),
                st.Page("pages/target_prediction.py", title="Which target?"),
                st.Page("pages/signature_search.py", title="Signature search"),
            ],
            "Models": [
                st.Page("pages/models.py", title="Models"),
                st.Page("pages/library.py", title="Library"),
                st.Page("pages/compare.py", title="Compare"),
                st.Page("pages/jobs.py", title="Jobs"),
            ],
            "Examine": [
                st.Page("pages/case_studies.py", title="Case studies"),
                st.Page("pages/compound.py", title="Compound"),
                st.Page("pages/gene.py", title="Gene"),
                st.Page("pages/map.py", title="Map"),
                st.Page("pages/evaluation.py", title="Evaluation"),
                st.Page("pages/cell_influence.py", title="Cell influence"),
                st.Page("pages/hyper_parameters.py", title="Hyper-parameters"),
                st.Page("pages/genes.py", title="Genes"),
            ],
            "Data": [
                st.Page("pages/compendium.py", title="Compendium"),
                st.Page("pages/storage.py", title="Storage"),
            ],
        },
        position="sidebar" if listed else "hidden",
        expanded=True,
    )
    st.session_state[Key.PAGE] = page.title
    return page


def begin(title: str) -> None:
    """Show the title; the first call of every page.

    If the first request to a new server is a page's own address, Streamlit runs the file in pages/
    without the app around it, until `st.navigation` has been called once.
    """
    if Key.ENTERED not in st.session_state:
        navigation()
        st.rerun()
    st.title(title, anchor=False)
    offer_undo()


def gene_link(symbol: str, compendium: str = "") -> str:
    """URL of the page of a gene, relative to this server.

    compendium: by name; '' for the one in use.
    """
    in_use = compendium or st.session_state.get(Key.IN_USE, "")
    found = {Key.GENE.value: symbol, Key.COMPENDIUM.value: in_use}
    return f"gene?{urlencode({name: value for name, value in found.items() if value})}"


def gene_links(symbols: Iterable[str], compendium: str = "") -> str:
    """Markdown with a link to the page of each gene."""
    return ", ".join(f"[{plain(each)}]({gene_link(each, compendium)})" for each in symbols)
