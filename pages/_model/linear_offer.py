"""Offer to train or open the linear model if it beats the model on the same folds."""

from contextlib import suppress
from dataclasses import replace

import streamlit as st

from gpar_core.analyses.training.request import TrainRequest
from gpar_core.analyses.training.result import ModelSummary
from gpar_core.errors import NotFoundError, RequestError
from gpar_core.jobs import engine
from gpar_core.jobs.store import JobStore
from gpar_core.report.origins import training_request
from gpar_core.storage.requests import job_id
from pages._shared.error_box import error_box
from pages._shared.loaders import load_compendium
from pages._shared.state import cache, go


def offer_linear(summary: ModelSummary) -> None:
    """Show a note if the linear model is better, with a button that trains or opens it."""
    ahead, own = summary.logistic_auroc, summary.metrics.mean_auroc
    if ahead is None or round(ahead, 3) <= round(own, 3):
        return
    said, button = st.columns([3, 1], vertical_alignment="center")
    said.info(
        "On the same folds, logistic regression has a higher mean AUROC than this model: "
        f"{ahead:.3f} versus {own:.3f}."
    )
    request = _linear_request(summary)
    if request is None:
        return
    trained = job_id(request) in cache().model_ids()
    label = "Open linear model" if trained else "Train linear model"
    if button.button(
        label,
        key=f"linear-{summary.model_id}",
        help="Logistic regression on the same drugs, cell lines, negatives and seed",
        width="stretch",
    ):
        with error_box():
            if not trained:
                _check_unchanged(summary)
                engine.submit(cache(), request)
            go("drug_prediction", job=job_id(request))


def _linear_request(summary: ModelSummary) -> TrainRequest | None:
    """The same training with the preset 'linear', None if the request is no longer known."""
    request = training_request(summary)
    if request is None:  # of uploaded profiles: its job knows them
        with suppress(NotFoundError):
            found = JobStore(cache()).get(summary.model_id).request
            request = found if isinstance(found, TrainRequest) else None
    if request is None:
        return None
    return replace(request, method=replace(request.method, preset="linear"))


def _check_unchanged(summary: ModelSummary) -> None:
    if load_compendium(summary.compendium).fingerprint != summary.fingerprint:
        raise RequestError(
            f"The compendium '{summary.compendium}' has changed since this model was trained. "
            "Start a new prediction on it with the preset 'linear'."
        )
