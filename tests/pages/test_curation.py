"""Curation on a model's page: asked for, followed, shown, and the set trained without suspects."""

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Multiselect

from gpar_core.analyses.curation import result as curations
from gpar_core.analyses.curation.request import CurationRequest
from gpar_core.analyses.training.request import TrainRequest
from gpar_core.jobs.job import State
from gpar_core.jobs.store import JobStore
from gpar_core.storage.cache import publishing
from gpar_core.storage.requests import Request, job_id
from pages._shared.error_box import plain
from tests.pages.conftest import Library
from tests.pages.stage import EVIL, ended, labels, page, press, running, words
from tests.saved_curation import drugs, saved

ASK, RETRAIN = "Find outlier drugs", "Retrain without these drugs"


def of(model: TrainRequest) -> CurationRequest:
    return CurationRequest(job_id(model), model.drug_set.label)


def find(stocked: Library, model: TrainRequest, n_suspects: int = 1) -> None:
    """Put a curation there whose first `n_suspects` drugs are suspected."""
    with publishing(stocked.cache.curation(job_id(of(model)))) as folder:
        curations.save(saved(drugs(model.drug_set.drugs, n_suspects=n_suspects)), folder)


def opened(model: TrainRequest) -> AppTest:
    return page("models", model=job_id(model), tab="Training drugs")


def jobs_of(stocked: Library, kind: type[Request]) -> list[Request]:
    requests = [job.request for job in JobStore(stocked.cache).active_jobs()]
    return [request for request in requests if isinstance(request, kind)]


def test_the_question_says_what_it_takes(stocked: Library) -> None:
    said = words(opened(stocked.simulated))
    assert "Outlier drugs" in said
    # Four folds of four drugs, and each drug left out of the three folds that do not hold it out.
    assert "This takes 80 rounds of learning" in said


def test_asking_starts_the_job_and_stays_on_the_page(stocked: Library) -> None:
    app = press(opened(stocked.simulated), ASK)
    assert jobs_of(stocked, CurationRequest) == [of(stocked.simulated)]
    assert "Waiting: number 1 in the queue" in words(app)
    assert ASK not in labels(app)
    assert app.query_params["model"] == job_id(stocked.simulated)
    assert "job" not in app.query_params


def test_on_drug_prediction_the_job_of_the_url_stays(stocked: Library) -> None:
    app = page("drug_prediction", job=job_id(stocked.simulated), tab="Training drugs")
    press(app, ASK)
    assert app.query_params["job"] == job_id(stocked.simulated)
    assert "Waiting: number 1 in the queue" in words(app)


def test_a_job_under_way_is_found_again(stocked: Library) -> None:
    running(stocked.cache, of(stocked.simulated))
    app = opened(stocked.simulated)
    assert "Cancel" in labels(app)
    assert ASK not in labels(app)


@pytest.mark.parametrize("state", [State.FAILED, State.CANCELLED])
def test_a_job_that_did_not_finish_can_be_tried_again(stocked: Library, state: State) -> None:
    ended(stocked.cache, of(stocked.simulated), state, "No memory.")
    press(opened(stocked.simulated), "Try again")
    assert jobs_of(stocked, CurationRequest) == [of(stocked.simulated)]


def test_a_result_that_was_deleted_can_be_asked_for_again(stocked: Library) -> None:
    ended(stocked.cache, of(stocked.simulated), State.DONE)
    press(opened(stocked.simulated), ASK)
    assert jobs_of(stocked, CurationRequest) == [of(stocked.simulated)]


def test_a_suspect_is_named_with_its_figures(stocked: Library) -> None:
    find(stocked, stocked.simulated)
    app = opened(stocked.simulated)
    assert (
        "**hdac0 does not look like the others:** without it the mean AUROC rises from 0.840 to "
        "0.990 (by 0.150; noise 0.050)." in words(app)
    )
    table = app.dataframe[-1].value
    assert table["pert_iname"].tolist() == list(stocked.simulated.drug_set.drugs)
    assert set(table["Data"]) == {"SIMULATED"}


def test_where_all_belong_nothing_stands_out(stocked: Library) -> None:
    find(stocked, stocked.simulated, n_suspects=0)
    app = opened(stocked.simulated)
    assert "**No drug stands out.**" in words(app)
    assert left_out(app).value == []
    assert next(button for button in app.button if button.label == RETRAIN).disabled


def test_one_click_trains_without_the_suspects(stocked: Library) -> None:
    find(stocked, stocked.simulated)
    app = press(opened(stocked.simulated), RETRAIN)
    (request,) = jobs_of(stocked, TrainRequest)
    assert isinstance(request, TrainRequest)
    assert request.drug_set.drugs == ("hdac1", "hdac2", "hdac3")
    assert request.drug_set.label == "HDAC inhibitor without hdac0"
    simulated = stocked.simulated
    assert (request.compendium, request.fingerprint) == (
        simulated.compendium,
        simulated.fingerprint,
    )
    assert replace(request.method, negatives="auto") == replace(simulated.method, negatives="auto")
    assert app.query_params["job"] == job_id(request)
    assert "Train on HDAC inhibitor without hdac0" in words(app)


def left_out(app: AppTest) -> Multiselect:
    return next(box for box in app.multiselect if box.label == "Leave out")


def test_the_user_decides_who_is_left_out(stocked: Library) -> None:
    find(stocked, stocked.simulated)
    app = opened(stocked.simulated)
    left_out(app).set_value(["hdac2", "hdac3"]).run()
    press(app, RETRAIN)
    (request,) = jobs_of(stocked, TrainRequest)
    assert isinstance(request, TrainRequest)
    assert request.drug_set.drugs == ("hdac0", "hdac1")


def test_not_everyone_can_be_left_out(stocked: Library) -> None:
    find(stocked, stocked.simulated)
    app = opened(stocked.simulated)
    left_out(app).set_value(list(stocked.simulated.drug_set.drugs)).run()
    assert next(button for button in app.button if button.label == RETRAIN).disabled


def test_retraining_on_a_changed_compendium_is_refused(stocked: Library) -> None:
    find(stocked, stocked.simulated)
    app = opened(stocked.simulated)
    from tests.pages.stage import DRUGS
    from tests.synthetic import build

    build(stocked.cache.compendium("demo"), DRUGS, seed=7, name="demo", simulated=True)
    press(app, RETRAIN)
    assert "has changed since this model was trained" in words(app.error)


def test_two_drugs_are_too_few(stocked: Library) -> None:
    app = opened(stocked.by_name)
    assert "The positive set has 2 drugs" in words(app)
    assert ASK not in labels(app)


def test_a_damaged_result_is_an_error_with_advice(stocked: Library) -> None:
    find(stocked, stocked.simulated)
    (stocked.cache.curation(job_id(of(stocked.simulated))) / "drugs.parquet").write_text("x")
    app = opened(stocked.simulated)
    assert "Delete it and run it again" in words(app.error)
    assert ASK in labels(press(app, "Delete this curation"))


def test_names_are_shown_as_they_stand(stocked: Library) -> None:
    find(stocked, stocked.evil)
    app = opened(stocked.evil)
    said = words(app.warning)
    assert plain(stocked.evil.drug_set.drugs[0]) in said
    assert not any(name in said for name in EVIL)
