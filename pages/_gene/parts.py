"""Columns and downloads that several tabs of the page share."""

import pandas as pd
import streamlit as st

from gpar_core import fields
from gpar_core.analyses.gene.identity import Gene
from gpar_core.data.compendium import Compendium
from gpar_core.export import csv_text, download_name
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
    """A button for a CSV; the file is made when it is pressed. what: first part of its name."""
    st.download_button(
        label,
        lambda: csv_text(
            table.assign(
                gene=gene.symbol,
                compendium=of.name,
                data="SIMULATED" if of.simulated else "measured",
            )
        ),
        download_name(what, gene.symbol, simulated=of.simulated),
        "text/csv",
        on_click="ignore",
        key=f"gene-csv-{what}",
    )
