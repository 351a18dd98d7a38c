"""Links to the page of a gene."""

from collections.abc import Iterable
from typing import Final
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from gpar_core import fields
from pages._shared.error_box import plain
from pages._shared.state import Key

N_LINKED: Final = 3
"""Columns for the targets of a drug: a cell of a table holds one link."""

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


def targets_linked(table: pd.DataFrame, compendium: str) -> pd.DataFrame:
    """The table with links to the genes in place of the names of targets, if it has any.

    table: with the column target, names joined by ', ', '; ' or '|'. Columns: target, target_2, ...
    of `N_LINKED` genes, and more_targets, how many others there are, where any drug has more.
    """
    if fields.TARGET not in table:
        return table
    genes = table[fields.TARGET].fillna("").str.split(r"[|,;] ?", regex=True)
    most = int(genes.str.len().max()) if len(genes) else 1
    links = {
        f"{fields.TARGET}_{n}" if n > 1 else fields.TARGET: [
            gene_link(own[n - 1], compendium) if len(own) >= n and own[n - 1] else None
            for own in genes
        ]
        for n in range(1, min(most, N_LINKED) + 1)
    }
    if most > N_LINKED:
        links["more_targets"] = [
            len(own) - N_LINKED if len(own) > N_LINKED else None for own in genes
        ]
    place = table.columns.get_loc(fields.TARGET)
    rest = table.drop(columns=fields.TARGET)
    linked = pd.DataFrame(links, index=table.index)
    return pd.concat([rest.iloc[:, :place], linked, rest.iloc[:, place:]], axis=1)


def gene_links(symbols: Iterable[str], compendium: str = "") -> str:
    """Markdown with a link to the page of each gene."""
    return ", ".join(f"[{plain(each)}]({gene_link(each, compendium)})" for each in symbols)
