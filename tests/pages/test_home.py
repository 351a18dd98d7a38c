import shutil

import pytest

from gpar_core.data.requests import DemoRequest
from gpar_core.jobs.job import State
from gpar_core.jobs.store import JobStore
from gpar_core.storage.cache import MADE_BY, Cache
from tests.pages.conftest import Library
from tests.pages.stage import ended, page, press, waiting, words


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
    assert "In use: demo" in words(app.run())
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


def test_home_shows_the_compendium_in_use(stocked: Library) -> None:
    app = page("home")
    assert {metric.label: metric.value for metric in app.metric} == {
        "Signatures": "164",
        "Drugs": "69",
        "Cell lines": "2",
        "MOAs": "2",
    }
    assert app.sidebar.selectbox(key="compendium").options == ["demo", "evil", "measured"]


def test_simulated_data_says_so_and_measured_data_does_not(stocked: Library) -> None:
    assert "Simulated data" in words(page("home", compendium="demo").warning)
    assert not page("home", compendium="measured").warning


STARTS = ["Drug prediction", "MOA prediction", "Case studies", "Compendium"]


@pytest.mark.parametrize("title", STARTS)
def test_each_start_leads_to_its_page_with_the_same_compendium(
    stocked: Library, title: str
) -> None:
    app = page("home", compendium="measured")
    press(app, f"Open {title}")
    assert words(app.title) == title
    assert "Simulated data" not in words(app)


def test_the_latest_models_are_linked_and_say_what_is_simulated(stocked: Library) -> None:
    links = words(page("home").page_link).splitlines()
    assert len(links) == 4
    assert sum("(simulated)" in link.replace("\\", "") for link in links) == 2


def test_a_running_job_is_linked_on_every_page(stocked: Library) -> None:
    waiting(stocked.cache, DemoRequest(seed=1))
    for name in ("home", "drug_prediction", "models", "compendium"):
        assert "Build the demo compendium" in words(page(name).sidebar), name


def test_a_damaged_compendium_is_an_error_with_advice(stocked: Library) -> None:
    (stocked.cache.compendium("measured") / "matrix.npy").unlink()
    app = page("home", compendium="measured")
    assert "is missing or damaged" in words(app.error)
    assert "import it again" in words(app.error)
    assert "Start here" not in words(app)
