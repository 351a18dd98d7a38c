"""Evaluation: compare GPAR with other methods, or the scores of a signature search."""

import streamlit as st

from gpar_core.analyses.evaluation.request import EvaluationRequest
from gpar_core.analyses.result import Analysis
from gpar_core.analyses.search_evaluation.request import SearchEvaluationRequest
from gpar_core.data.compendium import Compendium
from pages._evaluation import method_form, search_form, search_view, view
from pages._shared.analysis_frame import analysis_page

ABOUT = (
    "**Which method** finds the held-out drugs of a class best? Every method sees the same folds "
    "and the same drugs. **Which score** of a signature search retrieves a compound's mechanism "
    "best?"
)
FORMS = {"Methods": method_form.form, "Signature search": search_form.form}


def form(compendium: Compendium) -> None:
    """Show the form of one of the two questions."""
    question = st.segmented_control(
        "Question",
        list(FORMS),
        default="Methods",
        required=True,
        label_visibility="collapsed",
        key="evaluation-question",
        persist_state="session",
    )
    FORMS[question](compendium)


def draw(done: Analysis) -> None:
    if isinstance(done.request, SearchEvaluationRequest):
        search_view.draw(done, done.request)
    else:
        view.draw(done)


analysis_page(
    "Evaluation", ABOUT, EvaluationRequest | SearchEvaluationRequest, form, draw, newest=True
)
