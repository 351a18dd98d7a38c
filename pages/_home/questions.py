"""The three questions that GPAR answers, each a link to the page that answers it."""

import streamlit as st

from pages._shared.profile_form import OWN_PROFILES
from pages._shared.state import Key

QUESTIONS = {
    "drug_prediction": (
        "Which drugs act like these?",
        "Choose drugs or a MOA, train a model on them, and read the ranked list.",
    ),
    "moa_prediction": (
        "What does my compound do?",
        "Compare a compound, or your own profile, with models of many MOAs.",
    ),
    "signature_search": (
        "Which drugs mimic or reverse my genes?",
        "Search with up and down genes, a differential expression table or a signature.",
    ),
}
"""By page: the question, and what one does there."""


def show_questions() -> None:
    """Show each question in a box that opens its page."""
    for page, (question, about) in QUESTIONS.items():
        with st.container(border=True, key=f"question-{page}"):
            st.page_link(f"pages/{page}.py", label=question)
            st.caption(about)
            if page == "moa_prediction":
                way = {Key.WAY.value: OWN_PROFILES}
                with st.container(key="upload-profiles"):
                    st.page_link(f"pages/{page}.py", label="Upload profiles", query_params=way)
    st.page_link("pages/learn.py", label="New to GPAR? Take the tour: two minutes.")
