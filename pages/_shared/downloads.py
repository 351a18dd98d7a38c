"""Download a table of a result as CSV."""

import pandas as pd
import streamlit as st

from gpar_core.analyses.result import Analysis
from gpar_core.export import analysis_csv, download_name


def download_csv(label: str, table: pd.DataFrame, what: str, done: Analysis) -> None:
    """A button; the file is made when it is pressed. what: the first part of its name."""
    st.download_button(
        label,
        lambda: analysis_csv(table, done),
        download_name(what, done.compendium, simulated=done.simulated),
        "text/csv",
        on_click="ignore",
    )
