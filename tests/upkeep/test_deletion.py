"""What is deleted can be had back for an hour, by who may, and is gone after it."""

import errno
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from gpar_core.analyses.method import DrugSet
from gpar_core.analyses.training.request import TrainRequest
from gpar_core.errors import AccessError, JobError, NotFoundError, RequestError
from gpar_core.jobs.job import State
from gpar_core.jobs.store import JobStore
from gpar_core.storage import leftovers
from gpar_core.storage.access import Access, Visitor
from gpar_core.storage.cache import MANIFEST, Cache
from gpar_core.upkeep import care, deletion
from gpar_core.upkeep import pruning as upkeep
from gpar_core.upkeep.deletion import KEPT_SECONDS, Deletion

NOW = 1_000_000.0
REQUEST = TrainRequest(
    compendium="demo", fingerprint="f", drug_set=DrugSet(label="ssri", drugs=("a", "b"))
)


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path)


@pytest.fixture
def ann(cache: Cache) -> Cache:
    return Cache(cache.root, Visitor("ann"))


@pytest.fixture
def bob(cache: Cache) -> Cache:
    return Cache(cache.root, Visitor("bob"))


def put(folder: Path, content: str = "{}") -> Path:
    folder.mkdir(parents=True)
    (folder / MANIFEST).write_text(content)
    return folder


def deleted(cache: Cache, folder: Path, now: float = NOW) -> Deletion:
    done = deletion.delete(cache, folder, now)
    assert done is not None
    return done


@pytest.mark.parametrize("kind", upkeep.KINDS)
def test_whatever_it_is_it_comes_back_as_it_was(cache: Cache, kind: str) -> None:
    folder = put(cache.root / kind / "a", "old")
    cache.access.pin(cache.thing_of(folder), pinned=True)
    done = deleted(cache, folder)
    assert (done.kind, done.name, done.at) == (kind, "a", NOW)
    assert not folder.exists()
    assert upkeep.contents(cache) == []
    assert [each.token for each in deletion.recent(cache)] == [done.token]
    assert deletion.undo(cache, done, NOW + 5) == folder
    assert (folder / MANIFEST).read_text() == "old"
    (item,) = upkeep.contents(cache)
    assert item.pinned
    assert deletion.recent(cache) == []
    assert list(cache.deleted.iterdir()) == []


def test_after_an_hour_it_is_gone_for_good(cache: Cache) -> None:
    done = deleted(cache, put(cache.model("a")))
    cache.access.pin(f"deleted/{done.token}", pinned=True)
    assert deletion.purge(cache, NOW + KEPT_SECONDS - 1) == 0
    assert deletion.purge(cache, NOW + KEPT_SECONDS) == len("{}")
    assert list(cache.deleted.iterdir()) == []
    assert cache.access.records() == {}
    with pytest.raises(NotFoundError, match="permanently"):
        deletion.undo(cache, done, NOW)


def test_a_clock_that_was_ahead_keeps_nothing_for_ever(cache: Cache) -> None:
    deleted(cache, put(cache.model("a")), NOW + 10 * KEPT_SECONDS)
    deletion.purge(cache, NOW)
    assert list(cache.deleted.iterdir()) == []


def test_the_next_job_or_deletion_clears_it(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(care, "time", SimpleNamespace(time=lambda: NOW + 2 * KEPT_SECONDS))
    cache.jobs.mkdir()
    deleted(cache, put(cache.model("a")))
    care.take_care(cache)
    assert list(cache.deleted.iterdir()) == []
    deleted(cache, put(cache.model("a")))
    last = deleted(cache, put(cache.model("b")), NOW + 2 * KEPT_SECONDS)
    assert [path.name for path in cache.deleted.iterdir()] == [last.token]


def test_it_can_be_deleted_for_good_at_once(cache: Cache) -> None:
    done = deleted(cache, put(cache.model("a")))
    assert deletion.n_bytes(cache, done) == deletion.held_bytes(cache) == len("{}")
    deletion.delete_for_good(cache, done)
    assert deletion.recent(cache) == []
    assert deletion.held_bytes(cache) == 0


def test_what_was_made_meanwhile_is_not_overwritten(cache: Cache) -> None:
    folder = put(cache.compendium("lab"), "old")
    done = deleted(cache, folder)
    put(folder, "new")
    with pytest.raises(RequestError, match="another result now has the name 'lab'"):
        deletion.undo(cache, done, NOW)
    assert (folder / MANIFEST).read_text() == "new"
    second = deleted(cache, folder)
    deletion.undo(cache, done, NOW)
    assert (folder / MANIFEST).read_text() == "old"
    assert deletion.recent(cache)[0].token == second.token


def test_a_name_that_another_asks_for_meanwhile_is_theirs(
    cache: Cache, ann: Cache, bob: Cache
) -> None:
    folder = put(cache.compendium("lab"), "anns")
    cache.access.hold("ann", "compendia/lab", 1.0, shared=False)
    done = deleted(ann, folder)
    cache.access.hold("bob", "compendia/lab", 2.0, shared=False)  # his import is under way
    with pytest.raises(RequestError, match="another result now has the name"):
        deletion.undo(ann, done, NOW)
    assert cache.access.record("compendia/lab").owners == ("bob",)
    put(folder, "bobs")
    assert ann.compendium_names() == []
    assert bob.compendium_names() == ["lab"]
    assert [each.token for each in deletion.recent(ann)] == [done.token]


def test_the_same_that_another_has_made_meanwhile_is_held_by_both(
    cache: Cache, ann: Cache, bob: Cache
) -> None:
    folder = put(cache.model("a"), "the same")
    cache.access.hold("ann", "a", 1.0, shared=True)
    cache.access.pin("a", pinned=True)
    done = deleted(ann, folder)
    cache.access.hold("bob", "a", 2.0, shared=False)
    put(folder, "the same")
    deletion.undo(ann, done, NOW)
    assert ann.model_ids() == bob.model_ids() == ["a"]
    record = cache.access.record("a")
    assert (set(record.owners), record.shared, record.pinned) == ({"ann", "bob"}, False, True)
    assert list(cache.deleted.iterdir()) == []


def test_what_is_being_made_is_not_deleted(cache: Cache) -> None:
    job = JobStore(cache).submit(REQUEST)
    folder = put(cache.library(job.id))
    with pytest.raises(RequestError, match="being created right now"):
        deletion.delete(cache, folder, NOW)
    assert folder.exists()


def test_the_job_of_what_is_deleted_stays_as_private_as_it_was_and_goes_with_it(
    cache: Cache, ann: Cache, bob: Cache
) -> None:
    store = JobStore(cache)
    job = store.submit(REQUEST)
    cache.access.hold("ann", job.id, 1.0, shared=False)
    assert store.claim(9, 9)
    store.finish(job.id, 1, State.DONE)
    done = deleted(ann, put(cache.model(job.id)))
    with pytest.raises(NotFoundError):
        JobStore(bob).get(job.id)
    assert JobStore(ann).get(job.id).state is State.DONE
    deletion.delete_for_good(ann, done)
    with pytest.raises(NotFoundError):
        store.get(job.id)
    assert cache.access.records() == {}


def test_owners_have_it_back_where_the_record_could_not_be_moved(
    cache: Cache, ann: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = put(cache.model("a"))
    cache.access.hold("ann", "a", 1.0, shared=False)

    def fail(*_: object, **__: object) -> None:
        raise JobError("The list of owners cannot be used.")

    with monkeypatch.context() as patch:
        patch.setattr(Access, "rename", fail)
        with pytest.raises(JobError):
            deletion.delete(ann, folder, NOW)
        assert ann.model_ids() == ["a"]
        # Killed between the two, nobody puts it back.
        aside = cache.deleted / f"{int(NOW)}-{'0' * 32}" / "models" / "a"
        aside.parent.mkdir(parents=True)
        folder.replace(aside)
    (lost,) = deletion.recent(ann)
    assert deletion.recent(Cache(cache.root, Visitor("bob"))) == []
    deletion.undo(ann, lost, NOW)
    assert ann.model_ids() == ["a"]
    assert cache.access.record("a").owners == ("ann",)


def test_where_a_folder_cannot_be_put_back_it_can_be_tried_again(
    cache: Cache, ann: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = put(cache.model("a"))
    cache.access.hold("ann", "a", 1.0, shared=True)
    done = deleted(ann, folder)

    def busy(*_: object) -> None:
        raise PermissionError("in use")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", busy)
        with pytest.raises(PermissionError):
            deletion.undo(ann, done, NOW)
    deletion.undo(ann, done, NOW)
    assert cache.access.record("a").shared


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_where_not_even_a_folder_can_be_made_it_goes_at_once(
    cache: Cache, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    folder = put(cache.model("a"))
    make = Path.mkdir

    def full(path: Path, *arguments: object, **options: object) -> None:
        if cache.deleted in path.parents:
            raise OSError(number, "no room")
        make(path, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Path, "mkdir", full)
    assert deletion.delete(cache, folder, NOW) is None
    assert not folder.exists()


def test_what_the_system_keeps_hold_of_hinders_nobody(
    cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = deleted(cache, put(cache.model("old")))

    def held(folder: Path, **_: object) -> None:
        raise PermissionError("in use")

    with monkeypatch.context() as patch:
        patch.setattr(deletion, "remove", held)
        later = NOW + 2 * KEPT_SECONDS
        assert deletion.purge(cache, later) == 0
        deleted(cache, put(cache.model("a")), later)
    assert old.aside(cache).exists()
    assert deletion.purge(cache, later) == len("{}")


def test_two_who_free_the_room_at_once_do_not_meet(cache: Cache) -> None:
    done = deleted(cache, put(cache.model("a")))
    deletion.delete_for_good(cache, done)
    deletion.delete_for_good(cache, done)
    assert deletion.recent(cache) == []


def test_what_is_back_already_is_said_to_be(cache: Cache) -> None:
    done = deleted(cache, put(cache.model("a")))
    deletion.undo(cache, done, NOW)
    with pytest.raises(NotFoundError, match="has already been restored"):
        deletion.undo(cache, done, NOW)


def test_the_outlook_says_what_will_come(
    cache: Cache, ann: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = put(cache.model("a"))
    cache.access.hold("ann", "a", 1.0, shared=False)
    assert deletion.outlook(ann, folder) == "You can undo this for an hour."
    cache.access.hold("bob", "a", 1.0, shared=False)
    assert "kept for 1 other user" in deletion.outlook(ann, folder)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=10**9))
    assert "cannot be undone" in deletion.outlook(cache, folder)


def test_nobody_else_sees_it_or_has_it_back(cache: Cache, ann: Cache, bob: Cache) -> None:
    folder = put(cache.model("a"))
    cache.access.hold("ann", "a", 1.0, shared=True)
    with pytest.raises(AccessError, match="not yours to delete"):
        deletion.delete(bob, folder, NOW)
    done = deleted(ann, folder)
    assert bob.model_ids() == ann.model_ids() == []
    assert deletion.recent(bob) == []
    for ask in (deletion.delete_for_good, lambda *each: deletion.undo(*each, NOW)):
        with pytest.raises(AccessError):
            ask(bob, done)
    assert [each.title for each in deletion.recent(ann)] == [done.title]
    deletion.undo(ann, done, NOW)
    assert bob.model_ids() == ["a"]
    assert cache.access.record("a").owners == ("ann",)


def test_a_private_thing_stays_private_all_the_while(cache: Cache, ann: Cache, bob: Cache) -> None:
    folder = put(cache.model("a"))
    cache.access.hold("ann", "a", 1.0, shared=False)
    deletion.undo(ann, deleted(ann, folder), NOW)
    assert ann.model_ids() == ["a"]
    assert bob.model_ids() == []


def test_where_another_holds_it_too_the_hold_comes_back(
    cache: Cache, ann: Cache, bob: Cache
) -> None:
    folder = put(cache.model("a"))
    cache.access.hold("ann", "a", 1.0, shared=False)
    cache.access.hold("bob", "a", 2.0, shared=False)
    done = deleted(ann, folder)
    assert folder.exists()
    assert ann.model_ids() == []
    with pytest.raises(NotFoundError):
        deletion.undo(Cache(cache.root, Visitor("eve")), done, NOW)
    deletion.undo(ann, done, NOW)
    assert ann.model_ids() == bob.model_ids() == ["a"]
    deleted(ann, folder)
    deleted(bob, folder)
    with pytest.raises(NotFoundError, match="permanently"):
        deletion.undo(ann, done, NOW)


def test_models_are_seen_with_their_library_once_it_is_back(
    cache: Cache, ann: Cache, bob: Cache
) -> None:
    put(cache.model("a"))
    folder = put(cache.library("lib"))
    cache.access.hold("ann", "lib", 1.0, shared=True)
    cache.access.hold("ann", "a", 1.0, shared=False)
    cache.access.put_within("lib", ["a"], [])
    assert bob.model_ids() == ["a"]
    done = deleted(ann, folder)
    assert bob.model_ids() == []
    deletion.undo(ann, done, NOW)
    assert bob.model_ids() == ["a"]


def test_where_the_disk_is_short_of_room_it_goes_at_once(
    cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=10**9))
    folder = put(cache.model("a"))
    cache.access.pin("a", pinned=True)
    assert deletion.delete(cache, folder, NOW) is None
    assert not folder.exists()
    assert not cache.deleted.exists()
    assert cache.access.records() == {}


def test_a_limit_of_the_server_takes_it_first(cache: Cache) -> None:
    done = deleted(cache, put(cache.model("a")))
    put(cache.model("b"))
    for folder, n_bytes in ((done.aside(cache), 6 * 10**8), (cache.model("b"), 6 * 10**8)):
        with (folder / "large").open("wb") as file:
            file.truncate(n_bytes)
    assert upkeep.prune(cache, 1, NOW + 10, []) == []
    assert deletion.recent(cache) == []
    assert cache.model_ids() == ["b"]


def test_it_cannot_be_deleted_twice(cache: Cache) -> None:
    folder = put(cache.model("a"))
    deleted(cache, folder)
    with pytest.raises(NotFoundError, match="already been deleted"):
        deletion.delete(cache, folder, NOW)
    assert len(deletion.recent(cache)) == 1


def test_no_token_leaves_the_folder_of_what_is_deleted(cache: Cache) -> None:
    folder = put(cache.model("a"))
    with pytest.raises(NotFoundError):
        deletion.undo(cache, Deletion("models", "b", "b", NOW, (), "../models/a/.."), NOW)
    assert folder.exists()


def test_what_is_deleted_is_no_leftover(cache: Cache) -> None:
    done = deleted(cache, put(cache.model("a")))
    assert leftovers.clear(cache) == []
    assert done.aside(cache).exists()
