import json
import time
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from gpar_core.jobs.events import FILE_NAME
from gpar_core.jobs.job import State
from gpar_core.jobs.store import JobStore
from gpar_core.jobs.workers import WORKER_LOG
from gpar_core.storage.cache import Cache, remove
from gpar_core.storage.requests import job_id
from pages._shared.error_box import plain
from tests.pages.conftest import Library
from tests.pages.searched import sent
from tests.pages.signed_in import behind_a_proxy, sign_in
from tests.pages.stage import EVIL, ended, labels, page, press, running, waiting, words


def noticed(app: AppTest) -> list[str]:
    return [notice["text"] for notice in sent(app, "gpar_notices")["notices"]]


def opened(app: AppTest, row: int) -> AppTest:
    key = next(str(frame.key) for frame in app.dataframe if str(frame.key).startswith("jobs-"))
    app.session_state[key] = {"selection": {"rows": [row], "columns": [], "cells": []}}
    return app.run()


def test_without_jobs_the_page_says_so(cache: Cache) -> None:
    assert "No job is waiting or running." in words(page("jobs").info)


def test_what_runs_and_waits_is_shown_and_can_be_cancelled(stocked: Library) -> None:
    first = running(stocked.cache, stocked.simulated)
    second = waiting(stocked.cache, stocked.measured)
    app = page("jobs")
    assert "Cross-validation" in app.progress[0].text
    assert "Waiting: number 1 in the queue" in words(app)
    assert [link.label for link in app.main.page_link if link.proto.query_string] == [
        "**Train on HDAC inhibitor**",
        "**Train on MTOR inhibitor**",
    ]
    app.button(key=f"stop-{second.id}").click().run()
    assert JobStore(stocked.cache).get(second.id).state is State.CANCELLED
    assert JobStore(stocked.cache).get(first.id).active


def test_a_job_that_waits_says_when_it_starts(
    stocked: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The only one that runs has half its folds to go, and an earlier one did nothing else."""
    monkeypatch.setenv("GPAR_MAX_JOBS", "1")
    before = ended(stocked.cache, stocked.by_name, State.DONE)
    job = running(stocked.cache, stocked.simulated)
    for each, moments in ((before, ((200, 0), (100, 10), (0, 20))), (job, ((100, 0), (0, 10)))):
        lines = [
            {"time": time.time() - ago, "stage": "Cross-validation", "done": done, "total": 20}
            for ago, done in moments
        ]
        log = "".join(json.dumps(line) + "\n" for line in lines)
        (stocked.cache.job(each.id) / FILE_NAME).write_text(log)
    waiting(stocked.cache, replace(stocked.by_name, null_repeats=1))
    app = page("jobs")
    assert "about 2 min left" in app.progress[0].text
    assert "Waiting: number 1 in the queue, starts in about 2 min." in words(app)


def test_jobs_of_the_same_title_can_be_told_apart(stocked: Library) -> None:
    waiting(stocked.cache, stocked.simulated)
    method = replace(stocked.simulated.method, seed=7)
    waiting(stocked.cache, replace(stocked.simulated, method=method))
    said = [link.label for link in page("jobs").main.page_link if link.proto.query_string]
    assert said == [f"**Train on HDAC inhibitor · seed {seed}**" for seed in (0, 7)]


def test_an_ended_job_opens_its_result(stocked: Library) -> None:
    job = ended(stocked.cache, stocked.simulated, State.DONE)
    app = opened(page("jobs"), 0)
    press(app, "Open result")
    assert app.query_params["job"] == job.id
    assert words(app.title) == "HDAC inhibitor"


def test_a_failed_job_says_why_and_can_be_run_again(stocked: Library) -> None:
    remove(stocked.cache.model(job_id(stocked.measured)))
    job = ended(stocked.cache, stocked.measured, State.FAILED, f"No memory. {EVIL[0]}")
    app = opened(page("jobs"), 0)
    assert plain(f"No memory. {EVIL[0]}") in words(app.error)
    press(app, "Try again")
    assert JobStore(stocked.cache).get(job.id).active


def test_a_deleted_result_can_be_computed_again(stocked: Library) -> None:
    job = ended(stocked.cache, stocked.measured, State.DONE)
    remove(stocked.cache.model(job.id))
    app = opened(page("jobs"), 0)
    assert "The result was deleted." in words(app)
    assert "Open result" not in labels(app)
    press(app, "Try again")
    assert JobStore(stocked.cache).get(job.id).active


def test_ended_jobs_are_found_by_title_and_outcome(stocked: Library) -> None:
    ended(stocked.cache, stocked.simulated, State.DONE)
    ended(stocked.cache, stocked.measured, State.CANCELLED)
    app = page("jobs")
    assert set(app.dataframe[0].value["Outcome"]) == {"done", "canceled"}
    app.text_input(key="jobs-find").set_value("mtor").run()
    assert app.dataframe[0].value["Job"].tolist() == ["Train on MTOR inhibitor"]
    app.text_input(key="jobs-find").set_value("nothing").run()
    assert "No finished job matches" in words(app.info)


def test_administrators_see_the_log(stocked: Library) -> None:
    job = ended(stocked.cache, stocked.simulated, State.DONE)
    (stocked.cache.job(job.id) / WORKER_LOG).write_text("last words")
    app = opened(page("jobs"), 0)
    app.session_state[f"log-{job.id}"] = True
    app.run()
    assert "last words" in [code.value for code in app.code]
    assert "Cross-validation" in set(app.dataframe[1].value["Stage"])


def test_a_job_that_ends_on_another_page_is_told_with_a_link(stocked: Library) -> None:
    job = running(stocked.cache, stocked.simulated)
    app = page("models")
    assert [link.label for link in app.sidebar.page_link] == [
        plain("Train on HDAC inhibitor"), "All jobs",
    ]  # fmt: skip
    JobStore(stocked.cache).finish(job.id, 1, State.DONE)
    app.run()
    assert noticed(app) == ["Train on HDAC inhibitor is done."]
    assert sent(app, "gpar_notices")["notices"][0]["action"] == "Open result"
    assert "Finished" in words(app.sidebar)
    app.run()
    assert len(noticed(app)) == 1
    app.query_params["model"] = job.id
    app.run()
    assert "Finished" not in words(app.sidebar)


def test_a_job_whose_page_is_open_is_not_told(stocked: Library) -> None:
    job = running(stocked.cache, stocked.simulated)
    app = page("drug_prediction", job=job.id)
    JobStore(stocked.cache).finish(job.id, 1, State.DONE)
    app.run()
    assert noticed(app) == []


def test_a_cancelled_job_ends_in_silence_and_a_failed_one_does_not(stocked: Library) -> None:
    first = running(stocked.cache, stocked.simulated)
    second = running(stocked.cache, stocked.measured)
    app = page("models")
    JobStore(stocked.cache).finish(first.id, 1, State.CANCELLED)
    JobStore(stocked.cache).finish(second.id, 1, State.FAILED, "No memory.")
    app.run()
    assert noticed(app) == ["Train on MTOR inhibitor did not finish."]


def test_on_a_server_each_has_their_own_and_only_administrators_see_logs(
    stocked: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    behind_a_proxy(monkeypatch)
    job = running(stocked.cache, stocked.simulated)
    stocked.cache.access.hold("ann", job.id, 0, shared=True)
    sign_in(monkeypatch, "bob")
    app = page("jobs")
    assert "**Train on HDAC inhibitor**" in [link.label for link in app.main.page_link]
    assert app.button(key=f"stop-{job.id}").disabled
    app.checkbox(key="jobs-mine").check().run()
    assert "No job is waiting or running." in words(app.info)
    JobStore(stocked.cache).finish(job.id, 1, State.DONE)
    app.run()
    assert noticed(app) == []
    app.checkbox(key="jobs-mine").uncheck().run()
    assert "Owner" not in app.dataframe[0].value
    opened(app, 0)
    assert job.id not in words(app)
    assert not page("models", model=job.id).text_area
    sign_in(monkeypatch, "root")
    app = opened(page("jobs"), 0)
    app.session_state[f"log-{job.id}"] = True
    app.run()
    assert "Owner" in app.dataframe[0].value
    assert job.id in words(app)
