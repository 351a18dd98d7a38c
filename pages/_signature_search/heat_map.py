"""The query's genes in the strongest compounds of both sides."""

import streamlit as st

from gpar_core.analyses.result import Analysis
from gpar_core.analyses.signature_search.charts import heat_map
from pages._shared.cached_charts import chart_once
from pages._shared.downloads import download_csv
from pages._shared.navigation import gene_links


def show_heat_map(done: Analysis) -> None:
    """Show the chart, and its table to download."""
    heat = done.tables["heat_map"]
    if heat.empty:
        st.info("No compound mimics or reverses this query.")
        return
    st.caption(
        "Mean z-scores over the cell lines of each compound, for the 20 compounds that mimic the "
        "query most and the 20 that reverse it most. The triangles on the left are the query. If "
        "it has more than 60 genes, the 60 that vary most are shown. Compounds and genes with "
        "similar patterns are next to each other."
    )
    chart_once("search heat map", done.identity, lambda: heat_map(heat, simulated=done.simulated))
    query = done.tables["query"]["symbol"]
    with st.expander(f"The {len(query)} genes of the query, each with its page"):
        st.markdown(gene_links(query, done.compendium))
    download_csv("Download heat map (CSV)", heat, "signature-search-heat-map", done)
