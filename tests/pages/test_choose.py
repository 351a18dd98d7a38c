"""The tab that chooses signatures: counts as the filter is set, and a job for a new compendium."""

import pytest
from streamlit.testing.v1 import AppTest

from gpar_core.data.quality import EVERYTHING, QualityFilter
from gpar_core.data.requests import SelectRequest
from gpar_core.jobs.job import State
from gpar_core.jobs.store import JobStore
from tests.pages.conftest import Library
from tests.pages.stage import ended, page, press, running, words


def _counts(app: AppTest) -> list[list[object]]:
    (table,) = (frame.value for frame in app.dataframe if "n_inactive" in frame.value)
    return table.drop(columns="Data", errors="ignore").to_numpy().tolist()


def _filled(app: AppTest, name: str = "active", tas: float = 0.2) -> AppTest:
    app.number_input(key="choose-tas").set_value(tas)
    app.text_input(key="choose-name").set_value(name)
    return app.run()


def _disabled(app: AppTest) -> bool:
    return next(button for button in app.button if button.label == "Create compendium").disabled


def test_without_a_filter_there_is_one_row_and_nothing_to_choose(stocked: Library) -> None:
    app = page("compendium", tab="Filter")
    assert _counts(app) == [["all signatures", 164, 69, 60, 2, 0]]
    assert "Set at least one limit, or store it compactly, and enter a name." in words(app)
    assert _disabled(app)


def test_counts_follow_the_filter_and_negatives_that_are_lost_are_told(stocked: Library) -> None:
    app = _filled(page("compendium", tab="Filter"))
    assert _counts(app) == [
        ["all signatures", 164, 69, 60, 2, 0],
        ["TAS at least 0.2", 44, 9, 0, 2, 0],
    ]
    assert "uses inactive drugs without MOA annotation as negatives" in words(app)
    assert "keeps 0 of 60. With so few, it uses all compounds without the MOA." in words(app)


def test_a_choice_is_queued_and_shown(stocked: Library) -> None:
    app = _filled(page("compendium", tab="Filter", compendium="measured"))
    app.multiselect(key="choose-cells").set_value(["MCF7"])
    app.multiselect(key="choose-times").set_value([24.0])
    app.toggle(key="choose-exemplars").set_value(True)
    app.number_input(key="choose-high").set_value(10.0)
    press(app.run(), "Create compendium")
    (job,) = JobStore(stocked.cache).active_jobs()
    assert isinstance(job.request, SelectRequest)
    assert (job.request.compendium, job.request.name) == ("measured", "active")
    assert job.request.quality == QualityFilter(
        min_tas=0.2, exemplars_only=True, max_dose=10.0, times=(24.0,), cells=("MCF7",)
    )
    assert app.query_params["job"] == job.id
    assert "number 1 in the queue" in words(app)


def test_a_compact_copy_needs_no_filter(stocked: Library) -> None:
    app = page("compendium", tab="Filter", compendium="measured")
    app.text_input(key="choose-name").set_value("small")
    app.checkbox(key="choose-compact").check()
    press(app.run(), "Create compendium")
    (job,) = JobStore(stocked.cache).active_jobs()
    assert (job.request.name, job.request.compact, job.request.quality) == (
        "small", True, EVERYTHING,
    )  # fmt: skip
    assert "Store 'measured' compactly as 'small'" in words(app)


@pytest.mark.parametrize(
    ("name", "tas", "said"),
    [
        ("../active", 0.2, "is not a valid name for a compendium"),
        ("demo", 0.2, "another name"),
        ("measured", 0.2, "already a compendium 'measured'"),
        ("active", 0.9, "keeps none of the 164 signatures"),
    ],
)
def test_what_cannot_be_chosen_is_said_and_not_queued(
    stocked: Library, name: str, tas: float, said: str
) -> None:
    app = press(_filled(page("compendium", tab="Filter"), name, tas), "Create compendium")
    assert said in words(app.error)
    assert not JobStore(stocked.cache).active_jobs()


def test_limits_that_contradict_each_other_are_said(stocked: Library) -> None:
    app = page("compendium", tab="Filter")
    app.number_input(key="choose-low").set_value(10.0)
    app.number_input(key="choose-high").set_value(1.0)
    assert "is above the highest" in words(app.run().error)


def test_a_choice_under_way_is_shown_on_this_page_and_then_comes_into_use(
    stocked: Library,
) -> None:
    request = SelectRequest("demo", "f", "measured", QualityFilter(min_tas=0.2))
    app = page("compendium", job=running(stocked.cache, request).id)
    assert "Filter 'demo' into 'measured'" in words(app).replace("\\", "")
    other = SelectRequest("demo", "f", "measured", QualityFilter(min_tas=0.3))
    app = page("compendium", job=ended(stocked.cache, other, State.DONE).id)
    assert app.sidebar.selectbox(key="compendium").value == "measured"
