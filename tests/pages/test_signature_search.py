"""The signature search page: lists, a compound, the job, and what it found."""

import csv

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from gpar_core import fields
from gpar_core.analyses import result as analysis
from gpar_core.analyses.run_job import run_job
from gpar_core.analyses.signature_search.plan import plan_compound_search, plan_list_search
from gpar_core.analyses.signature_search.request import SearchRequest
from gpar_core.data import compendium as compendia
from gpar_core.export import analysis_csv
from gpar_core.jobs.store import JobStore
from gpar_core.progress import silent
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import job_id
from tests.pages.conftest import Library
from tests.pages.stage import page, press, words
from tests.pools import Means

SYMBOLS = fields.LANDMARK_SYMBOLS


def searched(cache: Cache, compendium: str = "demo", compound: str = "hdac0") -> SearchRequest:
    data = compendia.load(cache.compendium(compendium))
    request = plan_compound_search(data, compound, score="wtcs")
    run_job(request, cache, silent, Means())
    return request


def paste(app: AppTest, up: str, down: str = "") -> AppTest:
    app.text_area(key="search-up").set_value(up)
    return app.text_area(key="search-down").set_value(down).run()


def tables(app: AppTest) -> list[pd.DataFrame]:
    return [each.value for each in app.dataframe]


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
    assert "All 15 genes" in words(app)
    assert "12 of 13 genes; without FOO" in words(app)
    assert not app.warning[1:]  # but for that on simulated data
    press(app, "Start search")
    (job,) = JobStore(stocked.cache).active_jobs()
    data = compendia.load(stocked.cache.compendium("demo"))
    assert job.request == plan_list_search(data, SYMBOLS[:15], SYMBOLS[20:32])[0]
    assert job.request.title == "Signature search: 15 genes up, 12 down"
    assert app.query_params["job"] == job.id


def test_the_example_fills_the_lists(stocked: Library) -> None:
    app = press(page("signature_search"), "Use example")
    assert "CDKN1A" in app.text_area(key="search-up").value
    assert app.text_input(key="search-name").value == "cell-cycle arrest"
    assert all(int(metric.value) >= 10 for metric in app.metric)
    assert not start_button(app).disabled


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


def test_a_result_shows_both_sides_moas_and_downloads(stocked: Library) -> None:
    request = searched(stocked.cache)
    app = page("signature_search", job=job_id(request))
    assert "Compound hdac0; score Weighted connectivity" in words(app)
    mimics, reverses, moas = tables(app)
    assert set(mimics["pert_iname"].head(4)) == {"hdac0", "hdac1", "hdac2", "hdac3"}
    assert (mimics["connectivity"] > 0).all()
    assert (reverses["connectivity"] < 0).all()
    assert mimics["lines"].iloc[0] == "2 of 2"
    assert len(mimics["by_line"].iloc[0]) == 2
    assert mimics["tau"].between(-100, 100).all()
    assert mimics["tau"].iloc[0] > 80
    assert set(mimics["data"]) == {"SIMULATED"}
    assert moas["moa"].iloc[0] == "HDAC inhibitor"
    assert moas["moa_auroc"].iloc[0] > 0.9
    assert moas["es"].iloc[0] > 0.8
    assert "hdac0" in moas["leading_edge"].iloc[0]
    assert {"Download all compounds (CSV)", "Download all MOAs (CSV)"} <= {
        each.label for each in app.get("download_button")
    }
    done = analysis.load(stocked.cache.analysis(job_id(request)))
    rows = list(csv.DictReader(analysis_csv(done.tables["compounds"], done).splitlines()))
    assert {row["pert_iname"] for row in rows[:4]} == {"hdac0", "hdac1", "hdac2", "hdac3"}


def test_earlier_searches_are_offered(stocked: Library) -> None:
    request = searched(stocked.cache)
    app = page("signature_search")
    label = next(each.label for each in app.button if each.label.startswith("Signature search"))
    press(app, label)
    assert app.query_params["job"] == job_id(request)


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
