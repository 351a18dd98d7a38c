"""Who sees what, against a slow and obvious reference."""

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from gpar_core.errors import JobError
from gpar_core.storage.access import USE_SECONDS, Access, Record

PEOPLE = ("ann", "bob", "cat")
THINGS = tuple(f"m{number}" for number in range(4))
LIBRARIES = ("lib0", "lib1")


class Reference:
    """The rules as DESIGN tells them, with sets."""

    def __init__(self) -> None:
        self.holders: dict[str, set[str]] = {}
        self.shared: dict[str, bool] = {}
        self.within: dict[str, set[str]] = {}

    def hold(self, owner: str, thing: str, *, shared: bool) -> None:
        self.shared.setdefault(thing, shared)
        self.holders.setdefault(thing, set()).add(owner)

    def put_within(self, whole: str, things: list[str], new: list[str]) -> None:
        for thing in things:
            if thing in new and whole in self.shared:
                self.shared.setdefault(thing, self.shared[whole])
            self.within.setdefault(thing, set()).add(whole)
            if thing in self.shared:
                self.holders.setdefault(thing, set()).update(self.holders.get(whole, set()))

    def let_go(self, owner: str, thing: str) -> bool:
        if not self.holders.get(thing, set()) - {owner}:
            return False
        self.holders[thing].discard(owner)
        return True

    def rename(self, thing: str, new: str, *, stay: bool) -> None:
        moved = set(self.holders.get(thing, set()))
        if thing in self.shared:
            was = self.shared.pop(thing)
            others = self.holders.get(new, set()) - moved
            self.shared[new] = was and self.shared.get(new, was) if others else was
        self.holders.setdefault(new, set()).update(self.holders.pop(thing, set()))
        self.within.setdefault(new, set()).update(self.within.pop(thing, set()))
        for within in self.within.values():
            if thing in within:
                within.remove(thing)
                within.add(new)
        if stay and self.holders[new]:
            self.holders[thing], self.shared[thing] = set(self.holders[new]), False

    def forget(self, thing: str) -> None:
        for known in (self.holders, self.shared, self.within):
            known.pop(thing, None)
        for within in self.within.values():
            within.discard(thing)

    def share(self, thing: str, *, shared: bool) -> None:
        self.shared[thing] = shared

    def sees(self, owner: str, thing: str) -> bool:
        return self._itself(owner, thing) or any(
            whole in self.shared and self._itself(owner, whole)
            for whole in self.within.get(thing, set())
        )

    def _itself(self, owner: str, thing: str) -> bool:
        return self.shared.get(thing, True) or owner in self.holders.get(thing, set())


@pytest.mark.parametrize("seed", range(12))
def test_what_is_hidden_is_what_the_reference_hides(tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311
    access, reference = Access(tmp_path), Reference()
    every = THINGS + LIBRARIES
    for step in range(40):
        person, thing, flag = draw.choice(PEOPLE), draw.choice(every), draw.random() < 0.4
        match draw.choice(["hold", "hold", "within", "let go", "rename", "forget", "share"]):
            case "hold":
                access.hold(person, thing, step, shared=flag)
                reference.hold(person, thing, shared=flag)
            case "within":
                whole, models = draw.choice(LIBRARIES), draw.sample(THINGS, 3)
                access.put_within(whole, models, models[:2])
                reference.put_within(whole, models, models[:2])
            case "let go":
                assert access.let_go(person, thing) == reference.let_go(person, thing)
            case "rename":
                new = draw.choice([each for each in every if each != thing])
                access.rename(thing, new, stay=flag)
                reference.rename(thing, new, stay=flag)
            case "forget":
                access.forget(thing)
                reference.forget(thing)
            case "share":
                access.share(thing, shared=flag)
                reference.share(thing, shared=flag)
        for each in PEOPLE:
            hidden = {one for one in every if not reference.sees(each, one)}
            assert access.hidden_from(each) == hidden
            held = {one for one in every if each in reference.holders.get(one, set())}
            assert access.held_by(each) == held


def test_a_record_tells_holders_in_their_order(tmp_path: Path) -> None:
    access = Access(tmp_path)
    access.hold("bob", "m0", 5.0, shared=False)
    access.hold("ann", "m0", 6.0, shared=True)
    access.hold("bob", "m0", 7.0, shared=True)
    access.pin("m0", pinned=True)
    assert access.record("m0") == Record("m0", ("bob", "ann"), False, True, 5.0)
    assert access.record("unknown") == Record("unknown", (), True, False, 0.0)


def test_names_and_notes_go_with_the_thing(tmp_path: Path) -> None:
    access = Access(tmp_path)
    access.hold("ann", "m0", 1.0, shared=False)
    access.describe("m0", "  my\nmodel ", " a\nb ")
    assert (access.record("m0").name, access.record("m0").note) == ("my model", "a\nb")
    access.rename("m0", "deleted/1", stay=True)
    assert (access.names(), access.notes()) == ({"deleted/1": "my model"}, {"deleted/1": "a\nb"})
    access.hold("bob", "m0", 2.0, shared=False)
    access.rename("deleted/1", "m0")
    assert access.names() == {"m0": "my model"}
    access.forget("m0")
    assert access.names() == {}
    assert not access.record("m0").note


def test_the_records_of_an_earlier_gpar_go_on(tmp_path: Path) -> None:
    access = Access(tmp_path)
    access.pin("m0", pinned=True)
    with closing(sqlite3.connect(access.path)) as database:
        for column in ("name", "note"):
            database.execute(f"ALTER TABLE things DROP COLUMN {column}")
        database.execute("PRAGMA user_version = 0")
        database.commit()
    assert access.record("m0") == Record("m0", pinned=True)
    access.describe("m0", "mine", "")
    assert access.names() == {"m0": "mine"}


def test_a_use_is_written_only_now_and_then(tmp_path: Path) -> None:
    access = Access(tmp_path)
    access.touch("m0", 1000.0)
    access.touch("m0", 1000.0 + USE_SECONDS - 1)
    assert access.record("m0").used == 1000.0
    access.touch("m0", 1000.0 + USE_SECONDS + 1)
    assert access.record("m0").used == 1001.0 + USE_SECONDS
    # A clock that was ahead must not keep a thing fresh for ever.
    access.touch("m0", 10.0)
    assert access.record("m0").used == 10.0
    assert access.record("m0").shared


def test_a_damaged_list_hides_everything_by_being_an_error(tmp_path: Path) -> None:
    access = Access(tmp_path)
    access.hold("ann", "m0", 0, shared=False)
    for file in tmp_path.glob("access.sqlite3*"):
        file.unlink()
    access.path.write_bytes(b"no database" * 100)
    with pytest.raises(JobError, match="list of owners"):
        access.hidden_from("bob")
