"""Paste gene lists, or fill them in from files."""

import streamlit as st

from gpar_core.analyses.signature_search.plan import plan_list_search
from gpar_core.data.compendium import Compendium
from gpar_core.reading.uploads import GENES
from gpar_core.search.inputs import gene_names
from pages._shared.error_box import error_box
from pages._shared.uploads import read
from pages._signature_search.query_plan import Plan, Planned, show_match

MAX_CHARACTERS = 500_000
"""20,000 ids of 24 characters."""
LIST_KINDS = ["txt", "grp", "csv", "tsv"]
SIDES = {"up": "Up-regulated genes", "down": "Down-regulated genes"}


def lists_query(compendium: Compendium, score: str) -> Plan | str:
    """Ask for up- and down-regulated genes."""
    name = st.text_input(
        "Name of the query (optional)", max_chars=80, key="search-name", persist_state="session"
    )
    columns = dict(zip(SIDES, st.columns(2), strict=True))
    texts = [
        columns[side].text_area(
            label,
            height=220,
            max_chars=MAX_CHARACTERS,
            placeholder="Symbols, Entrez or Ensembl ids",
            key=f"search-{side}",
            persist_state="session",
        )
        for side, label in SIDES.items()
    ]
    with st.expander("Read the lists from files"):
        st.caption(
            "One gene per line. A table of two columns, gene and direction (up or down, 1 or -1), "
            "fills both lists."
        )
        for side, column in zip(SIDES, st.columns(2), strict=True):
            column.file_uploader(
                f"File of {SIDES[side].lower()}",
                LIST_KINDS,
                key=f"search-{side}-file",
                on_change=_fill_from_file,
                args=(side,),
                max_upload_size=32,
            )
    up, down = map(gene_names, texts)
    if not up and not down:
        return "Paste genes to see how many of them L1000 measures."

    def plan() -> Planned:
        request, match = plan_list_search(compendium, up, down, name=name, score=score)
        show_match(match)
        return Planned(request)

    return plan


@error_box()
def _fill_from_file(side: str) -> None:
    upload = st.session_state[f"search-{side}-file"]
    if upload is None:
        return
    lists = read(GENES, upload)
    filled = {"up": lists.up, "down": lists.down} if lists.down else {side: lists.up}
    for one, genes in filled.items():
        st.session_state[f"search-{one}"] = "\n".join(genes)
    if not st.session_state.get("search-name"):
        st.session_state["search-name"] = lists.name[:80]
