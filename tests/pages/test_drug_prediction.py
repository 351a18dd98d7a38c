import dataclasses
import shutil
import sqlite3

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from gpar_core import fields
from gpar_core.analyses.method import Method
from gpar_core.analyses.training.request import TrainRequest
from gpar_core.errors import WorkerError
from gpar_core.jobs import engine
from gpar_core.jobs.job import State
from gpar_core.jobs.store import JobStore
from gpar_core.storage.cache import Cache, remove
from gpar_core.storage.requests import job_id
from tests.import_requests import import_request
from tests.pages.conftest import Library
from tests.pages.stage import ended, labels, page, press, running, waiting, words


@pytest.fixture
def form(stocked: Library) -> AppTest:
    return page("drug_prediction")


@pytest.fixture
def request_(stocked: Library) -> TrainRequest:
    """A training that is not done yet, of four folds."""
    return dataclasses.replace(stocked.simulated, method=Method(seed=1))


def figures(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def choose_by(app: AppTest, way: str) -> AppTest:
    return app.segmented_control(key="way").set_value(way).run()


def test_nothing_can_be_trained_before_drugs_are_chosen(form: AppTest) -> None:
    assert "Choose drugs or a MOA" in words(form)
    assert next(button for button in form.button if button.label == "Start training").disabled


def test_a_worker_is_wanted_as_soon_as_the_form_is_shown(
    form: AppTest, stocked: Library, supervised: list[Cache]
) -> None:
    assert supervised == [stocked.cache]


def test_a_worker_that_cannot_be_started_does_not_break_the_form(
    stocked: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(cache: Cache) -> None:
        raise WorkerError("GPAR's background service could not be started.")

    monkeypatch.setattr(engine, "ensure_running", refuse)
    app = page("drug_prediction")
    assert "1 · Positive drugs" in words(app)
    assert not app.error


def test_a_moa_shows_its_training_set_before_the_click(form: AppTest) -> None:
    form.multiselect(key="moa").set_value(["HDAC inhibitor"]).run()
    assert figures(form) == {"Positive drugs": "4", "Negatives": "65"}
    assert "8 representative signatures" in words(form)
    assert "130 representative signatures" in words(form)
    assert "**4-fold** cross-validation by drug" in words(form)
    assert "hdac0, hdac1, hdac2, hdac3" in words(form)
    assert "Simulated data" in words(form.warning)


def test_an_example_shows_its_training_set(
    stocked: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages._shared.examples.COMPOUNDS", ("aspirin", "hdac1", "mtor0"))
    form = page("drug_prediction")
    examples = [label for label in labels(form) if label.startswith("Use ")]
    assert examples == ["Use hdac1", "Use HDAC inhibitor"]
    assert figures(press(form, "Use hdac1"))["Positive drugs"] == "1"
    assert figures(press(form, "Use HDAC inhibitor"))["Positive drugs"] == "4"


def test_the_newest_model_is_shown_until_drugs_are_chosen(form: AppTest, stocked: Library) -> None:
    assert "Trained model: " in words(form)
    assert len(form.get("vega_lite_chart")) == 1
    (link,) = (each for each in form.page_link if each.label == "Open model")
    ids = {job_id(request) for request in (stocked.simulated, stocked.by_name)}
    assert link.proto.query_string in {f"job={model_id}" for model_id in ids}
    form.multiselect(key="moa").set_value(["HDAC inhibitor"]).run()
    assert "Trained model: " not in words(form)


def test_it_says_what_to_expect_of_as_many_drugs(form: AppTest) -> None:
    form.multiselect(key="moa").set_value(["HDAC inhibitor"]).run()
    assert "With 4 drugs in 2 cell lines, half of" in words(form)
    assert "by number of drugs" in words(form)


def test_a_moa_is_offered_with_its_number_of_drugs(form: AppTest) -> None:
    assert form.multiselect(key="moa").options == ["HDAC inhibitor (4)", "MTOR inhibitor (5)"]


def test_drugs_can_be_chosen_by_name(form: AppTest) -> None:
    choose_by(form, "Drugs by name")
    form.multiselect(key="drugs").set_value(["hdac1", "mtor0", "dark3"]).run()
    assert figures(form) == {"Positive drugs": "3", "Negatives": "59"}


def test_one_drug_is_held_out_signature_by_signature(form: AppTest) -> None:
    choose_by(form, "Drugs by name")
    form.multiselect(key="drugs").set_value(["hdac1"]).run()
    assert "**2-fold** cross-validation by signature" in words(form)
    assert "the folds split its signatures" in words(form)


def test_a_pasted_list_says_what_it_found(form: AppTest) -> None:
    choose_by(form, "Pasted list")
    form.text_area(key="pasted").set_value("HDAC0, aspirin\nMTOR-001;dark5\n\nvitamin $C$").run()
    assert "**3 found**, 2 unknown" in words(form)
    assert "Unknown: aspirin, vitamin \\$c\\$" in words(form)
    assert figures(form)["Positive drugs"] == "3"


def test_a_pasted_list_without_any_known_name_trains_nothing(form: AppTest) -> None:
    choose_by(form, "Pasted list")
    form.text_area(key="pasted").set_value("aspirin").run()
    assert "**0 found**, 1 unknown" in words(form)
    assert not figures(form)


def test_a_model_with_nothing_to_rank_is_not_offered(form: AppTest) -> None:
    choose_by(form, "Pasted list")
    names = [f"{stem}{i}" for stem, n in (("hdac", 4), ("mtor", 5)) for i in range(n)]
    next(each for each in form.selectbox if each.label == "Negative set").set_value(
        "inactive"
    ).run()
    form.text_area(key="pasted").set_value("; ".join([*names, "both", "annotated elsewhere"])).run()
    assert "there is nothing left to rank. Choose fewer drugs" in words(form.error)
    assert "Start training" not in labels(form)


def test_an_impossible_choice_is_an_error_and_offers_no_training(form: AppTest) -> None:
    choose_by(form, "Drugs by name")
    form.multiselect(key="cells").set_value(["MCF7"])
    form.multiselect(key="drugs").set_value(["hdac0"]).run()
    assert "cross-validation needs at least two. Add drugs or cell lines." in words(form.error)
    assert "Start training" not in labels(form)


def test_too_few_inactive_compounds_are_said_before_the_click(form: AppTest) -> None:
    choose_by(form, "Drugs by name")
    form.selectbox(key="drugs-preset").set_value("paper")
    form.multiselect(key="drugs").set_value([f"dark{i}" for i in range(20)]).run()
    assert "Only 40 compounds" in words(form.info)
    assert "Start training" in labels(form)


def test_the_choice_is_kept_when_another_page_is_looked_at(form: AppTest) -> None:
    form.multiselect(key="moa").set_value(["MTOR inhibitor"]).run()
    form.switch_page("pages/models.py").run()
    form.switch_page("pages/drug_prediction.py").run()
    assert figures(form)["Positive drugs"] == "5"


def test_another_compendium_without_the_chosen_drugs_does_not_break_the_form(
    form: AppTest,
) -> None:
    form.multiselect(key="moa").set_value(["MTOR inhibitor"]).run()
    form.multiselect(key="cells").set_value(["MCF7"]).run()
    form.sidebar.selectbox(key="compendium").set_value("evil").run()
    assert "Choose drugs or a MOA" in words(form)


def _profiles(n: int, genes: int = 978, name: str = "{letter} of mine") -> str:
    """A CSV of n profiles of noise, the last genes left out."""
    values = np.random.default_rng(0).normal(size=(genes, n))
    names = [name.format(letter=chr(ord("a") + place), number=place + 1) for place in range(n)]
    lines = [",".join(["symbol", *names])]
    for symbol, row in zip(fields.LANDMARK_SYMBOLS, values, strict=False):
        lines.append(",".join([symbol, *(f"{value:.4f}" for value in row)]))
    return "\n".join(lines)


def _upload(form: AppTest, text: str) -> AppTest:
    choose_by(form, "Upload")
    form.file_uploader(key="drugs-profiles").set_value(("my =drugs.csv", text.encode(), "text/csv"))
    return form.run()


def test_uploaded_profiles_are_the_positive_set(
    form: AppTest, stocked: Library, supervised: list[Cache]
) -> None:
    _upload(form, _profiles(3))
    assert figures(form)["Positive drugs"] == "3"
    assert "3 uploaded profiles" in words(form.caption)
    press(form, "Start training")
    (job,) = JobStore(stocked.cache).active_jobs()
    assert isinstance(job.request, TrainRequest)
    assert (job.request.drug_set.drugs, job.request.drug_set.label) == ((), "my =drugs")
    assert stocked.cache.existing_profile_set(job.request.drug_set.profiles)


def test_uploaded_replicates_are_one_drug_until_said_otherwise(form: AppTest) -> None:
    _upload(form, _profiles(4, name="mine_rep{number}"))
    assert figures(form)["Positive drugs"] == "1"
    assert "4 uploaded profiles" in words(form.caption)
    assert "cross-validation by signature" in words(form)
    assert "The 4 profiles are of 1 drug, identified by their names." in words(form.caption)
    next(each for each in form.selectbox if each.label == "Replicates").set_value("each").run()
    assert figures(form)["Positive drugs"] == "4"
    assert "cross-validation by drug" in words(form)


def test_uploaded_profiles_with_gaps_need_a_word(form: AppTest) -> None:
    _upload(form, _profiles(3, genes=900))
    assert "78" in words(form.error)
    form.checkbox(key="drugs-impute").set_value(True).run()
    assert not form.error
    assert figures(form)["Positive drugs"] == "3"


def test_a_single_uploaded_profile_cannot_be_held_out(form: AppTest) -> None:
    _upload(form, _profiles(1))
    assert "one signature of one drug" in words(form.error)


def test_train_queues_one_job_and_puts_it_into_the_url(
    form: AppTest, stocked: Library, supervised: list[Cache]
) -> None:
    form.multiselect(key="moa").set_value(["HDAC inhibitor"])
    form.multiselect(key="cells").set_value(["MCF7"])
    form.number_input(key="drugs-seed").set_value(7).run()
    supervised.clear()
    press(form, "Start training")
    (job,) = JobStore(stocked.cache).active_jobs()
    assert form.query_params["job"] == job.id
    assert isinstance(job.request, TrainRequest)
    assert (job.request.drug_set.moa, job.request.method.cells, job.request.method.seed) == (
        "HDAC inhibitor",
        ("MCF7",),
        7,
    )
    assert "Train on HDAC inhibitor" in words(form)
    assert stocked.cache in supervised


def test_the_same_training_again_is_the_model_that_is_there(
    form: AppTest, stocked: Library
) -> None:
    ended(stocked.cache, stocked.simulated, State.DONE)
    form.multiselect(key="moa").set_value(["HDAC inhibitor"]).run()
    press(form, "Start training")
    assert not JobStore(stocked.cache).active_jobs()
    assert words(form.title) == "HDAC inhibitor"


def test_a_queued_job_shows_its_place(stocked: Library, request_: TrainRequest) -> None:
    waiting(
        stocked.cache,
        dataclasses.replace(request_, method=Method(seed=2)),
    )
    app = page("drug_prediction", job=waiting(stocked.cache, request_).id)
    assert "number 2 in the queue" in words(app)
    assert "Cancel" in labels(app)
    assert len([each for each in app.sidebar.page_link if each.proto.query_string]) == 2


def test_a_running_job_shows_its_folds_so_far(stocked: Library, request_: TrainRequest) -> None:
    app = page("drug_prediction", job=running(stocked.cache, request_, k=4).id)
    assert "Mean AUROC so far **0.90** over 2 of 4 folds" in words(app)
    assert "Fold 2 of 4" in words(app)
    assert app.progress[0].value == 50
    assert "Simulated data" in words(app.warning)
    assert "Train on HDAC inhibitor" in words(app.sidebar.page_link)


def test_a_running_job_on_measured_data_is_not_called_simulated(stocked: Library) -> None:
    request = dataclasses.replace(stocked.measured, method=Method(seed=1))
    app = page("drug_prediction", job=running(stocked.cache, request).id)
    assert "Mean AUROC so far" in words(app)
    assert not app.warning


def test_cancel_is_acknowledged_at_once(stocked: Library, request_: TrainRequest) -> None:
    job = running(stocked.cache, request_)
    app = press(page("drug_prediction", job=job.id), "Cancel")
    words(app)
    cancel = next(button for button in app.button if button.label.startswith("Canceling"))
    assert cancel.disabled
    assert JobStore(stocked.cache).get(job.id).cancel_requested


def test_a_cancelled_job_can_be_tried_again(stocked: Library, request_: TrainRequest) -> None:
    app = page("drug_prediction", job=ended(stocked.cache, request_, State.CANCELLED).id)
    assert "was canceled" in words(app.info)
    press(app, "Try again")
    assert "number 1 in the queue" in words(app)
    assert JobStore(stocked.cache).active_jobs()[0].attempt == 2


def test_a_failed_job_says_why(stocked: Library, request_: TrainRequest) -> None:
    job = ended(stocked.cache, request_, State.FAILED, "Out of *memory*. Close something.")
    app = page("drug_prediction", job=job.id)
    assert "did not finish. Out of \\*memory\\*. Close something." in words(app.error)
    assert "Try again" in labels(app)


def test_a_job_that_ends_becomes_its_model(stocked: Library, library: Library) -> None:
    job = running(stocked.cache, stocked.simulated)
    remove(stocked.cache.model(job.id))
    app = page("drug_prediction", job=job.id)
    assert "Mean AUROC so far" in words(app)
    shutil.copytree(library.cache.model(job.id), stocked.cache.model(job.id))
    JobStore(stocked.cache).finish(job.id, 1, State.DONE)
    assert "Well trained" in words(app.run())
    assert not app.sidebar.page_link


def test_a_job_whose_model_was_deleted_can_be_trained_again(stocked: Library) -> None:
    job = ended(stocked.cache, stocked.simulated, State.DONE)
    remove(stocked.cache.model(job.id))
    app = page("drug_prediction", job=job.id)
    assert "This model was deleted" in words(app.warning)
    press(app, "Train again")
    assert JobStore(stocked.cache).active_jobs()[0].attempt == 2


def test_an_unknown_job_is_an_error_with_a_way_out(stocked: Library) -> None:
    app = page("drug_prediction", job="0123456789")
    assert "There is no job '0123456789'" in words(app.error)
    press(app, "New prediction")
    assert "1 · Positive drugs" in words(app)
    assert "job" not in app.query_params


@pytest.mark.parametrize("job", ["../../etc", "x" * 5000, "![x](http://evil/)"])
def test_a_mad_job_id_is_an_error(stocked: Library, job: str) -> None:
    app = page("drug_prediction", job=job)
    assert "There is no job" in words(app.error)
    assert "![x]" not in words(app.error)


def test_the_job_of_an_import_is_not_a_training(stocked: Library) -> None:
    request = import_request("other")
    app = page("drug_prediction", job=running(stocked.cache, request).id)
    assert "does not open a training" in words(app.error)


def test_a_job_of_another_version_is_not_a_training(
    stocked: Library, request_: TrainRequest
) -> None:
    job = waiting(stocked.cache, request_)
    path = stocked.cache.jobs / "jobs.sqlite3"
    with sqlite3.connect(path) as database:
        database.execute("UPDATE jobs SET request = '{}' WHERE id = ?", (job.id,))
    app = page("drug_prediction", job=job.id)
    assert "does not open a training" in words(app.error)


def test_a_model_opens_by_its_job_even_when_the_list_of_jobs_is_lost(stocked: Library) -> None:
    app = page("drug_prediction", job=job_id(stocked.simulated))
    assert words(app.title) == "HDAC inhibitor"


def test_several_moas_are_one_positive_set(form: AppTest, stocked: Library) -> None:
    form.multiselect(key="moa").set_value(["MTOR inhibitor", "HDAC inhibitor"]).run()
    assert form.metric[0].value == "9"
    assert "mtor0, mtor1" in words(form.caption)
    press(form, "Start training")
    (job,) = JobStore(stocked.cache).active_jobs()
    assert isinstance(job.request, TrainRequest)
    assert job.request.drug_set.moa == "HDAC inhibitor|MTOR inhibitor"
    assert job.title == "Train on HDAC inhibitor + MTOR inhibitor"
