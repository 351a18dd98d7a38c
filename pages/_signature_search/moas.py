"""MOAs whose compounds mimic or reverse a query, and where the compounds of one rank."""

import pandas as pd
import streamlit as st

from gpar_core import fields
from gpar_core.analyses.result import Analysis
from gpar_core.analyses.signature_search import charts
from gpar_core.analyses.signature_search.verdict import of_moas
from gpar_core.search.classes import SEPARATOR, running_sum
from pages._shared.cached_charts import chart_once
from pages._shared.downloads import download_csv
from pages._shared.error_box import plain
from pages._shared.tables import SELECTION, chosen_row, savable
from pages._shared.terms import explained

COLUMNS = ("moa", "n_drugs", "median_connectivity", "moa_auroc", "fdr", "es", "nes", "fdr_es")
"""Those on screen; the file has all."""
FDR_HELP = "Benjamini-Hochberg over all MOAs, on p of the two-sided Mann-Whitney test"
FDR_ES_HELP = "Benjamini-Hochberg over all MOAs, on p of the ES against 1,000 random classes"


def show_moas(done: Analysis) -> None:
    """Show the table, and the running sum of the MOA that is checked, at first the strongest."""
    table = done.tables["moas"]
    if table.empty:
        st.info("No MOA has three compounds here. Import a compendium with a MOA table.")
        return
    st.caption(
        "MOAs of at least three compounds. AUROC is the chance that a compound with the MOA has a "
        "higher connectivity than one without it: near 1 the MOA mimics the query, near 0 it "
        "reverses it, 0.5 is chance. Its FDR is from the two-sided Mann-Whitney test. ES, the "
        "enrichment score, weights compounds by their connectivity; its FDR is from random "
        "classes. Check a MOA to see where its compounds rank."
    )
    st.markdown(of_moas(table))
    number = st.column_config.NumberColumn
    event = st.dataframe(
        savable(table, simulated=done.simulated),
        height=360,
        hide_index=True,
        on_select="rerun",
        selection_mode=SELECTION,
        key=f"search-moas-{'-'.join(done.identity)}",
        column_order=[*COLUMNS, "data"],
        column_config={
            "moa": st.column_config.TextColumn("MOA", width=240, help=explained("moa")),
            "n_drugs": number("Drugs", format="%d", width=60, help="With a signature here"),
            "median_connectivity": number(
                "Median connectivity", format="%.2f", width=125, help=explained("connectivity")
            ),
            "moa_auroc": number(
                "AUROC",
                format="%.2f",
                help="Near 1 the MOA mimics the query, near 0 it reverses it",
            ),
            "fdr": number("FDR", format="%.2g", help=FDR_HELP),
            "es": number("ES", format="%.2f", help=explained("class-es")),
            "nes": number("NES", format="%.2f", help=explained("nes")),
            "fdr_es": number("FDR of ES", format="%.2g", help=FDR_ES_HELP),
        },
        placeholder="—",
    )
    _running_sum(table.iloc[chosen_row(event, len(table)) or 0], done)
    download_csv("Download all MOAs (CSV)", table, "signature-search-moas", done)


def _running_sum(chosen: pd.Series, done: Analysis) -> None:
    name = chosen["moa"]
    chart_once(
        "search running sum",
        (*done.identity, name),
        lambda: charts.running_sum(
            running_sum(done.tables["compounds"], members(done.tables["compounds"], name)),
            name,
            simulated=done.simulated,
        ),
    )
    if edge := chosen.get("leading_edge"):
        names = plain(edge.replace(SEPARATOR, ", "))
        st.caption(f"Leading edge: {names}", help=explained("leading-edge"))


def members(compounds: pd.DataFrame, moa: str) -> list[str]:
    """Drugs with a MOA."""
    listed = compounds[fields.MOA].str.split(fields.MOA_SEPARATOR, regex=False)
    return compounds.loc[listed.map(lambda moas: moa in moas), fields.DRUG].tolist()
