"""What the cache holds, and what goes first when it holds too much."""

import os
from pathlib import Path

import pytest

from gpar_core.errors import AccessError
from gpar_core.storage.access import Visitor
from gpar_core.storage.cache import MANIFEST, Cache
from gpar_core.storage.room import check_room
from gpar_core.upkeep import pruning as upkeep

NOW = 1_000_000.0
HALF = 5 * 10**8


def put(folder: Path, n_bytes: int, age: float, *, manifest: bool = True) -> Path:
    """A folder of so many bytes, without taking them from the disk, that is so old."""
    folder.mkdir(parents=True)
    with (folder / "large").open("wb") as file:
        file.truncate(n_bytes)
    if manifest:
        (folder / MANIFEST).write_bytes(b"")
    for path in [*folder.iterdir(), folder]:
        os.utime(path, (NOW - age, NOW - age))
    return folder


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path)


def names(items: list[upkeep.Item]) -> list[str]:
    return [item.folder.name for item in items]


def test_contents_tell_kind_size_use_and_holders(cache: Cache) -> None:
    put(cache.model("m0"), 10, age=500)
    put(cache.compendium("demo"), 3000, age=800)
    put(cache.uploads / "u0", 200, age=5, manifest=False)
    (cache.models / ".building-x").mkdir()
    cache.access.hold("ann", "m0", NOW - 100, shared=False)
    found = upkeep.contents(cache)
    assert [(item.kind, item.n_bytes) for item in found] == [
        ("compendia", 3000),
        ("uploads", 200),
        ("models", 10),
    ]
    assert [item.used for item in found] == [NOW - 800, NOW - 5, NOW - 100]
    assert found[2].record.owners == ("ann",)
    assert names(upkeep.contents(Cache(cache.root, Visitor("bob")))) == ["demo", "u0"]


def test_the_least_recently_used_go_until_all_fits(cache: Cache) -> None:
    for number, age in enumerate((9000, 8000, 7000, 6000)):
        put(cache.model(f"m{number}"), HALF, age)
    put(cache.analysis("a0"), HALF, age=8500)
    cache.access.touch("m0", NOW - 6500)
    assert names(upkeep.prune(cache, 1, NOW, [])) == ["a0", "m1", "m2"]
    assert cache.model_ids() == ["m0", "m3"]
    assert upkeep.prune(cache, 1, NOW, []) == []


def test_without_a_limit_nothing_goes(cache: Cache) -> None:
    put(cache.model("m0"), 10 * HALF, age=9000)
    assert upkeep.prune(cache, 0, NOW, []) == []


def test_what_is_pinned_needed_or_fresh_stays_and_compendia_do(cache: Cache) -> None:
    for number in range(4):
        put(cache.model(f"m{number}"), HALF, age=9000)
    put(cache.model("fresh"), HALF, age=60)
    put(cache.compendium("lab"), HALF, age=9000)
    put(cache.library("lib"), 10, age=9000)
    put(cache.source("gse70138"), HALF, age=9000)
    cache.access.pin("m0", pinned=True)
    cache.access.put_within("lib", ["m1"], [])
    cache.access.pin("lib", pinned=True)
    assert names(upkeep.prune(cache, 1, NOW, ["m2"])) == ["m3"]
    assert cache.model_ids() == ["fresh", "m0", "m1", "m2"]


def test_a_model_is_used_when_a_library_of_it_is(cache: Cache) -> None:
    put(cache.model("m0"), 2 * HALF, age=9000)
    put(cache.model("m1"), 2 * HALF, age=8000)
    cache.access.put_within("lib", ["m0"], [])
    cache.access.touch("lib", NOW - 5000)
    assert names(upkeep.prune(cache, 1, NOW, [])) == ["m1"]


def test_who_held_what_was_pruned_holds_it_when_it_comes_again(cache: Cache) -> None:
    put(cache.model("m0"), 3 * HALF, age=9000)
    cache.access.hold("ann", "m0", NOW - 9000, shared=False)
    assert names(upkeep.prune(cache, 1, NOW, [])) == ["m0"]
    put(cache.model("m0"), 10, age=1)
    assert Cache(cache.root, Visitor("ann")).model_ids() == ["m0"]
    assert Cache(cache.root, Visitor("bob")).model_ids() == []


def test_old_uploads_go_unless_a_job_needs_them(cache: Cache) -> None:
    for name, age in (("old", 8), ("needed", 8), ("new", 6)):
        put(cache.uploads / name, 10, age * 24 * 3600, manifest=False)
    cache.access.hold("ann", "old", NOW, shared=False)
    assert [path.name for path in upkeep.clear_uploads(cache, NOW, ["needed"])] == ["old"]
    assert sorted(path.name for path in cache.uploads.iterdir()) == ["needed", "new"]
    assert cache.access.records() == {}


def test_room_is_checked_for_each_person_but_administrators(cache: Cache) -> None:
    ann = Cache(cache.root, Visitor("ann"))
    put(cache.model("m0"), 10**9, age=10)
    check_room(ann, 1)
    ann.hold("m0")
    assert ann.access.record("m0").owners == ("ann",)
    with pytest.raises(AccessError, match="Delete what you no longer need on the page Storage"):
        check_room(ann, 1)
    check_room(ann, 2)
    with pytest.raises(AccessError, match=r"take 1\.0 GB, and the file has 1\.0 GB; the"):
        check_room(ann, 2, 10**9)
    check_room(ann, 0)
    check_room(Cache(cache.root, Visitor("ann", admin=True)), 1)
