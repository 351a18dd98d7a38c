import csv
import json
import time
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from gpar_core.analyses.library import result as library
from gpar_core.analyses.library.request import LibraryRequest
from gpar_core.analyses.method import Method
from gpar_core.export import csv_text, library_table
from gpar_core.jobs.events import FILE_NAME, EventLog
from gpar_core.jobs.job import State
from gpar_core.jobs.store import JobStore
from gpar_core.progress import Progress
from gpar_core.storage import requests
from gpar_core.storage.cache import remove
from gpar_core.storage.requests import job_id
from pages._shared.error_box import plain
from tests.pages.conftest import Library
from tests.pages.shelf import shelve, train_the_rest
from tests.pages.stage import EVIL, ended, labels, page, press, waiting, words
from tests.synthetic import build, drugs_of


@pytest.fixture
def shelved(stocked: Library) -> LibraryRequest:
    """Of two MOAs; HDAC inhibitor is trained, MTOR inhibitor is not trained."""
    return shelve(stocked.cache)


def building(stocked: Library, request: LibraryRequest) -> str:
    """The job of a library under way, with one of two MOAs done before and none since."""
    job = waiting(stocked.cache, request)
    assert JobStore(stocked.cache).claim(9, 9)
    log = EventLog(stocked.cache.job(job.id))
    log.append(Progress("Library", 1, 2, "MTOR inhibitor: cross-validation"))
    JobStore(stocked.cache).heartbeat(job.id, 1, Progress("Library", 1, 2, "MTOR inhibitor: x"))
    return job.id


def click(app: AppTest, row: int) -> AppTest:
    key = next(str(frame.key) for frame in app.dataframe if str(frame.key).startswith("library"))
    app.session_state[key] = {"selection": {"rows": [row], "columns": [], "cells": []}}
    return app.run()


def test_without_a_library_the_form_is_open(stocked: Library) -> None:
    app = page("library")
    assert "This compendium has no library yet" in words(app.info)
    assert {metric.label: metric.value for metric in app.metric} == {"MOAs": "2"}
    assert "1 model to train; 1 already trained" in words(app)
    assert "Simulated data" in words(app.warning)


def test_a_compendium_without_moas_leads_to_import(stocked: Library) -> None:
    remove(stocked.cache.compendium("measured"))
    build(stocked.cache.compendium("measured"), drugs_of("", 60), name="measured")
    app = page("library", compendium="measured")
    assert "no MOA annotation" in words(app.info)
    assert labels(app) == ["Open Compendium"]


def test_a_limit_that_no_moa_reaches_is_an_error_and_offers_no_building(stocked: Library) -> None:
    app = page("library")
    app.number_input(key="library-min-drugs").set_value(9).run()
    assert "No MOA of 'demo' has 9 drugs; the largest has 5" in words(app.error)
    assert "Build library" not in labels(app)


def test_chosen_moas_with_too_few_drugs_are_said(stocked: Library) -> None:
    app = page("library")
    app.number_input(key="library-min-drugs").set_value(5)
    app.multiselect(key="library-moas").set_value(["HDAC inhibitor", "MTOR inhibitor"]).run()
    assert "1 of the chosen MOAs have fewer than 5 drugs" in words(app)


def test_build_queues_one_job_with_what_was_chosen(stocked: Library) -> None:
    app = page("library")
    app.multiselect(key="library-moas").set_value(["MTOR inhibitor"])
    app.multiselect(key="library-cells").set_value(["MCF7"])
    app.selectbox(key="library-negatives").set_value("others")
    app.number_input(key="library-seed").set_value(7).run()
    press(app, "Build library")
    (job,) = JobStore(stocked.cache).active_jobs()
    assert app.query_params["job"] == job.id
    assert isinstance(job.request, LibraryRequest)
    assert (job.request.moas, job.request.method.cells) == (("MTOR inhibitor",), ("MCF7",))
    assert (job.request.method.negatives, job.request.method.seed) == ("others", 7)
    assert "number 1 in the queue" in words(app)


def test_every_moa_is_listed_with_what_became_of_it(
    stocked: Library, shelved: LibraryRequest
) -> None:
    app = page("library")
    assert "**1 well trained, 0 uncertain, 0 no better than chance.**" in words(app)
    assert "uses the models of 1 of 2 MOAs" in words(app)
    table = app.dataframe[0].value.set_index("moa")
    assert table.loc["HDAC inhibitor", "verdict"] == "well trained"
    assert table["asked"].to_dict() == {"HDAC inhibitor": True, "MTOR inhibitor": False}
    assert table.loc["HDAC inhibitor", "chance"] == 0.01
    assert table.loc["HDAC inhibitor", "n_drugs"] == 4
    assert table.loc["HDAC inhibitor", "mean_auroc"] > 0.9
    assert "–" in table.loc["HDAC inhibitor", "interval"]
    assert table.loc["MTOR inhibitor", "verdict"] == "not trained yet"
    assert table.loc["MTOR inhibitor", "n_drugs"] == 5
    assert set(table["Data"]) == {"SIMULATED"}


def test_a_moa_that_cannot_be_learnt_or_trained_says_so(stocked: Library) -> None:
    shelve(stocked.cache, "measured", {"HDAC inhibitor": "Too few drugs. Add some."})
    app = page("library", compendium="measured")
    verdicts = app.dataframe[0].value.set_index("moa")["verdict"]
    assert verdicts["MTOR inhibitor"] == "no better than chance"
    assert verdicts["HDAC inhibitor"] == "Too few drugs. Add some."
    assert not [label for label in labels(app) if label.startswith("Train missing")]
    assert "Too few drugs" in words(click(app, list(verdicts.index).index("HDAC inhibitor")).info)


def test_the_table_can_be_searched_and_filtered(stocked: Library, shelved: LibraryRequest) -> None:
    app = page("library")
    app.text_input(key="library-find").set_value(" mtor ").run()
    assert app.dataframe[0].value["moa"].tolist() == ["MTOR inhibitor"]
    app.checkbox(key="library-asked").set_value(True).run()
    assert app.dataframe[0].value.empty
    app.text_input(key="library-find").set_value("").run()
    assert app.dataframe[0].value["moa"].tolist() == ["HDAC inhibitor"]


def test_a_row_opens_its_model(stocked: Library, shelved: LibraryRequest) -> None:
    app = click(page("library"), 0)
    assert words(app.title) == "HDAC inhibitor"
    assert app.query_params["model"] == job_id(stocked.simulated)


def test_what_is_missing_is_trained_by_the_same_job(
    stocked: Library, shelved: LibraryRequest
) -> None:
    app = press(page("library"), "Train missing models (1)")
    (job,) = JobStore(stocked.cache).active_jobs()
    assert job.request == shelved
    press(app, "Back to the library")
    press(app, "Show progress")
    assert app.query_params["job"] == job.id
    assert len(JobStore(stocked.cache).recent()) == 1


def test_a_building_library_shows_its_moas_as_they_are_done(
    stocked: Library, shelved: LibraryRequest
) -> None:
    app = page("library", job=building(stocked, shelved))
    said = words(app)
    assert plain("MTOR inhibitor: cross-validation") in said
    assert "**1 of 2** MOAs trained, 1 with a mean AUROC of 0.60" in said
    assert "Finished models are kept" in said
    assert "left" not in app.progress[0].text
    assert app.progress[0].value == 50
    assert app.dataframe[0].value["moa"].tolist() == ["HDAC inhibitor"]


def test_a_building_library_guesses_the_time_left(
    stocked: Library, shelved: LibraryRequest
) -> None:
    """By what was done in this run: of 12 parts, ten were there when it began a minute ago."""
    job_id_ = building(stocked, shelved)
    lines = []
    for seconds_ago, done in ((60, 0), (59, 10), (30, 11), (1, 12)):
        event = {"time": time.time() - seconds_ago, "stage": "Library", "done": done, "total": 20}
        lines.append(json.dumps(event) + "\n")
    (stocked.cache.job(job_id_) / FILE_NAME).write_text("".join(lines))
    assert "about 4 min left" in page("library", job=job_id_).progress[0].text


def test_a_running_library_is_linked_to_this_page(
    stocked: Library, shelved: LibraryRequest
) -> None:
    waiting(stocked.cache, shelved)
    link, _all = page("models").sidebar.page_link
    assert link.label == plain("Library of 2 MOAs of 'demo'")
    assert link.proto.page == "library"


def test_a_library_that_is_built_is_shown(stocked: Library, shelved: LibraryRequest) -> None:
    train_the_rest(stocked.cache, shelved)
    job = ended(stocked.cache, shelved, State.DONE)
    app = page("library", job=job.id, compendium="measured")
    assert "uses the models of 2 of 2 MOAs" in words(app)
    assert "job" not in app.query_params


def test_a_cancelled_library_can_be_built_on(stocked: Library, shelved: LibraryRequest) -> None:
    app = page("library", job=ended(stocked.cache, shelved, State.CANCELLED).id)
    assert "was canceled" in words(app.info)
    press(app, "Try again")
    assert JobStore(stocked.cache).active_jobs()[0].request == shelved


def test_one_moa_can_be_trained_again(stocked: Library, shelved: LibraryRequest) -> None:
    app = page("library")
    again = next(field for field in app.selectbox if field.label == "MOA")
    assert again.options == ["HDAC inhibitor"]
    again.set_value("HDAC inhibitor").run()
    press(app, "Delete and retrain")
    assert job_id(stocked.simulated) not in stocked.cache.model_ids()
    assert JobStore(stocked.cache).active_jobs()[0].request == shelved


def test_a_stale_library_shows_why_and_nothing_else(
    stocked: Library, shelved: LibraryRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "METHOD_VERSION", requests.METHOD_VERSION + 1)
    app = page("library")
    assert "The method has changed" in words(app.warning)
    assert not app.dataframe
    press(app, "Rebuild library")
    assert JobStore(stocked.cache).active_jobs()[0].request == shelved


def test_a_library_of_older_data_is_built_anew_on_the_present_ones(stocked: Library) -> None:
    request = shelve(stocked.cache)
    old = replace(request, fingerprint="0" * 64, moas=("gone inhibitor", *request.moas))
    remove(stocked.cache.library(job_id(request)))
    library.save(stocked.cache.library(job_id(old)), old, {}, {})
    app = page("library")
    assert "has changed since these models were trained" in words(app.warning)
    press(app, "Rebuild library")
    assert JobStore(stocked.cache).active_jobs()[0].request == request
    press(app, "Back to the library")
    press(app, "Delete library")
    assert "This compendium has no library yet" in words(app.info)


def test_one_of_several_libraries_is_chosen_and_kept_in_the_url(
    stocked: Library, shelved: LibraryRequest
) -> None:
    other = shelve(stocked.cache, moas=["MTOR inhibitor"])
    app = page("library", library=job_id(other))
    assert app.dataframe[0].value["moa"].tolist() == ["MTOR inhibitor"]
    field = next(each for each in app.selectbox if each.label == "Library")
    assert len(field.options) == 2
    field.set_value(job_id(shelved)).run()
    assert len(app.dataframe[0].value) == 2
    assert app.query_params["library"] == job_id(shelved)


def test_a_mad_library_in_the_url_falls_back(stocked: Library, shelved: LibraryRequest) -> None:
    shelve(stocked.cache, moas=["MTOR inhibitor"])
    assert "uses the models of 1 of 2 MOAs" in words(page("library", library="../../etc"))


def test_a_job_of_another_kind_is_not_a_library(stocked: Library) -> None:
    job = waiting(
        stocked.cache,
        replace(stocked.simulated, method=Method(seed=1)),
    )
    app = page("library", job=job.id)
    assert "does not open a library" in words(app.error)
    press(app, "Back to the library")
    assert "This compendium has no library yet" in words(app.info)


def test_the_csv_says_of_every_moa_where_it_comes_from(
    stocked: Library, shelved: LibraryRequest
) -> None:
    shown = library.load(stocked.cache, job_id(shelved))
    rows = list(csv.DictReader(csv_text(library_table(shown, simulated=True)).splitlines()))
    assert [row["moa"] for row in rows] == ["HDAC inhibitor", "MTOR inhibitor"]
    assert {row["data"] for row in rows} == {"SIMULATED"}
    assert {row["library_id"] for row in rows} == {job_id(shelved)}
    assert rows[1]["mean_auroc"] == ""


def test_a_model_shows_its_reliability_once_that_is_opened(stocked: Library) -> None:
    model = job_id(stocked.simulated)
    app = page("models", model=model, tab="Quality")
    charts = len(app.get("vega_lite_chart"))
    assert "dashed line" not in words(app)
    app.session_state[f"reliability-{model}"] = True
    app.run()
    assert "On the dashed line the two are equal" in words(app)
    assert len(app.get("vega_lite_chart")) == charts + 1


def test_names_that_are_markup_stay_names(stocked: Library) -> None:
    shelve(stocked.cache, "evil", {EVIL[2]: EVIL[3]})
    app = page("library", compendium="evil")
    said = words(click(app, app.dataframe[0].value["moa"].tolist().index(EVIL[2])))
    assert plain(f"{EVIL[2]}: {EVIL[3]}") in said
    assert not [evil for evil in EVIL if evil in said]
