"""Home: the demo is built, its map and latest results are shown, and questions lead on."""

import shutil
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from gpar_core.analyses.map.plan import plan_map
from gpar_core.analyses.training.request import TrainRequest
from gpar_core.data.compendium import load
from gpar_core.data.requests import DemoRequest
from gpar_core.jobs.job import State
from gpar_core.jobs.store import JobStore
from gpar_core.storage.cache import MADE_BY, Cache, remove
from gpar_core.storage.requests import job_id
from tests.pages.charted import charted
from tests.pages.conftest import Library
from tests.pages.stage import ended, labels, page, press, running, waiting, words


def test_the_first_start_builds_the_demo(cache: Cache, supervised: list[Cache]) -> None:
    app = page("home")
    assert "Building the simulated demo compendium" in words(app)
    assert "number 1 in the queue" in words(app)
    assert "Build the demo compendium" in words(app)
    assert [job.request for job in JobStore(cache).active_jobs()] == [DemoRequest()]
    assert supervised[0] == cache


def test_two_first_visitors_build_one_demo(cache: Cache) -> None:
    page("home"), page("models"), page("compendium")
    assert len(JobStore(cache).recent()) == 1


def test_the_demo_is_shown_once_it_is_built(cache: Cache, library: Library) -> None:
    app = page("home")
    job = JobStore(cache).claim(1, 1)
    assert job
    JobStore(cache).finish(job.id, 1, State.DONE)
    shutil.copytree(library.cache.compendium("demo"), cache.compendium("demo"))
    (cache.compendium("demo") / MADE_BY).write_text(job.id)
    assert "Which drugs act like these?" in words(app.run())
    assert "Building" not in words(app)


@pytest.mark.parametrize("state", [State.FAILED, State.CANCELLED])
def test_a_demo_that_was_not_built_waits_for_the_user(cache: Cache, state: State) -> None:
    ended(cache, DemoRequest(), state, "The disk is full.")
    app = page("home")
    assert not JobStore(cache).active_jobs()
    assert ("The disk is full" in words(app)) == (state is State.FAILED)
    press(app, "Try again")
    assert [job.attempt for job in JobStore(cache).active_jobs()] == [2]


def test_a_demo_that_was_deleted_is_built_again(cache: Cache) -> None:
    ended(cache, DemoRequest(), State.DONE)
    assert "number 1 in the queue" in words(page("home"))


@pytest.mark.parametrize("name", ["home", "models", "storage", "learn"])
def test_the_sidebar_shows_the_compendium_in_use(stocked: Library, name: str) -> None:
    app = page(name, compendium="measured")
    assert app.sidebar.selectbox(key="compendium").options == ["demo", "evil", "measured"]
    assert "Real data · 164 signatures" in words(app.sidebar)
    assert "Simulated data · 164 signatures" in words(page(name).sidebar)


def test_simulated_data_says_so_once_and_measured_data_does_not(stocked: Library) -> None:
    assert len(page("home", compendium="demo").warning) == 1
    assert not page("home", compendium="measured").warning


QUESTIONS = {
    "drug_prediction": "Which drugs act like these?",
    "moa_prediction": "What does my compound do?",
    "signature_search": "Which drugs mimic or reverse my genes?",
}


def test_each_question_leads_to_the_page_that_answers_it(stocked: Library) -> None:
    links = {each.label: each.proto.page for each in page("home").page_link}
    for name, question in QUESTIONS.items():
        assert Path(links[question]).stem == name


def test_without_a_map_one_click_builds_it(stocked: Library) -> None:
    app = press(page("home", compendium="measured"), "Build map")
    (job,) = JobStore(stocked.cache).active_jobs()
    assert job.request == plan_map(load(stocked.cache.compendium("measured")))
    assert "UMAP of 'measured'" in words(app).replace("\\", "")
    assert "Build map" not in labels(app)


def test_the_map_of_the_compendium_is_shown(stocked: Library) -> None:
    shown = charted(stocked.cache)
    app = page("home")
    assert "Build map" not in labels(app)
    (opened,) = (each for each in app.page_link if each.label == "Open map")
    assert f"job={job_id(shown)}" in opened.proto.query_string
    assert "Build map" in labels(page("home", compendium="measured"))


def test_a_drug_on_the_map_is_trained_on_with_one_click(stocked: Library) -> None:
    request = charted(stocked.cache)
    app = page("home")
    app.session_state[f"map-{job_id(request)}"] = {"chosen": {"drug": 0, "lasso": ""}}
    (train,) = (each for each in labels(app.run()) if each.startswith("Train on"))
    (neighbors,) = (each for each in app.page_link if each.label.startswith("Neighbors of"))
    press(app, train)
    (job,) = JobStore(stocked.cache).active_jobs()
    assert isinstance(job.request, TrainRequest)
    (drug,) = job.request.drug_set.drugs
    assert train == f"Train on {drug}"
    assert neighbors.label == f"Neighbors of {drug}"
    assert parse_qs(neighbors.proto.query_string) == {"compound": [drug], "about": ["Neighbors"]}


def test_the_latest_results_are_linked_and_those_that_run(stocked: Library) -> None:
    ended(stocked.cache, stocked.simulated, State.DONE)
    ended(stocked.cache, stocked.by_name, State.DONE)
    running(stocked.cache, DemoRequest(seed=1))
    app = page("home")
    assert [each.value for each in app.header] == ["Running", "Latest results"]
    (model,) = (each for each in app.page_link if "HDAC inhibitor · AUROC" in each.label)
    assert f"job={job_id(stocked.simulated)}" in model.proto.query_string
    remove(stocked.cache.model(job_id(stocked.simulated)))
    assert not any("HDAC" in each.label for each in page("home").main.page_link)


def test_a_running_job_is_linked_on_every_page(stocked: Library) -> None:
    waiting(stocked.cache, DemoRequest(seed=1))
    for name in ("home", "drug_prediction", "models", "compendium"):
        assert "Build the demo compendium" in words(page(name).sidebar), name


def test_a_damaged_compendium_is_an_error_with_advice(stocked: Library) -> None:
    (stocked.cache.compendium("measured") / "matrix.npy").unlink()
    app = page("home", compendium="measured")
    assert "is missing or damaged" in words(app.error)
    assert "import it again" in words(app.error)
    assert "Which drugs act like these?" not in words(app)


def test_an_empty_page_of_other_data_links_the_example_of_the_demo(stocked: Library) -> None:
    example = charted(stocked.cache)
    ended(stocked.cache, example, State.DONE)
    (link,) = (each for each in page("map", compendium="measured").page_link if "See" in each.label)
    assert "(simulated)" in link.label.replace("\\", "")
    assert f"job={job_id(example)}" in link.proto.query_string
