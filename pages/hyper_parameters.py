"""Hyper-parameters: depth and width of the paper's network, cross-validated on the same folds."""

import streamlit as st

from gpar_core.analyses.hyper_parameters.compute import LAYERS, NODES, grid, n_weights
from gpar_core.analyses.hyper_parameters.plan import MAX_STEPS, plan_sweep
from gpar_core.analyses.hyper_parameters.request import SweepRequest
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import TrainingSet
from gpar_core.learn.folds import assign_folds
from gpar_core.learn.presets import LayeredSettings
from pages._hyper_parameters.view import draw
from pages._shared.analysis_frame import analysis_page
from pages._shared.compound_picker import Picked, pick
from pages._shared.error_box import error_box
from pages._shared.job_panel import start
from pages._shared.method_form import NEGATIVES, as_numbers, choose_cells
from pages._shared.terms import explained

ABOUT = (
    "How deep and how wide should the paper's network be? Networks of 2 to 5 hidden layers of 10 "
    "to 2,048 nodes each (the range that Gao et al. 2021 tested) are cross-validated on **the same "
    "folds**; those that cannot win are stopped early."
)

# Nodes of a layer from which on most of the time goes there.
WIDE = 1000


def form(compendium: Compendium) -> None:
    """Drugs and settings, and what would be trained shown before the click."""
    left, right = st.columns([3, 2], gap="large")
    picked = Picked()
    with left:
        st.header("1 · Drugs", anchor=False)
        with error_box():
            picked = pick(compendium, uploads=False)
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
            negatives = st.selectbox(
                "Negative set",
                list(NEGATIVES),
                format_func=NEGATIVES.get,
                key="sweep-negatives",
                persist_state="session",
            )
            seed = st.number_input(
                "Seed", 0, 2**31 - 1, 0, key="sweep-seed", persist_state="session"
            )
    with right, st.container(border=True):
        st.header("3 · What is trained", anchor=False)
        if picked.nothing:
            st.caption("Choose drugs or a MOA to see how much there is to train.")
            st.button("Start", type="primary", disabled=True, width="stretch")
            return
        with error_box():
            request, training_set = plan_sweep(
                compendium,
                drugs=picked.drugs,
                moa=picked.moa,
                cells=cells,
                layers=layers,
                nodes=as_numbers(nodes, "nodes", NODES[0], NODES[-1]),
                steps=int(steps),
                negatives=negatives,
                seed=int(seed),
            )
            show_plan(request, training_set)
            if st.button("Start", type="primary", width="stretch"):
                start(request)


def show_plan(request: SweepRequest, training_set: TrainingSet) -> None:
    """The training set, how many networks, and what they come to."""
    settings = grid(request.layers, request.nodes, request.steps)
    k = assign_folds(training_set.positive, training_set.drug, seed=request.seed).k
    drugs, networks = st.columns(2)
    drugs.metric("Drugs", training_set.n_positive_compounds, help=explained("positive-set"))
    drugs.caption(
        f"{training_set.n_positive_signatures} signatures, against "
        f"{training_set.n_negative_signatures:,}"
    )
    networks.metric(
        "Networks",
        f"{len(settings) * k:,}",
        help="Trainings that this takes: one for each fold of each setting",
    )
    networks.caption(f"at most: {len(settings)} settings, {k} folds")
    work = sum(n_weights(each) for each in settings.values()) / n_weights(LayeredSettings())
    # 2,000 steps at 5 to 8 ms, measured; a network's time goes by its weights, roughly.
    st.markdown(
        f"As much work as training the paper's network **{work * k * request.steps / 2000:,.0f} "
        "times**, less what is stopped early; once takes about 10 seconds of one core."
    )
    wide = max(request.nodes)
    if wide >= WIDE:
        st.caption(f"Most of it is in the widest layers: without {wide:,} nodes it is far less.")
    st.caption("What is done stays, even if you cancel: asking again goes on with the rest.")


analysis_page("Hyper-parameters", ABOUT, SweepRequest, form, draw)
