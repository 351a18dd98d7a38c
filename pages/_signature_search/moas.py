"""MOAs whose compounds mimic or reverse a query."""

import streamlit as st

from gpar_core.analyses.result import Analysis
from pages._shared.downloads import download_csv
from pages._shared.tables import savable
from pages._shared.terms import explained

COLUMNS = ("moa", "n_drugs", "median_connectivity", "moa_auroc", "p", "fdr")


def show_moas(done: Analysis) -> None:
    """Show the table, and offer it as a file."""
    table = done.tables["moas"]
    if table.empty:
        st.info("No MOA has three compounds here. Import a compendium with a MOA table.")
        return
    st.caption(
        "MOAs of at least three compounds. AUROC is the chance that one of its compounds has a "
        "higher connectivity than a compound without the MOA: near 1 the MOA mimics the query, "
        "near 0 it reverses it. p is that of Mann and Whitney's test, two-sided."
    )
    number = st.column_config.NumberColumn
    st.dataframe(
        savable(table, simulated=done.simulated),
        hide_index=True,
        column_order=[*COLUMNS, "data"],
        column_config={
            "moa": st.column_config.TextColumn("MOA", help=explained("moa")),
            "n_drugs": number("Drugs", format="%d", help="With a signature here"),
            "median_connectivity": number(
                "Median connectivity", format="%.2f", help=explained("connectivity")
            ),
            "moa_auroc": number(
                "AUROC", format="%.2f", help="Near 1 the MOA mimics, near 0 it reverses"
            ),
            "p": number("p", format="%.2g", help="Mann and Whitney's test, two-sided"),
            "fdr": number("FDR", format="%.2g", help=explained("fdr")),
        },
        placeholder="—",
    )
    download_csv("Download all MOAs (CSV)", table, "signature-search-moas", done)
