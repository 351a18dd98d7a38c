"""The right column of a form: the planned computation and the button that starts it."""

from collections.abc import Callable

import streamlit as st

from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import TrainingSet
from gpar_core.learn.folds import assign_folds
from gpar_core.storage.requests import Request
from pages._shared.compound_picker import Picked, choose_moa, pick
from pages._shared.error_box import error_box
from pages._shared.examples import example_buttons
from pages._shared.job_panel import start
from pages._shared.terms import explained

EXAMPLE = "estrogen receptor agonist"
"""Figure 1d of Gao et al. 2021."""

KEPT = "Finished parts are kept even if you cancel: starting again computes only the rest."


def pick_drugs(compendium: Compendium) -> Picked:
    """The first field of the form: drugs or a MOA; nothing where they cannot be read."""
    st.header("1 · Drugs", anchor=False)
    picked = Picked()
    with error_box():
        picked = pick(compendium, uploads=False)
        if picked.nothing and (moa := _example(compendium)):
            example_buttons([moa], _choose, lead="**Example**")
    return picked


def _example(compendium: Compendium) -> str:
    """A MOA to begin with: the paper's example, or the one with the most drugs; '' without any."""
    moas = compendium.moas
    ofpaper = moas["moa"].str.casefold() == EXAMPLE.casefold()
    first = moas[ofpaper] if ofpaper.any() else moas.nlargest(1, "n_drugs")
    return str(first["moa"].iloc[0]) if len(first) else ""


@error_box()
def _choose(moa: str) -> None:
    choose_moa(moa)


def offer(picked: Picked, title: str, hint: str, plan: Callable[[], Request]) -> None:
    """Draw a box with the button that starts the request that `plan` returns.

    plan: draws the plan; if it raises an error, the box shows it instead of the button. hint: shown
    while nothing is picked.
    """
    with st.container(border=True):
        st.header(title, anchor=False)
        if picked.nothing:
            st.caption(hint)
            st.button("Start analysis", type="primary", disabled=True, width="stretch")
            return
        with error_box():
            request = plan()
            if st.button("Start analysis", type="primary", width="stretch"):
                start(request)


def show_size(
    training_set: TrainingSet, seed: int, n_networks: Callable[[int], int], about: str
) -> int:
    """Show the numbers of drugs and of trainings; return the number of folds.

    n_networks: number of trainings for a number of folds. about: caption below it, with '{k}' for
    the number of folds.
    """
    k = assign_folds(training_set.positive, training_set.drug, seed=seed).k
    drugs, trainings = st.columns(2)
    drugs.metric("Drugs", training_set.n_positive_compounds, help=explained("positive-set"))
    drugs.caption(
        f"{training_set.n_positive_signatures:,} signatures, against "
        f"{training_set.n_negative_signatures:,}"
    )
    trainings.metric(
        "Trainings",
        f"{n_networks(k):,}",
        help=explained("fold", "One training for each fold of each setting."),
    )
    trainings.caption(about.format(k=k))
    return k
