"""The right column of a form: what would be computed, shown before the click that starts it."""

from collections.abc import Callable

import streamlit as st

from gpar_core.data.training_set import TrainingSet
from gpar_core.learn.folds import assign_folds
from gpar_core.storage.requests import Request
from pages._shared.compound_picker import Picked
from pages._shared.error_box import error_box
from pages._shared.job_panel import start
from pages._shared.terms import explained

KEPT = "Finished parts are kept, also if you cancel: starting it again computes only the rest."


def offer(picked: Picked, title: str, hint: str, plan: Callable[[], Request]) -> None:
    """A box with the button that starts what `plan` returns.

    plan: draws what it plans; an error of its own is shown in place of the button. hint: what is
    shown while nothing is picked.
    """
    with st.container(border=True):
        st.header(title, anchor=False)
        if picked.nothing:
            st.caption(hint)
            st.button("Start", type="primary", disabled=True, width="stretch")
            return
        with error_box():
            request = plan()
            if st.button("Start", type="primary", width="stretch"):
                start(request)


def show_size(
    training_set: TrainingSet, seed: int, n_networks: Callable[[int], int], about: str
) -> int:
    """The drugs and how many networks there are to train; returns the number of folds.

    n_networks: for a number of folds. about: of the networks, with '{k}' for the number of folds.
    """
    k = assign_folds(training_set.positive, training_set.drug, seed=seed).k
    drugs, networks = st.columns(2)
    drugs.metric("Drugs", training_set.n_positive_compounds, help=explained("positive-set"))
    drugs.caption(
        f"{training_set.n_positive_signatures:,} signatures, against "
        f"{training_set.n_negative_signatures:,}"
    )
    networks.metric(
        "Networks",
        f"{n_networks(k):,}",
        help="Trainings that this takes: one for each fold of each setting",
    )
    networks.caption(about.format(k=k))
    return k
