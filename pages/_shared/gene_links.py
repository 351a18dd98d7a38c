"""Links to the page of a gene."""

from collections.abc import Iterable
from urllib.parse import urlencode

import streamlit as st

from pages._shared.error_box import plain
from pages._shared.state import Key

GENE_COLUMN = st.column_config.LinkColumn(
    "Open gene", display_text="Open", help="Open the page of this gene", width=95
)
"""Of addresses from `gene_link`."""


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
