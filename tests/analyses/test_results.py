"""A result counts as there only if it can be read."""

import os
from pathlib import Path

import pytest

from gpar_core.analyses import results
from gpar_core.analyses.curation import result as curation
from gpar_core.analyses.curation.request import CurationRequest
from gpar_core.analyses.method import DrugSet
from gpar_core.analyses.training import result as model
from gpar_core.analyses.training.request import TrainRequest
from gpar_core.jobs import engine
from gpar_core.jobs.job import State
from gpar_core.jobs.store import JobStore
from gpar_core.storage.cache import Cache, publishing
from gpar_core.storage.requests import Request, job_id
from tests import saved_curation, saved_model

TRAINING = TrainRequest(
    compendium="tiny", fingerprint="f", drug_set=DrugSet(label="ssri", drugs=("a", "b"))
)
CURATION = CurationRequest("0" * 20, "ssri")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cache:
    """A cache with a done training and a done curation; nothing is started."""
    monkeypatch.setattr(engine, "ensure_running", lambda _: None)
    cache = Cache(tmp_path)
    with publishing(cache.model(job_id(TRAINING))) as folder:
        model.save(saved_model.model(), folder)
    with publishing(cache.curation(job_id(CURATION))) as folder:
        curation.save(saved_curation.saved(), folder)
    store = JobStore(cache)
    for request in (TRAINING, CURATION):
        store.submit(request)
        store.claim(9, 9)
        store.finish(job_id(request), 1, State.DONE)
    return cache


@pytest.mark.parametrize(
    ("request_", "file"), [(TRAINING, "map.parquet"), (CURATION, "drugs.parquet")]
)
def test_a_damaged_result_is_computed_again_when_it_is_asked_for_again(
    cache: Cache, request_: Request, file: str
) -> None:
    assert results.is_there(cache, request_)
    assert engine.submit(cache, request_).state == State.DONE
    os.truncate(results.folder_of(cache, request_) / file, 40)
    assert not results.is_there(cache, request_)
    again = engine.submit(cache, request_)
    assert (again.state, again.attempt) == (State.QUEUED, 2)
