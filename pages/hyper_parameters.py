"""Hyper-parameters: cross-validate depths and widths of the paper's network on the same folds."""

import streamlit as st

from gpar_core.analyses.hyper_parameters.compute import LAYERS, NODES, grid, n_weights
from gpar_core.analyses.hyper_parameters.plan import MAX_STEPS, plan_sweep
from gpar_core.analyses.hyper_parameters.request import SweepRequest
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import TrainingSet
from gpar_core.learn.presets import LayeredSettings
from pages._hyper_parameters.view import draw
from pages._shared.analysis_frame import analysis_page
from pages._shared.method_form import as_numbers, choose_cells, choose_negatives_and_seed
from pages._shared.planned_form import KEPT, offer, pick_drugs, show_size

ABOUT = (
    "How deep and how wide should the paper's network be? GPAR cross-validates networks of 2 to 5 "
    "hidden layers of 10 to 2,048 nodes each (the range that Gao et al. 2021 tested) on **the same "
    "folds**. Settings that cannot win are stopped early."
)

# Layers with at least this many nodes take most of the time.
WIDE = 1000


def form(compendium: Compendium) -> None:
    """Choose drugs and settings; show the planned training before the click."""
    left, right = st.columns([3, 2], gap="large")
    with left:
        picked = pick_drugs(compendium)
        cells = choose_cells(compendium, "cells")
        st.header("2 · Settings", anchor=False)
        layers = st.multiselect(
            "Hidden layers", LAYERS, LAYERS, key="sweep-layers", persist_state="session"
        )
        nodes = st.multiselect(
            "Nodes of each hidden layer",
            NODES,
            NODES,
            accept_new_options=True,
            placeholder="10 to 2,048; type a number",
            key="sweep-nodes",
            persist_state="session",
        )
        with st.expander("Method"):
            steps = st.number_input(
                "Steps", 1, MAX_STEPS, 2000, 100, key="sweep-steps", persist_state="session"
            )
            method = choose_negatives_and_seed("sweep", cells)

    def plan() -> SweepRequest:
        request, training_set = plan_sweep(
            compendium,
            picked.drug_set,
            method,
            layers=layers,
            nodes=as_numbers(nodes, "nodes", NODES[0], NODES[-1]),
            steps=int(steps),
        )
        show_plan(request, training_set)
        return request

    with right:
        hint = "Choose drugs or a MOA to see how many trainings this takes."
        offer(picked, "3 · Training", hint, plan)


def show_plan(request: SweepRequest, training_set: TrainingSet) -> None:
    """Show the training set, the number of trainings, and the work they take."""
    settings = grid(request.layers, request.nodes, request.steps)
    k = show_size(
        training_set,
        request.method.seed,
        lambda k: len(settings) * k,
        f"at most: {len(settings)} settings, {{k}} folds",
    )
    work = sum(n_weights(each) for each in settings.values()) / n_weights(LayeredSettings())
    # 2,000 steps at 5 to 8 ms, measured; training time is roughly proportional to the weights.
    st.markdown(
        f"As much work as **{work * k * request.steps / 2000:,.0f} trainings** of the paper's "
        "network, or less if settings are stopped early. One takes about 10 seconds on one core."
    )
    wide = max(request.nodes)
    if wide >= WIDE:
        st.caption(
            f"The widest layers take most of the time: without {wide:,} nodes it is far less."
        )
    st.caption(KEPT)


analysis_page("Hyper-parameters", ABOUT, SweepRequest, form, draw, newest=True)
