"""Show the results of a signature search."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from gpar_core import fields
from gpar_core.analyses.result import Analysis
from gpar_core.analyses.signature_search.request import SearchRequest
from gpar_core.data.kind_names import heading
from pages._shared.class_choice import MOAS_AND_TARGETS
from pages._shared.error_box import plain
from pages._shared.report_buttons import report_buttons
from pages._shared.state import go
from pages._shared.tabs import tabs
from pages._signature_search.classes import show_classes
from pages._signature_search.combinations import show_combinations
from pages._signature_search.compounds import show_compounds
from pages._signature_search.conditions import show_conditions
from pages._signature_search.examples import fill
from pages._signature_search.heat_map import show_heat_map
from pages._signature_search.history import query_of
from pages._signature_search.hits.rows import asked
from pages._signature_search.map import show_map

OTHERS = {
    MOAS_AND_TARGETS: (show_classes, "moas"),
    "Heat map": (show_heat_map, "heat_map"),
    "Map": (show_map, "signatures"),
    "Conditions": (show_conditions, "signatures"),
    "Combinations": (show_combinations, "combinations"),
}
"""Tabs, and the table that each one shows."""
OF_COMPOUNDS = {MOAS_AND_TARGETS, "Combinations"}
"""Tabs that say nothing of knock-downs and the like."""

EARLIER = "An earlier version of GPAR made this result. Delete it and start the search again."


def _edit(done: Analysis, request: SearchRequest) -> None:
    if st.button("Edit query", help="Start a new search from this one"):
        fill(done, request)
        go("signature_search", compendium=done.compendium)


def draw(done: Analysis) -> None:
    """Show mimics and reversers, and a tab for each other topic."""
    request = asked(done)
    st.markdown(plain(query_of(request)))
    report_buttons(
        done.analysis_id,
        request.title,
        simulated=done.simulated,
        beside=partial(_edit, done, request),
    )
    left_out = set() if request.against == fields.COMPOUND_PERT_TYPE else OF_COMPOUNDS
    shown = {name: each for name, each in OTHERS.items() if name not in left_out}
    first = heading(request.against)
    others = {name: partial(_draw, done, *each) for name, each in shown.items()}
    tabs({first: partial(show_compounds, done), **others}, kept=[first])


def _draw(done: Analysis, show: Callable[[Analysis], object], table: str) -> None:
    if table in done.tables:
        show(done)
    else:
        st.info(EARLIER)
