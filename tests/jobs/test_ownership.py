"""Several people on one cache: what each sees, may cancel, delete and replace."""

from dataclasses import replace
from pathlib import Path

import pytest

from gpar_core.analyses import results
from gpar_core.analyses.library.request import LibraryRequest
from gpar_core.analyses.method import DrugSet, Method
from gpar_core.analyses.training.request import TrainRequest
from gpar_core.data.fetching.request import FetchRequest
from gpar_core.data.requests import DemoRequest
from gpar_core.errors import AccessError, NotFoundError
from gpar_core.jobs import engine
from gpar_core.jobs.job import State
from gpar_core.jobs.store import JobStore
from gpar_core.storage.access import Visitor
from gpar_core.storage.cache import MANIFEST, Cache, publishing
from gpar_core.storage.requests import Request, job_id
from gpar_core.upkeep import deletion
from tests.import_requests import import_request

TRAINING = TrainRequest(
    compendium="demo", fingerprint="f", drug_set=DrugSet(label="ssri", drugs=("a", "b"))
)
NOW = 1_000_000.0


class People:
    """Views of one cache; nothing is started."""

    def __init__(self, root: Path) -> None:
        self.server = Cache(root)
        self.ann = Cache(root, Visitor("ann"))
        self.bob = Cache(root, Visitor("bob"))
        self.admin = Cache(root, Visitor("root", admin=True))

    def publish(self, request: Request, folder: Path) -> None:
        """What a worker does with a claimed job."""
        store = JobStore(self.server)
        while job := store.claim(9, 9):
            with publishing(folder) as building:
                (building / MANIFEST).write_text("{}")
            store.finish(job.id, job.attempt, State.DONE)
        assert store.get(job_id(request)).state is State.DONE


@pytest.fixture
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> People:
    monkeypatch.setattr(engine, "ensure_running", lambda _: None)
    monkeypatch.setattr(results, "read", lambda _: None)
    return People(tmp_path)


def trained(people: People, by: Cache) -> str:
    job = engine.submit(by, TRAINING)
    people.publish(TRAINING, people.server.model(job.id))
    return job.id


def test_a_private_job_and_its_result_are_seen_by_who_asked_and_by_administrators(
    people: People,
) -> None:
    job = engine.submit(people.ann, TRAINING)
    assert [each.id for each in JobStore(people.ann).active_jobs()] == [job.id]
    assert JobStore(people.bob).active_jobs() == JobStore(people.bob).recent() == []
    for ask in (JobStore(people.bob).get, JobStore(people.bob).request_cancel):
        with pytest.raises(NotFoundError, match="There is no job"):
            ask(job.id)
    people.publish(TRAINING, people.server.model(job.id))
    assert people.ann.model_ids() == people.admin.model_ids() == [job.id]
    assert people.bob.model_ids() == []
    with pytest.raises(NotFoundError, match="There is no model yet"):
        people.bob.existing_model(job.id)


def test_who_asks_for_the_same_has_the_same_at_once(people: People) -> None:
    name = trained(people, people.ann)
    again = engine.submit(people.bob, TRAINING)
    assert (again.id, again.state, again.attempt) == (name, State.DONE, 1)
    assert people.bob.model_ids() == [name]
    deletion.delete(people.ann, people.ann.existing_model(name), NOW)
    assert people.ann.model_ids() == []
    assert people.bob.model_ids() == [name]
    deletion.delete(people.bob, people.bob.existing_model(name), NOW)
    assert people.server.model_ids() == []
    assert people.server.access.record(name).owners == ("bob",)  # whose job it was
    deletion.purge(people.server, NOW, every=True)
    assert people.server.access.records() == {}
    assert JobStore(people.server).recent() == []


def test_what_the_server_has_without_an_owner_stays_for_all(people: People) -> None:
    name = trained(people, people.server)
    engine.submit(people.ann, TRAINING)
    assert people.bob.model_ids() == [name]
    with pytest.raises(AccessError, match="not yours to delete"):
        deletion.delete(people.ann, people.ann.existing_model(name), NOW)
    deletion.delete(people.admin, people.admin.existing_model(name), NOW)
    assert people.server.model_ids() == []


def test_shared_is_seen_by_all_but_changed_by_its_holders_only(people: People) -> None:
    generous = replace(people.ann, visitor=Visitor("ann", shares=True))
    name = trained(people, generous)
    assert people.bob.model_ids() == [name]
    with pytest.raises(AccessError):
        deletion.delete(people.bob, people.bob.existing_model(name), NOW)
    people.ann.access.share(name, shared=False)
    assert people.bob.model_ids() == []


def test_a_job_that_two_wait_for_is_cancelled_by_neither(people: People) -> None:
    job = engine.submit(people.ann, TRAINING)
    engine.submit(people.bob, TRAINING)
    with pytest.raises(AccessError, match=r"Others are waiting for this job too \(1\)"):
        engine.cancel(people.ann, job.id)
    assert engine.cancel(people.admin, job.id).state is State.CANCELLED


def test_another_cannot_cancel_a_shared_job(people: People) -> None:
    job = engine.submit(people.ann, FetchRequest("gse70138"))
    assert [each.id for each in JobStore(people.bob).active_jobs()] == [job.id]
    with pytest.raises(AccessError, match="belongs to another user"):
        engine.cancel(people.bob, job.id)
    assert engine.cancel(people.ann, job.id).state is State.CANCELLED


def test_the_demo_is_for_all(people: People) -> None:
    engine.submit(people.ann, DemoRequest())
    assert len(JobStore(people.bob).active_jobs()) == 1
    people.publish(DemoRequest(), people.server.compendium("demo"))
    assert people.bob.compendium_names() == ["demo"]


def test_nobody_takes_or_overwrites_the_compendium_of_another(people: People) -> None:
    mine = import_request("lab")
    engine.submit(people.ann, mine)
    theirs = replace(import_request("lab"), files_digest="other", replace=True)
    with pytest.raises(AccessError, match="The name 'lab' belongs to a compendium"):
        engine.submit(people.bob, theirs)  # ann's import is under way
    people.publish(mine, people.server.compendium("lab"))
    assert people.ann.compendium_names() == ["lab"]
    assert people.bob.compendium_names() == []
    with pytest.raises(AccessError, match="The name 'lab' belongs to a compendium"):
        engine.submit(people.bob, theirs)
    deletion.delete(people.ann, people.ann.existing_compendium("lab"), NOW)
    engine.submit(people.bob, theirs)
    people.publish(theirs, people.server.compendium("lab"))
    assert people.ann.compendium_names() == []
    assert people.bob.compendium_names() == ["lab"]


def test_a_name_whose_import_failed_is_free_again(people: People) -> None:
    job = engine.submit(people.ann, import_request("lab"))
    JobStore(people.server).request_cancel(job.id)
    engine.submit(people.bob, replace(import_request("lab"), files_digest="other"))
    assert people.server.access.record("compendia/lab").owners == ("bob",)


def test_the_models_of_a_library_are_seen_with_it(people: People) -> None:
    request = LibraryRequest(compendium="demo", fingerprint="f", moas=("HDAC inhibitor",))
    library = engine.submit(people.ann, request).id
    model = "0" * 20
    people.server.access.put_within(library, [model], [model])
    with publishing(people.server.model(model)) as building:
        (building / MANIFEST).write_text("{}")
    assert people.bob.model_ids() == []
    assert people.ann.model_ids() == [model]
    people.ann.access.share(library, shared=True)
    assert people.bob.model_ids() == [model]


def test_waiting_jobs_of_one_person_are_limited(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GPAR_MAX_WAITING_PER_OWNER", "2")
    for seed in range(2):
        engine.submit(people.ann, replace(TRAINING, method=Method(seed=seed)))
    with pytest.raises(AccessError, match="2 of your jobs are already waiting"):
        engine.submit(people.ann, replace(TRAINING, method=Method(seed=2)))
    engine.submit(people.ann, TRAINING)  # is waiting already, and no other
    assert engine.submit(people.bob, replace(TRAINING, method=Method(seed=2))).state is State.QUEUED


def test_who_has_used_up_their_room_gets_no_new_result(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GPAR_OWNER_GB", "1")
    name = trained(people, people.ann)
    with (people.server.model(name) / "large").open("wb") as file:
        file.truncate(10**9)
    with pytest.raises(AccessError, match=r"take 1\.0 GB; the limit is 1 GB"):
        engine.submit(people.ann, replace(TRAINING, method=Method(seed=1)))
    assert engine.submit(people.ann, TRAINING).state is State.DONE
    assert engine.submit(people.bob, replace(TRAINING, method=Method(seed=1))).state is State.QUEUED
    assert JobStore(people.ann).active_jobs() == []
