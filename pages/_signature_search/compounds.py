"""The compounds that mimic a query and those that reverse it, and what to do with them."""

from typing import Any

import streamlit as st

from gpar_core import fields
from gpar_core.analyses.result import Analysis
from gpar_core.analyses.signature_search.charts import MAX_CHOSEN
from gpar_core.analyses.signature_search.verdict import stands_out, verdict
from pages._shared.downloads import download_csv
from pages._shared.error_box import error_box
from pages._shared.positive_set import train_on
from pages._shared.state import Key, go
from pages._shared.terms import explained
from pages._signature_search.hits.component import checked_in, hits
from pages._signature_search.hits.rows import N_SHOWN, SIDES, best, noun_of, side_of


def compared_key(done: Analysis) -> str:
    """Session key of the names of the compounds that are compared on the page."""
    return f"search-compared-{done.analysis_id}"


def show_compounds(done: Analysis) -> None:
    """Show the verdict, buttons for the compounds that are checked, both lists, and downloads."""
    key = f"search-hits-{'-'.join(done.identity)}"
    names = {
        drug: name
        for side in SIDES
        for drug, name in best(done, side)[[fields.DRUG, fields.PERT_INAME]].to_numpy()
    }
    compounds = done.tables["compounds"]
    noun = noun_of(done)
    (st.markdown if stands_out(compounds) else st.info)(verdict(compounds, noun))
    if noun == "compound":
        _actions([names[drug] for drug in checked_in(key, names)], done)
    hits([_side(done.identity, side, done) for side in SIDES], key=key)
    st.caption(
        f"The {N_SHOWN} strongest {noun}s of each side by connectivity, the number on the right: "
        f"above 0 a {noun} mimics the query, below 0 it reverses it. Each bar is a cell line, in "
        "alphabetical order, gray where the sign differs. FDR compares the query with random "
        "genes; because real genes change together, it is optimistic.",
        help=explained("connectivity"),
    )
    if "tau" in compounds:
        st.caption(
            "Tau is near 100 or -100 if a compound answers your query more strongly than reference "
            "queries, near 0 if it answers most of those at least as strongly.",
            help=explained("tau"),
        )
    if "srges" in compounds:
        st.caption(
            "sRGES is a second measure, from gene lists alone: below 0 a compound reverses them, "
            "above 0 it mimics them. Hits on which it agrees with connectivity are safer.",
            help=explained("srges"),
        )
    left, right, _ = st.columns([1, 1, 1])
    with left:
        download_csv(f"Download all {noun}s (CSV)", compounds, "signature-search", done)
    with right:
        signatures = done.tables["signatures"]
        download_csv(
            "Download all signatures (CSV)", signatures, "signature-search-signatures", done
        )


def _actions(names: list[str], done: Analysis) -> None:
    """Buttons for the compounds that are checked."""
    opens, trains, compares, says = st.columns([1, 1, 1, 1.2], vertical_alignment="center")
    if opens.button("Open compound", disabled=len(names) != 1, width="stretch"):
        go("compound", compound=names[0], compendium=done.compendium)
    if trains.button("Train on these", disabled=not names, width="stretch"):
        train_on(names, done.compendium)
    compares.button(
        "Add to comparison",
        disabled=not names,
        on_click=_compare,
        args=(names, done),
        width="stretch",
        help=f"Compares up to {MAX_CHOSEN} compounds on the tab Conditions. The map shows them in "
        "yellow.",
    )
    says.caption(f"{len(names)} checked" if names else "Check compounds first.")


@error_box()
def _compare(names: list[str], done: Analysis) -> None:
    key = compared_key(done)
    before = st.session_state.get(key, [])
    st.session_state[key] = list(dict.fromkeys([*before, *names]))[-MAX_CHOSEN:]
    st.session_state[Key.TAB] = "Conditions"


@st.cache_resource(max_entries=32, show_spinner=False)
def _side(identity: tuple[str, str], side: str, _done: Analysis) -> dict[str, Any]:
    return side_of(_done, side)
