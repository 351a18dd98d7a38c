"""Choose drugs, numbers of genes and draws; show the planned training before it starts."""

import streamlit as st

from gpar_core import fields
from gpar_core.analyses.genes.counts import (
    DEFAULT_COUNTS,
    DEFAULT_REPEATS,
    MAX_REPEATS,
    MIN_COUNT,
    n_networks,
)
from gpar_core.analyses.genes.plan import plan_gene_counts
from gpar_core.analyses.genes.request import GeneCountRequest
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import TrainingSet
from pages._shared.method_form import as_numbers, choose_cells, choose_method
from pages._shared.planned_form import KEPT, offer, pick_drugs, show_size


def form(compendium: Compendium) -> None:
    """Choose drugs and settings; show the planned training before the click."""
    left, right = st.columns([3, 2], gap="large")
    with left:
        picked = pick_drugs(compendium)
        cells = choose_cells(compendium, "cells")
        st.header("2 · Genes", anchor=False)
        counts = st.multiselect(
            "Numbers of genes",
            DEFAULT_COUNTS,
            DEFAULT_COUNTS,
            accept_new_options=True,
            placeholder=f"{MIN_COUNT} to {fields.N_LANDMARKS}; type a number",
            help="By default the numbers in the paper, and all 978.",
            key="genes-counts",
            persist_state="session",
        )
        repeats = st.number_input(
            "Random draws of each number",
            1,
            MAX_REPEATS,
            DEFAULT_REPEATS,
            help="The paper used 10. Fewer draws take less time but give a rougher spread.",
            key="genes-repeats",
            persist_state="session",
        )
        with st.expander("Method"):
            method = choose_method("genes", cells)

    def plan() -> GeneCountRequest:
        request, training_set = plan_gene_counts(
            compendium,
            picked.drug_set,
            method,
            counts=as_numbers(counts, "genes", MIN_COUNT, fields.N_LANDMARKS),
            repeats=int(repeats),
        )
        show_plan(request, training_set)
        return request

    with right:
        hint = "Choose drugs or a MOA to see how many trainings this takes."
        offer(picked, "3 · Training", hint, plan)


def show_plan(request: GeneCountRequest, training_set: TrainingSet) -> None:
    """Show the training set and the number of trainings."""
    show_size(
        training_set,
        request.method.seed,
        lambda k: n_networks(request.counts, request.repeats, k),
        "{k} folds for each draw, and for the most important genes",
    )
    st.caption(
        "With the preset 'paper', each training takes as long as one fold of a model. Choose few "
        "numbers and draws."
        if request.method.preset == "paper"
        else "Each training usually takes less than a second; more signatures take longer."
    )
    st.caption(KEPT)
