"""What killed processes leave behind is cleared, and nothing else."""

import os
import shutil
import threading
from pathlib import Path

import pytest
from filelock import FileLock

from gpar_core.storage import leftovers
from gpar_core.storage.cache import MANIFEST, Cache, building_lock, publishing, remove
from tests.waiting import PATIENCE

UUID = "0" * 32


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path)


def _folder(path: Path, content: str = "{}") -> Path:
    path.mkdir(parents=True)
    (path / MANIFEST).write_text(content)
    return path


def _cleared(cache: Cache) -> list[str]:
    """In words; what is only found is the same and changes nothing."""
    before = sorted(path for path in cache.root.rglob("*") if path.suffix != ".lock")
    found = leftovers.find(cache)
    assert sorted(path for path in cache.root.rglob("*") if path.suffix != ".lock") == before
    assert leftovers.clear(cache) == found
    assert leftovers.clear(cache) == []
    return [f"{each.what}, {each.done}" for each in found]


def test_an_empty_cache_has_none_and_stays_empty(cache: Cache) -> None:
    assert _cleared(cache) == []
    assert list(cache.root.iterdir()) == []


@pytest.mark.parametrize("state", ["building", "removed", "retired"])
def test_what_was_half_written_or_half_deleted_goes(cache: Cache, state: str) -> None:
    kept = _folder(cache.model("a"))
    half = _folder(cache.models / f".{state}-a-{UUID}")
    (what,) = _cleared(cache)
    assert what.endswith(", deleted")
    assert kept.exists()
    assert not half.exists()


def test_a_part_of_an_analysis_that_was_half_written_goes_with_its_lock(cache: Cache) -> None:
    half = _folder(cache.parts_of("job") / f".building-part-{UUID}")
    building_lock(half).touch()
    assert len(_cleared(cache)) == 1
    assert list(cache.parts_of("job").iterdir()) == []


def test_what_is_being_built_stays(cache: Cache) -> None:
    with publishing(cache.model("a")) as folder:
        (folder / MANIFEST).write_text("{}")
        assert leftovers.clear(cache) == []
    assert cache.model_ids() == ["a"]
    assert list(cache.models.iterdir()) == [cache.model("a")]


def test_what_was_out_of_place_for_a_moment_returns(cache: Cache) -> None:
    _folder(cache.models / f".replaced-a-{UUID}", "old")
    (what,) = _cleared(cache)
    assert "put back as 'a'" in what
    assert (cache.model("a") / MANIFEST).read_text() == "old"


def test_what_has_been_replaced_does_not_return(cache: Cache) -> None:
    _folder(cache.models / f".replaced-a-{UUID}", "old")
    _folder(cache.model("a"), "new")
    assert len(_cleared(cache)) == 1
    assert [path.name for path in cache.models.iterdir()] == ["a"]
    assert (cache.model("a") / MANIFEST).read_text() == "new"


@pytest.mark.parametrize(
    "name",
    [
        f"libraries/a/.{MANIFEST}-{UUID}",
        f".format-{UUID}",
        f"jobs/jobs.sqlite3.{UUID}",
        f"compendia/a/.search-{UUID}",
        f"compendia/a/.derived-{UUID}",
        f"compendia/a/.search-{UUID[:16]}.bin",
        f"compendia/a/.search-{UUID[:16]}.lock",
    ],
)
def test_a_file_that_was_never_finished_goes_once_it_is_old(cache: Cache, name: str) -> None:
    path = cache.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    assert _cleared(cache) == []
    os.utime(path, (1, 1))
    assert _cleared(cache) == ["an unfinished file, deleted"]
    assert not path.exists()


def test_a_lock_without_a_folder_goes_once_it_is_free(cache: Cache) -> None:
    cache.models.mkdir()
    lock = building_lock(cache.models / f".building-a-{UUID}")
    with FileLock(lock, is_singleton=False):
        assert leftovers.clear(cache) == []
    assert len(_cleared(cache)) == 1
    assert not lock.exists()


def test_who_only_looks_leaves_nothing_where_another_clears(
    cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    half = _folder(cache.models / f".building-a-{UUID}")

    def cleared_just_before(*arguments: object, **options: object) -> FileLock:
        shutil.rmtree(half)
        return FileLock(*arguments, **options)  # type: ignore[arg-type, misc]

    monkeypatch.setattr(leftovers, "FileLock", cleared_just_before)
    assert leftovers.find(cache) == []
    assert list(cache.models.iterdir()) == []


def test_folders_that_come_and_go_meanwhile_disturb_nobody(cache: Cache) -> None:
    kept = _folder(cache.model("a"))
    over = threading.Event()

    def come_and_go() -> None:
        while not over.is_set():
            with publishing(cache.model("b")) as folder:
                (folder / MANIFEST).write_text("{}")
            remove(cache.model("b"))

    others = threading.Thread(target=come_and_go)
    others.start()
    try:
        for _ in range(300):
            leftovers.clear(cache)
    finally:
        over.set()
        others.join()
    assert list(cache.models.iterdir()) == [kept]


def test_a_look_of_another_at_a_lock_is_waited_for(
    cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leftovers, "LOOK_SECONDS", PATIENCE)
    cache.models.mkdir()
    lock = building_lock(cache.models / f".building-a-{UUID}")
    look = FileLock(lock, is_singleton=False, thread_local=False)
    look.acquire()
    timer = threading.Timer(0.1, look.release)
    timer.start()
    assert len(leftovers.clear(cache)) == 1
    timer.join()
    assert not lock.exists()


def test_what_a_user_put_there_stays(cache: Cache) -> None:
    theirs = _folder(cache.inbox / f".building-a-{UUID}")
    assert _cleared(cache) == []
    assert theirs.exists()
