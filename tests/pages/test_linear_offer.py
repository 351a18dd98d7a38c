"""Where logistic regression is ahead, the linear model is one click away."""

import json
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from gpar_core.analyses.run_job import run_job
from gpar_core.analyses.training.request import TrainRequest
from gpar_core.jobs.job import State
from gpar_core.jobs.store import JobStore
from gpar_core.learn.engine import FitPool
from gpar_core.progress import silent
from gpar_core.storage.cache import MANIFEST
from gpar_core.storage.requests import job_id
from tests.pages.conftest import Library
from tests.pages.stage import ended, labels, page, press, words

TRAIN, OPEN = "Train linear model", "Open linear model"


def opened(stocked: Library, ahead: float | None, *, known: bool = True) -> AppTest:
    """A model beside which logistic regression is ahead by so much.

    known: whether its summary says all that was asked for.
    """
    manifest = stocked.cache.model(job_id(stocked.by_name)) / MANIFEST
    content = json.loads(manifest.read_text())
    own = content["summary"]["metrics"]["mean_auroc"] = 0.9
    content["summary"] |= {
        "logistic_auroc": None if ahead is None else own + ahead,
        "null_auroc": [] if known else [0.5],  # as if it had been asked for otherwise
        "created_at": f"2999-01-01T00:00:00 {ahead} {known}",  # what is drawn is kept by it
    }
    manifest.write_text(json.dumps(content))
    return page("models", model=job_id(stocked.by_name))


def linear(request: TrainRequest) -> TrainRequest:
    return replace(request, method=replace(request.method, preset="linear"))


@pytest.mark.parametrize("ahead", [None, -0.2, 0.0, 0.0004])
def test_nothing_is_offered_where_it_is_not_ahead(stocked: Library, ahead: float | None) -> None:
    app = opened(stocked, ahead)
    assert "has a higher mean AUROC than this model" not in words(app)
    assert not {TRAIN, OPEN} & set(labels(app))


def test_the_same_training_is_asked_for_with_the_linear_preset(stocked: Library) -> None:
    app = opened(stocked, 0.05)
    assert "logistic regression has a higher mean AUROC than this model" in words(app.info)
    press(app, TRAIN)
    (job,) = JobStore(stocked.cache).active_jobs()
    assert job.request == linear(stocked.by_name)
    assert app.query_params["job"] == job.id
    assert words(app.title) == "Drug prediction"


def test_what_only_the_job_knows_is_taken_from_it(stocked: Library) -> None:
    """As of uploaded profiles."""
    assert TRAIN not in labels(opened(stocked, 0.05, known=False))
    ended(stocked.cache, stocked.by_name, State.DONE)
    press(page("models", model=job_id(stocked.by_name)), TRAIN)
    (job,) = JobStore(stocked.cache).active_jobs()
    assert job.request == linear(stocked.by_name)


def test_a_linear_model_that_is_there_is_opened(stocked: Library) -> None:
    request: TrainRequest = linear(stocked.by_name)
    with FitPool(1) as pool:
        run_job(request, stocked.cache, silent, pool)
    app = press(opened(stocked, 0.05), OPEN)
    assert not JobStore(stocked.cache).active_jobs()
    assert app.query_params["job"] == job_id(request)
    assert "with the preset 'linear'" in words(app)
    assert "Logistic regression" not in {metric.label for metric in app.metric}
    quality = page("models", model=job_id(request), tab="Quality")
    assert not quality.exception


def test_a_compendium_that_has_changed_is_said_before_the_queue(stocked: Library) -> None:
    app = opened(stocked, 0.05)
    manifest = stocked.cache.compendium("demo") / MANIFEST
    content = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(content | {"fingerprint": "f" * 64}))
    press(app, TRAIN)
    assert "has changed since this model was trained" in words(app.error)
    assert not JobStore(stocked.cache).active_jobs()
