"""The form of the signature search: lists, a compound, examples, and the job."""

import pytest
from streamlit.testing.v1 import AppTest

from gpar_core import fields
from gpar_core.analyses.signature_search.plan import plan_list_search
from gpar_core.analyses.signature_search.request import SearchRequest
from gpar_core.data import compendium as compendia
from gpar_core.jobs.store import JobStore
from tests.pages.conftest import Library
from tests.pages.stage import page, press, words

SYMBOLS = fields.LANDMARK_SYMBOLS


def paste(app: AppTest, up: str, down: str = "") -> AppTest:
    app.text_area(key="search-up").set_value(up)
    return app.text_area(key="search-down").set_value(down).run()


def start_button(app: AppTest) -> object:
    return next(button for button in app.button if button.label == "Start search")


def test_before_a_query_nothing_can_be_started(stocked: Library) -> None:
    app = page("signature_search")
    assert "Paste genes to see" in words(app)
    assert start_button(app).disabled


def test_pasted_lists_are_matched_and_searched(stocked: Library) -> None:
    app = paste(
        page("signature_search"), " ".join(SYMBOLS[:15]), "\n".join(SYMBOLS[20:32]) + "\nFOO"
    )
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown == {"Genes up": "15", "Genes down": "12"}
    assert "All 15 are landmark genes" in words(app)
    assert r"Not landmark genes\: FOO" in words(app)
    assert not app.warning[1:]  # but for that on simulated data
    press(app, "Start search")
    (job,) = JobStore(stocked.cache).active_jobs()
    data = compendia.load(stocked.cache.compendium("demo"))
    assert job.request == plan_list_search(data, SYMBOLS[:15], SYMBOLS[20:32])[0]
    assert job.request.title == "Signature search: 15 genes up, 12 down"
    assert app.query_params["job"] == job.id


def test_the_example_fills_the_lists(stocked: Library) -> None:
    app = press(page("signature_search"), "Use cell-cycle arrest")
    assert "CDKN1A" in app.text_area(key="search-up").value
    assert app.text_input(key="search-name").value == "cell-cycle arrest"
    assert all(int(metric.value) >= 10 for metric in app.metric)
    assert not start_button(app).disabled
    (used,) = [each for each in app.button if each.label == "Use cell-cycle arrest"]
    assert "genes have no real biology" in used.help


@pytest.mark.parametrize(
    ("up", "down", "said"),
    [
        ("FOO, BAR", "", "None of the 2 names is a landmark gene"),
        ("<b>x</b> =1+1", "", "None of the 2 names"),
        (SYMBOLS[3], SYMBOLS[3], "in both lists"),
        (" ".join(symbol.capitalize() for symbol in SYMBOLS[:40]), "", "genes of mouse"),
    ],
)
def test_lists_that_cannot_be_searched_are_an_error(
    stocked: Library, up: str, down: str, said: str
) -> None:
    app = paste(page("signature_search"), up, down)
    assert said in words(app.error)
    assert "Start search" not in [button.label for button in app.button]


def test_few_genes_are_warned_of(stocked: Library) -> None:
    app = paste(page("signature_search"), " ".join(SYMBOLS[:4]))
    assert "The up list has 4 landmark genes" in words(app.warning)


def test_a_compound_is_searched_by_its_name(stocked: Library) -> None:
    app = page("signature_search")
    app.segmented_control(key="search-way").set_value("Compound").run()
    assert "Choose a compound" in words(app)
    app.selectbox(key="search-compound").select("hdac1").run()
    press(app, "Start search")
    (job,) = JobStore(stocked.cache).active_jobs()
    assert isinstance(job.request, SearchRequest)
    assert (job.request.compound, job.request.genes) == ("hdac1", 50)


def test_tau_is_asked_for_where_it_takes_long(
    stocked: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = paste(page("signature_search"), " ".join(SYMBOLS[:15]))
    assert not [box for box in app.checkbox if box.label == "Specificity (tau)"]
    monkeypatch.setattr("gpar_core.search.reference.AUTOMATIC_SLOW", 10)
    app = paste(page("signature_search"), " ".join(SYMBOLS[:15]))
    (box,) = (box for box in app.checkbox if box.label == "Specificity (tau)")
    press(box.check().run(), "Start search")
    (job,) = JobStore(stocked.cache).active_jobs()
    assert isinstance(job.request, SearchRequest)
    assert job.request.tau
