"""Connectivity by cell line, dose and time for the compounds that are compared."""

from functools import partial

import pandas as pd
import streamlit as st

from gpar_core import fields
from gpar_core.analyses.result import Analysis
from gpar_core.analyses.signature_search.charts import MAX_CHOSEN, amounts, cell_lines
from gpar_core.data.kind_names import heading
from gpar_core.search.conditions import FEWEST, by_condition, spread
from pages._shared.cached_charts import chart_once
from pages._shared.downloads import download_analysis
from pages._signature_search.compounds import compared_key
from pages._signature_search.hits.rows import asked

AMOUNTS = {fields.DOSE: "dose", fields.TIME: "time"}


def show_conditions(done: Analysis) -> None:
    """Choose compounds; show a chart for each kind of condition."""
    compounds, request = done.tables["compounds"], asked(done)
    names = st.multiselect(
        heading(request.against),
        compounds[fields.PERT_INAME],
        default=compounds[fields.PERT_INAME].head(1).tolist(),
        max_selections=MAX_CHOSEN,
        placeholder="Type the start of a name",
        filter_mode="prefix",
        select_all=False,
        key=compared_key(done),
        persist_state="session",
    )
    chosen = compounds[compounds[fields.PERT_INAME].isin(names)].head(MAX_CHOSEN)
    drugs = dict(zip(chosen[fields.DRUG], chosen[fields.PERT_INAME], strict=True))
    if not drugs:
        st.caption(
            f"Choose {request.nouns} to see where they mimic the query and where they reverse it."
        )
        return
    st.caption(
        f"Points are means over the signatures of each {request.noun}, with 95% intervals if there "
        f"are at least {FEWEST}; the intervals assume that signatures are independent. Single "
        "signatures are noisier than the mean signatures behind the list, so their connectivity "
        "is closer to 0. Gray: all signatures in the cell line; the box holds the middle half of "
        "them, the line 90%."
    )
    signatures = done.tables["signatures"]
    by_line = by_condition(signatures, drugs, fields.CELL_ID)
    chart_once(
        "search cell lines",
        (*done.identity, *drugs),
        lambda: cell_lines(
            _spread(done.identity, done), by_line, request.noun, simulated=done.simulated
        ),
    )
    tables = [by_line.assign(by="cell line")]
    for by, what in AMOUNTS.items():
        found = by_condition(signatures, drugs, by)
        if len(found["condition"].unique()) > 1:
            tables.append(found.assign(by=what))
            chart_once(
                f"search {what}s",
                (*done.identity, *drugs),
                partial(amounts, found, what, request.noun, simulated=done.simulated),
            )
        else:
            st.caption(_only(found, what))
    everything = pd.concat(tables)
    download_analysis("Download conditions", everything, "signature-search-conditions", done)


def _only(found: pd.DataFrame, what: str) -> str:
    """Say why there is no chart."""
    if found.empty:
        return f"The {what} of these signatures is unknown."
    return f"All signatures have the same {what}: {found['condition'].iloc[0]}."


@st.cache_resource(max_entries=16, show_spinner=False)
def _spread(identity: tuple[str, str], _done: Analysis) -> pd.DataFrame:
    return spread(_done.tables["signatures"])
