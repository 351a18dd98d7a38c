"""What is done for the cache after a job."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock

from gpar_core.analyses.method import DrugSet
from gpar_core.analyses.moa_prediction.request import PredictionRequest
from gpar_core.analyses.training.request import TrainRequest
from gpar_core.jobs.store import JobStore
from gpar_core.storage.cache import MANIFEST, Cache
from gpar_core.storage.requests import job_id
from gpar_core.upkeep.care import needed_by_jobs, take_care
from tests.import_requests import import_request

OLD, MODEL, LIBRARY, PROFILES, UPLOAD = (character * 20 for character in "0abcd")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cache:
    monkeypatch.setenv("GPAR_CACHE_GB", "1")
    cache = Cache(tmp_path)
    for name in (OLD, MODEL):
        folder = cache.model(name)
        folder.mkdir(parents=True)
        with (folder / MANIFEST).open("wb") as file:
            file.truncate(10**9)
        for path in (folder / MANIFEST, folder):
            os.utime(path, (1, 1))
    return cache


def test_jobs_under_way_need_themselves_and_what_they_name(cache: Cache) -> None:
    store = JobStore(cache)
    prediction = PredictionRequest(PROFILES, LIBRARY, (MODEL,), "mine")
    upload = import_request("lab", str(cache.uploads / UPLOAD / "m.gctx"))
    ended = TrainRequest(compendium="demo", fingerprint="f", drug_set=DrugSet(label=OLD, drugs=()))
    ids = [store.submit(request).id for request in (prediction, upload, ended)]
    store.request_cancel(ids[2])
    assert needed_by_jobs(cache) == {*ids[:2], PROFILES, LIBRARY, MODEL, UPLOAD}


def test_care_keeps_what_a_job_needs_and_says_what_it_deletes(
    cache: Cache, capsys: pytest.CaptureFixture[str]
) -> None:
    JobStore(cache).submit(PredictionRequest(PROFILES, LIBRARY, (MODEL,), "mine"))
    take_care(cache)
    assert cache.model_ids() == [MODEL]
    assert f"Deleted {cache.model(OLD)} to keep within 1 GB." in capsys.readouterr().out


def test_care_leaves_the_cache_to_another_process_that_is_about_it(cache: Cache) -> None:
    cache.jobs.mkdir()
    with FileLock(cache.jobs / "care.lock", is_singleton=False):
        take_care(cache)
    assert cache.model_ids() == [OLD, MODEL]


def test_what_goes_wrong_is_only_printed(
    cache: Cache, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GPAR_CACHE_GB", "much")
    take_care(cache)
    assert "GPAR_CACHE_GB is 'much'" in capsys.readouterr().err


def test_a_result_that_was_pruned_is_computed_again(cache: Cache) -> None:
    request = TrainRequest(
        compendium="demo", fingerprint="f", drug_set=DrugSet(label="ssri", drugs=())
    )
    store = JobStore(cache)
    job = store.submit(request)
    assert store.claim(9, 9)
    store.finish(job.id, 1, replace(job).state.DONE)
    again = store.submit(request, result_exists=cache.has(cache.model(job_id(request))))
    assert (again.active, again.attempt) == (True, 2)
