"""Choose the trained model to find important genes for."""

import streamlit as st

from gpar_core.analyses.genes.plan import plan_gene_importance
from gpar_core.analyses.training.result import ModelSummary
from gpar_core.data.compendium import Compendium
from gpar_core.learn.gene_selection import N_SELECTED
from gpar_core.learn.verdict import WELL_TRAINED
from pages._shared.error_box import error_box, plain
from pages._shared.job_panel import start
from pages._shared.loaders import load_summaries
from pages._shared.model_names import names_of
from pages._shared.state import Key, from_url, go
from pages._shared.terms import explained


def form(compendium: Compendium) -> None:
    """Choose a model of the compendium; show the planned computation before the click."""
    summaries = {
        each.model_id: each for each in load_summaries()[0] if each.compendium == compendium.name
    }
    if not summaries:
        st.info("This compendium has no models yet. Choose drugs or a MOA to train one.")
        if st.button("Open Drug prediction", type="primary"):
            go("drug_prediction")
        return
    left, right = st.columns([3, 2], gap="large")
    with left:
        wanted = from_url(Key.MODEL)
        ids, names = list(summaries), names_of(summaries.values())
        chosen = st.selectbox(
            "Model",
            ids,
            index=ids.index(wanted) if wanted in summaries else 0,
            format_func=lambda model_id: _named(summaries[model_id], names[model_id]),
            key=f"genes-model-{wanted}",
        )
        if wanted and wanted not in summaries:
            st.caption("The linked model was deleted or is not from this compendium.")
        st.caption(
            f"Finds the {N_SELECTED} most important landmark genes in two ways: by **integrated "
            "gradients** of the model (Sundararajan et al. 2017), and by the coefficients of a "
            "**logistic regression**, as in the paper. Also shows how far the two agree, and which "
            "genes remain important without the drugs of each fold.",
            help=explained("integrated-gradients"),
        )
    with right, st.container(border=True), error_box():
        summary = summaries[chosen]
        request = plan_gene_importance(compendium, summary)
        auroc, trainings = st.columns(2)
        auroc.metric(
            "Mean AUROC", f"{summary.metrics.mean_auroc:.3f}", help=explained("mean-auroc")
        )
        auroc.caption("95% interval {:.3f}–{:.3f}".format(*summary.metrics.interval))
        trainings.metric(
            "Trainings",
            summary.k,
            help="The model is trained again without each fold",
        )
        trainings.caption(f"one without each fold; {_about(summary)} in all")
        if summary.verdict.name != WELL_TRAINED:
            st.warning(
                f"The verdict on this model is {plain(summary.verdict.name)}, so its genes may not "
                "be meaningful."
            )
        if st.button("Find important genes", type="primary", width="stretch"):
            start(request)


def _named(summary: ModelSummary, name: str) -> str:
    return f"{name} · {summary.preset} · {summary.metrics.mean_auroc:.3f}"


def _about(summary: ModelSummary) -> str:
    trained = 1 + summary.k * (1 + len(summary.null_auroc))
    seconds = summary.seconds / trained * summary.k
    if seconds < 45:
        return "less than a minute"
    return "about a minute" if seconds < 90 else f"about {seconds / 60:.0f} minutes"
