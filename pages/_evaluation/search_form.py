"""Choose scores, list lengths, noise and queries; show what the evaluation takes."""

import streamlit as st

from gpar_core.analyses.search_evaluation.plan import (
    LENGTHS,
    MAX_LENGTH,
    NOISE,
    classes_to_retrieve,
    plan_search_evaluation,
)
from gpar_core.compare.methods import MIN_CLASSES
from gpar_core.data.class_names import NOUNS
from gpar_core.data.compendium import Compendium
from gpar_core.search.scores import SCORES
from pages._shared.class_choice import choose_classes
from pages._shared.error_box import error_box, plain
from pages._shared.job_panel import start
from pages._shared.loaders import load_compendium
from pages._shared.method_form import as_numbers
from pages._shared.state import cache

LEVELS = (0.0, 0.5, 1.0, 2.0)
OWN = ""
ABOUT = (
    "Searches with the most changed genes of each compound that has a known MOA or target. A good "
    "score puts the other compounds of that class first. The compound itself is left out of the "
    "results, under any id."
)


def form(compendium: Compendium) -> None:
    """Choose settings; show how many MOAs and searches they need before the click."""
    st.caption(ABOUT)
    left, right = st.columns([3, 2], gap="large")
    with left:
        queries = _choose_queries(compendium)
        classes = choose_classes(compendium, "search-evaluation")
        scores = st.multiselect(
            "Scores",
            list(SCORES),
            list(SCORES),
            placeholder="All scores",
            format_func=lambda name: SCORES[name].label,
            key="search-evaluation-scores",
            persist_state="session",
            help="\n".join(f"- {plain(each.label)}: {each.about}" for each in SCORES.values()),
        )
        lengths = st.multiselect(
            "Genes in each list",
            LENGTHS,
            LENGTHS,
            accept_new_options=True,
            placeholder=f"1 to {MAX_LENGTH}; type a number",
            key="search-evaluation-genes",
            persist_state="session",
            help="How many of a compound's most up-regulated, and as many of its most "
            "down-regulated, genes make up a query",
        )
        noise = st.multiselect(
            "Noise",
            LEVELS,
            NOISE,
            format_func=lambda level: f"{level:g}",
            key="search-evaluation-noise",
            persist_state="session",
            help="Random noise added to each z-score before the lists are chosen: its standard "
            "deviation",
        )
    with right, st.container(border=True), error_box():
        request = plan_search_evaluation(
            compendium,
            scores=scores,
            genes=as_numbers(lengths, "genes", 1, MAX_LENGTH),
            noise=noise,
            queries=queries,
            among=classes,
        )
        n_classes = len(classes_to_retrieve(compendium, queries, classes))
        many = NOUNS[classes].many
        st.metric(
            many[0].upper() + many[1:],
            n_classes,
            help=f"{many[0].upper()}{many[1:]} with at least two drugs: one to search with, "
            "another to find",
        )
        if n_classes < MIN_CLASSES:
            st.warning(
                f"Too few {many} to tell which score is better: intervals and p need at least "
                f"{MIN_CLASSES}."
            )
        parts = len(request.scores) * len(request.genes) * len(request.noise)
        st.caption(
            f"{parts} combinations of score, list length and noise. Finished parts are kept even "
            "if you cancel: starting again computes only the rest."
        )
        if st.button("Run evaluation", type="primary", width="stretch"):
            start(request)


def _choose_queries(compendium: Compendium) -> Compendium | None:
    """The compendium whose compounds are queries, None for the one in use."""
    others = [name for name in cache().compendium_names() if name != compendium.name]
    chosen = st.selectbox(
        "Queries",
        [OWN, *others],
        format_func=lambda name: f"Compounds of {plain(name)}" if name else "Its own compounds",
        key=f"search-evaluation-queries-{compendium.name}",
        persist_state="session",
        help="Compounds of another compendium show how well a search works with data from "
        "elsewhere. Molecules that are in both are left out of the results and counted separately.",
    )
    return load_compendium(chosen) if chosen else None
