"""Choose the positive set, cell lines and method; see the training set before it is used."""

import streamlit as st

from gpar_core.analyses.training.plan import plan_training
from gpar_core.charts import learning_curves as charts
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import TrainingSet
from gpar_core.data.uploads import publish_profiles
from gpar_core.learn.folds import assign_folds
from gpar_core.learn.learning_curves import expected, learning_curves
from pages._drug_prediction.beginning import show_examples, show_newest
from pages._shared.cached_charts import chart_once
from pages._shared.compound_picker import Picked, pick
from pages._shared.error_box import error_box, plain
from pages._shared.job_panel import start
from pages._shared.method_form import choose_cells, choose_method
from pages._shared.state import cache
from pages._shared.terms import explained


def choose(compendium: Compendium) -> None:
    """Show examples, the form, and the resulting training set before the click."""
    show_examples(compendium)
    left, right = st.columns([3, 2], gap="large")
    picked = Picked()
    with left:
        st.header("1 · Positive drugs", anchor=False)
        with error_box():
            picked = pick(compendium)
        st.header("2 · Cell lines", anchor=False)
        cells = choose_cells(
            compendium,
            "cells",
            help="Applies to drugs and negatives; uploaded profiles are used as they are.",
        )
        with st.expander("Method"):
            method = choose_method("drugs", cells)
            null = st.number_input(
                "Full permuted-label runs",
                0,
                20,
                0,
                help="Also trains the model on permuted labels. With 19 or more runs, these "
                "decide the verdict instead of the quick runs. Each run takes as long as the "
                "training itself.",
                key="null",
                persist_state="session",
            )
    box = right.container(border=True)
    box.header("3 · Training set", anchor=False)
    if picked.nothing:
        box.caption("Choose drugs or a MOA, or upload profiles, to see the training set.")
        box.button("Start training", type="primary", disabled=True, width="stretch")
        with right, error_box():
            show_newest(compendium)
        return
    with box, error_box():
        uploaded = picked.upload.profiles() if picked.upload else None
        request, training_set = plan_training(
            compendium,
            picked.drug_set,
            method,
            null_repeats=int(null),
            uploaded=uploaded,
        )
        show_training_set(training_set, method.seed)
        if st.button("Start training", type="primary", width="stretch"):
            if uploaded:
                publish_profiles(cache(), uploaded)
            start(request)


def show_training_set(training_set: TrainingSet, seed: int) -> None:
    folds = assign_folds(training_set.positive, training_set.drug, seed=seed)
    positive, negative = st.columns(2)
    positive.metric(
        "Positive drugs", training_set.n_positive_compounds, help=explained("positive-set")
    )
    kind = "uploaded profiles" if training_set.uploaded else "representative signatures"
    positive.caption(f"{training_set.n_positive_signatures} {kind}")
    negative.metric(
        "Negatives",
        f"{training_set.n_negative_compounds:,}",
        help=explained("negative-set"),
    )
    negative.caption(f"{training_set.n_negative_signatures:,} representative signatures")
    st.markdown(f"**{folds.k}-fold** cross-validation by {folds.by}")
    if folds.by == "signature":
        st.caption("With only one drug, the folds split its signatures instead of drugs.")
    _show_expectation(training_set)
    for note in training_set.uploaded.notes if training_set.uploaded else ():
        st.caption(plain(note))
    if training_set.note:
        st.info(plain(training_set.note))


def _show_expectation(training_set: TrainingSet) -> None:
    """What MOAs of real data reach with as many drugs and cell lines."""
    expectation = expected(training_set)
    if expectation is None:
        return
    n_cells = expectation.n_cells
    st.caption(expectation.sentence)
    with st.popover("Show how many drugs it takes", width="stretch"):
        st.markdown(
            "The mean AUROC that known MOAs reach with the preset 'fast', by number of drugs. "
            "Line: half of the MOAs are above it. Band: the middle half of them, "
            f"with {'1 cell line' if n_cells == 1 else f'{n_cells} cell lines'}. "
            "More drugs narrow the range; some MOAs are hard to learn with any number."
        )
        chart_once(
            "learning curves",
            (n_cells,),
            lambda: charts.learning_curves(learning_curves(), n_cells),
        )
