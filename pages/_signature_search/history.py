"""What a search asked for and found, in a line."""

import pandas as pd
import streamlit as st

from gpar_core import fields
from gpar_core.analyses import result as analysis
from gpar_core.analyses.result import Analysis
from gpar_core.analyses.signature_search.request import SearchRequest
from gpar_core.search.scores import SCORES
from pages._shared.state import cache
from pages._signature_search.hits.rows import asked

N_FIRST = 3
"""Hits of each side in the list of previous results."""
MAX_NAME = 40


def query_of(request: SearchRequest) -> str:
    """The query and the score, in words."""
    return f"{request.what}{request.among}; score: {SCORES[request.score].label}."


def summary(done: Analysis) -> str:
    """The query, the score, and the first hits of both sides. done: without its tables."""
    request = asked(done)
    said = query_of(request)
    if request.is_batch:
        return said
    mimics, reverses = _first(str(cache().root), done.identity, request.compound)
    found = [
        f"{what} {', '.join(names)}."
        for what, names in (("Mimics:", mimics), ("Reverses:", reverses))
        if names
    ]
    return " ".join([said, *found])


@st.cache_resource(max_entries=256, show_spinner=False)
def _first(root: str, identity: tuple[str, str], query: str) -> tuple[list[str], list[str]]:
    folder = cache().existing_analysis(identity[0])
    table: pd.DataFrame = analysis.load_tables(["compounds"], folder)["compounds"]
    table = table[table[fields.DRUG] != query]
    names, own = table[fields.PERT_INAME].map(_short), table["connectivity"]
    return (
        names[own > 0].head(N_FIRST).tolist(),
        names[own < 0].iloc[::-1].head(N_FIRST).tolist(),
    )


def _short(name: str) -> str:
    return name if len(name) <= MAX_NAME else f"{name[: MAX_NAME - 1]}…"
