"""The query's genes in the strongest compounds of both sides."""

import streamlit as st

from gpar_core.analyses.result import Analysis
from gpar_core.analyses.signature_search.charts import heat_map
from gpar_core.data.kind_names import heading
from pages._shared.cached_charts import chart_once
from pages._shared.downloads import download_analysis
from pages._shared.gene_links import gene_links
from pages._signature_search.hits.rows import asked


def show_heat_map(done: Analysis) -> None:
    """Show the chart, and its table to download."""
    heat, request = done.tables["heat_map"], asked(done)
    if heat.empty:
        st.info(f"No {request.noun} mimics or reverses this query.")
        return
    st.caption(
        f"Mean z-scores over the cell lines of each {request.noun}, for the 20 that mimic the "
        "query most and the 20 that reverse it most. The triangles on the left are the query. If "
        f"it has more than 60 genes, the 60 that vary most are shown. {heading(request.against)} "
        "and genes with similar patterns are next to each other."
    )
    chart_once(
        "search heat map",
        done.identity,
        lambda: heat_map(heat, request.noun, simulated=done.simulated),
    )
    query = done.tables["query"]["symbol"]
    with st.expander(f"The {len(query)} genes of the query, each with its page", expanded=True):
        st.markdown(gene_links(query, done.compendium))
    download_analysis("Download heat map", heat, "signature-search-heat-map", done)
