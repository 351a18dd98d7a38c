"""Genes: which ones a model uses, and how many it needs."""

import streamlit as st

from gpar_core.analyses.genes.request import GeneCountRequest, GeneImportanceRequest
from gpar_core.analyses.result import Analysis
from gpar_core.data.compendium import Compendium
from pages._genes import (
    count_form as gene_count_form,
)
from pages._genes import (
    count_view as gene_count_view,
)
from pages._genes import (
    importance_form as gene_importance_form,
)
from pages._genes import importance_view
from pages._shared.analysis_frame import analysis_page
from pages._shared.state import Key, from_url

ABOUT = (
    "**Which genes** matter most to a trained model, and do they stay the same with another method "
    "or without some of the drugs? **How many genes** are needed to tell the drugs of a MOA from "
    "others? (Gao et al. 2021, Additional Figures S1 and S2, Table S2.)"
)
FORMS = {"Which genes": gene_importance_form.form, "How many genes": gene_count_form.form}


def form(compendium: Compendium) -> None:
    """Show the form of one of the two questions; a link from a model opens the first."""
    question = st.segmented_control(
        "Question",
        list(FORMS),
        default="Which genes",
        required=True,
        label_visibility="collapsed",
        key=f"genes-question-{from_url(Key.MODEL)}",
        persist_state="session",
    )
    FORMS[question](compendium)


def draw(done: Analysis) -> None:
    if isinstance(done.request, GeneCountRequest):
        gene_count_view.draw(done)
    else:
        importance_view.draw(done)


analysis_page(
    "Genes",
    ABOUT,
    GeneImportanceRequest | GeneCountRequest,
    form,
    draw,
    newest=not from_url(Key.MODEL),  # who brings a model wants its genes
)
