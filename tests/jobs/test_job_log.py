"""What the supervisor's log says of a job: how it went, and nothing that users wrote."""

import json
import logging
from pathlib import Path

import pytest

from gpar_core.analyses.signature_search.request import SearchRequest
from gpar_core.jobs import job_log
from gpar_core.jobs.job import State
from gpar_core.jobs.store import JobStore
from gpar_core.server.json_log import JsonLines
from gpar_core.storage.cache import Cache


def test_a_job_has_a_line_at_its_begin_and_one_at_its_end(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    store = JobStore(Cache(tmp_path))
    store.submit(SearchRequest("tiny", "", "Ann's list", "xsum", up=("TP53",)), "ann")
    job = store.claim(9, 9)
    assert job is not None
    job_log.begun(job, 17)
    store.finish(job.id, job.attempt, State.FAILED, "Ann's list is too short.")
    job_log.ended(store, job.id)
    job_log.ended(store, "0" * 20)  # it was deleted meanwhile
    assert caplog.messages == [
        f"{job.id} attempt 1: given to process 17", f"{job.id} attempt 1: failed after 0 s"
    ]  # fmt: skip
    said = [JsonLines().format(record) for record in caplog.records]
    assert not [line for line in said if "Ann" in line or "ann" in line]
    lines = [json.loads(line) for line in said]
    assert [line["event"] for line in lines] == ["job begun", "job ended"]
    assert [line["state"] for line in lines] == ["running", "failed"]
    assert {(line["job"], line["kind"]) for line in lines} == {(job.id, "signature_search")}
    assert lines[0]["waited"] >= 0
    assert lines[1]["seconds"] >= 0
