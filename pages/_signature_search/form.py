"""Choose a query, see which of its genes are found, and start the search."""

from dataclasses import replace

import streamlit as st

from gpar_core.data.compendium import Compendium
from gpar_core.data.kind_names import counted, heading
from gpar_core.search.scores import SCORES, default_score
from pages._shared.error_box import error_box
from pages._shared.job_panel import start
from pages._signature_search.compound_form import compound_query, signature_query
from pages._signature_search.examples import (
    COMPOUND,
    LISTS,
    SIGNATURE,
    against_key,
    score_key,
    show_examples,
)
from pages._signature_search.file_form import file_query
from pages._signature_search.lists_form import lists_query
from pages._signature_search.query_plan import Asks
from pages._signature_search.specificity import tau_choice

FILE = "File"
WAYS: dict[str, Asks] = {
    LISTS: lists_query,
    FILE: file_query,
    COMPOUND: compound_query,
    SIGNATURE: signature_query,
}


def form(compendium: Compendium) -> None:
    """Choose a query or an example, what to search and a score; start the search."""
    show_examples(compendium)
    left, right = st.columns([3, 2], gap="large")
    box = right.container(border=True)
    plan = None
    with box:
        st.header("2 · Search", anchor=False)
        against = _against(compendium)
    searched = compendium.of_kinds([against])
    with left:
        st.header("1 · Query", anchor=False)
        way = st.segmented_control(
            "Search with",
            list(WAYS),
            default=None if "search-way" in st.session_state else LISTS,  # a query may fill it
            required=True,
            key="search-way",
            persist_state="session",
        )
        inputs, method = st.container(), st.expander("Method")
        with method:
            score = st.selectbox(
                "Score",
                list(SCORES),
                list(SCORES).index(default_score(searched)),
                format_func=lambda name: SCORES[name].label,
                key=score_key(compendium.name, against),
                persist_state="session",
                help=SCORE_HELP,
            )
            tau = tau_choice(searched, score)
        with inputs, error_box():
            plan = WAYS[way](compendium, score)
    with box:
        if plan is None or isinstance(plan, str):
            st.caption(plan or "Correct the query first.")
            st.button("Start search", type="primary", disabled=True, width="stretch")
            return
        with error_box():
            planned = plan()
            if st.button("Start search", type="primary", width="stretch"):
                planned.publish()
                request = replace(planned.request, against=against)
                start(request if request.is_batch else replace(request, tau=tau))
            n = searched.n_signatures
            st.caption(
                f"Against {n:,} signature{'s' * (n != 1)} of {counted(searched.n_drugs, against)}. "
                "The first search of a compendium takes a few seconds longer."
            )


def _against(compendium: Compendium) -> str:
    """The kind of perturbagen to search; chosen where the compendium has several."""
    kinds = compendium.stored_kinds
    if len(kinds) == 1:
        return kinds[0]
    return st.selectbox(
        "Search among",
        kinds,
        format_func=heading,
        key=against_key(compendium.name),
        persist_state="session",
        help="Compounds, or genes whose loss or gain looks like your query. A gene whose "
        "knock-down mimics a compound may be its target.",
    )


SCORE_HELP = "\n".join(
    f"- {each.label}: {each.about}. {each.reference}" for each in SCORES.values()
)
