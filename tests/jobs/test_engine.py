import shutil
from dataclasses import replace
from functools import partial

import pytest
from staging import Site, work

from gpar_core.analyses import results
from gpar_core.analyses.method import DrugSet
from gpar_core.analyses.training.request import TrainRequest
from gpar_core.data.importing.request import ImportRequest
from gpar_core.data.requests import DemoRequest
from gpar_core.errors import NotFoundError, RequestError
from gpar_core.jobs import engine
from gpar_core.jobs.events import Event
from gpar_core.jobs.job import State
from gpar_core.jobs.supervisor import ensure_running
from gpar_core.storage.access import Visitor
from gpar_core.storage.cache import MADE_BY, MANIFEST
from gpar_core.storage.requests import job_id
from tests.waiting import until


@pytest.fixture
def engaged(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    options = ("--worker-module", "scripted_worker")
    monkeypatch.setattr(engine, "ensure_running", partial(ensure_running, options=options))
    return site


def test_submit_and_follow_to_the_end(engaged: Site) -> None:
    events: list[Event] = []
    job = engine.submit(replace(engaged.cache, visitor=Visitor("ann")), work("a"))
    end = engine.follow(engaged.cache, job.id, events.append)
    assert (end.state, end.owner) == (State.DONE, "ann")
    assert [event.progress.done for event in events] == [1, 2, 3]


def test_cancel_reaches_the_worker(engaged: Site) -> None:
    job = engine.submit(engaged.cache, work("a", "until released"))
    engaged.reached(job)
    assert engine.cancel(engaged.cache, job.id).cancel_requested
    assert engine.follow(engaged.cache, job.id, lambda _: None).state == State.CANCELLED


def test_looking_at_a_job_revives_a_killed_supervisor(engaged: Site) -> None:
    job = engaged.store.submit(work("a"))
    assert not engaged.supervisors()
    engine.look(engaged.cache, job.id)
    assert engine.follow(engaged.cache, job.id, lambda _: None).state == State.DONE


def test_a_worker_can_be_wanted_before_there_is_a_job(engaged: Site) -> None:
    engine.wake(engaged.cache)
    (waiting,) = until(engaged.workers)
    engine.wake(engaged.cache)
    job = engine.submit(engaged.cache, work("a"))
    assert engine.follow(engaged.cache, job.id, lambda _: None).pid == waiting.pid


def test_unknown_job(site: Site) -> None:
    with pytest.raises(NotFoundError):
        engine.look(site.cache, "nothing")


@pytest.mark.parametrize(
    ("asked", "variable", "used"),
    [
        (None, None, ""),
        (None, "tcp://lab-1.example.org:8786", "tcp://lab-1.example.org:8786"),
        ("tls://[::1]:8786", "tcp://other:8786", "tls://[::1]:8786"),
        ("", "tcp://other:8786", ""),
    ],
)
def test_a_cluster_is_asked_for_or_set(
    site: Site,
    monkeypatch: pytest.MonkeyPatch,
    asked: str | None,
    variable: str | None,
    used: str,
) -> None:
    monkeypatch.setattr(engine, "ensure_running", lambda _: None)
    monkeypatch.delenv("GPAR_DASK", raising=False)
    if variable is not None:
        monkeypatch.setenv("GPAR_DASK", variable)
    assert engine.submit(site.cache, work("a"), cluster=asked).cluster == used


@pytest.mark.parametrize(
    "address", ["localhost:8786", "tcp://lab", "http://lab:8786", "tcp://a b:1"]
)
def test_what_is_no_address_of_a_cluster_is_refused(site: Site, address: str) -> None:
    with pytest.raises(RequestError, match=r"tcp://HOST:8786\. Correct --dask or"):
        engine.submit(site.cache, work("a"), cluster=address)


TRAIN = TrainRequest(compendium="demo", fingerprint="f", drug_set=DrugSet(label="X", drugs=("x",)))


@pytest.mark.parametrize(
    ("request_", "result"),
    [
        (DemoRequest(), "compendia/demo"),
        (work("mine"), "compendia/mine"),
        (TRAIN, f"models/{job_id(TRAIN)}"),
    ],
)
def test_a_done_job_is_redone_only_when_its_result_is_gone(
    site: Site,
    monkeypatch: pytest.MonkeyPatch,
    request_: DemoRequest | ImportRequest | TrainRequest,
    result: str,
) -> None:
    monkeypatch.setattr(engine, "ensure_running", lambda _: None)
    monkeypatch.setattr(results, "read", lambda _: None)
    job = engine.submit(site.cache, request_)
    site.store.claim(1, 1)
    site.store.finish(job.id, 1, State.DONE)
    folder = site.cache.root / result
    folder.mkdir(parents=True)
    (folder / MANIFEST).touch()
    (folder / MADE_BY).write_text(job.id)
    assert engine.submit(site.cache, request_).state == State.DONE
    shutil.rmtree(folder)
    assert engine.submit(site.cache, request_).state == State.QUEUED


def test_a_compendium_from_other_files_is_not_the_result_of_an_import(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "ensure_running", lambda _: None)
    request = replace(work("mine"), replace=True)
    job = engine.submit(site.cache, request)
    site.store.claim(1, 1)
    site.store.finish(job.id, 1, State.DONE)
    (site.cache.compendia / "mine").mkdir(parents=True)
    (site.cache.compendia / "mine" / MANIFEST).touch()
    (site.cache.compendia / "mine" / MADE_BY).write_text("another")
    assert engine.submit(site.cache, request).attempt == 2
