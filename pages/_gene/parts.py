"""Columns and downloads that several tabs of the page share."""

from functools import partial

import pandas as pd
import streamlit as st

from gpar_core import fields
from gpar_core.analyses.gene.identity import Gene
from gpar_core.data.compendium import Compendium
from gpar_core.export import with_data
from pages._shared.downloads import download_table
from pages._shared.terms import explained

_number = st.column_config.NumberColumn
MEAN_Z = _number("Mean z", format="%+.2f", help=explained("mean-z"))
LOW = _number("95% from", format="%+.2f", help=explained("moderated-interval"))
HIGH = _number("to", format="%+.2f", help=explained("moderated-interval"))
SIGNATURES = _number("Signatures", format="%d", help=explained("signature"))


def shown_names(table: pd.DataFrame) -> pd.DataFrame:
    """The table with names of MOAs and targets as they are read."""
    listed = {fields.MOA, fields.TARGET} & set(table)
    return table.assign(
        **{c: table[c].str.replace(fields.MOA_SEPARATOR, ", ", regex=False) for c in listed}
    )


def download(label: str, table: pd.DataFrame, what: str, gene: Gene, of: Compendium) -> None:
    """Draw the download menu of a table. what: first part of the names of the files."""
    download_table(
        label,
        table.assign(gene=gene.symbol),
        partial(with_data, compendium=of.name, simulated=of.simulated),
        what,
        gene.symbol,
        simulated=of.simulated,
    )
