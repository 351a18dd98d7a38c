"""What the page shows before drugs are chosen: examples, and a trained model."""

import streamlit as st

from gpar_core.analyses.training.charts.along import along_the_score as along_chart
from gpar_core.analyses.training.outlook import along_the_score, headline, recovery
from gpar_core.analyses.training.result import ModelSummary
from gpar_core.data.compendium import Compendium
from gpar_core.learn.verdict import WELL_TRAINED
from pages._shared.cached_charts import drawn_once, show_chart
from pages._shared.compound_picker import choose_drugs, choose_moa
from pages._shared.error_box import error_box, plain
from pages._shared.examples import example_buttons, known_compounds
from pages._shared.loaders import load_model, load_summaries
from pages._shared.model_names import called
from pages._shared.state import Key

MOAS = ("HSP inhibitor", "HDAC inhibitor")
"""Beside one drug: six drugs of which one does not belong, and many that are alike."""


def show_examples(compendium: Compendium) -> None:
    """A button for each example that the compendium has; it chooses the positive set."""
    names = dict(zip(compendium.moas["moa"].str.casefold(), compendium.moas["moa"], strict=True))
    moas = [names[moa.casefold()] for moa in MOAS if moa.casefold() in names]

    @error_box()
    def use(name: str) -> None:
        if name in moas:
            choose_moa(name, uploads=True)
        else:
            choose_drugs([name])

    example_buttons([*known_compounds(compendium)[:1], *moas], use)


def show_newest(compendium: Compendium) -> None:
    """The newest well-trained model of the compendium, or else the newest, in small, with a link;
    nothing if there is none."""
    summaries, _ = load_summaries()
    of_it = (each for each in summaries if each.fingerprint == compendium.fingerprint)
    there = [each for each in of_it if each.compendium == compendium.name]
    if not there:
        return
    good = (each for each in there if each.verdict.name == WELL_TRAINED)
    newest = next(good, there[0])
    with st.container(border=True):
        st.markdown(f"**Trained model: {plain(called(newest))}**")
        drawn_once("newest model", newest.identity, lambda: _outlook(newest))
        st.page_link(
            "pages/drug_prediction.py",
            label="Open model",
            query_params={Key.JOB.value: newest.model_id},
        )


def _outlook(summary: ModelSummary) -> None:
    model = load_model(summary.model_id)
    show_chart(along_chart(along_the_score(model), simulated=summary.simulated))
    found = recovery(model.training_drugs, model.ranking)
    st.caption(f"{summary.verdict.title}: {headline(summary, found)}")
