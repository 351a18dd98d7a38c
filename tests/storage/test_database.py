"""The database file: made once by many, brought up to date, its troubles in words."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from gpar_core.errors import JobError
from gpar_core.storage.database import Database

TABLE = "CREATE TABLE names (name TEXT, age INTEGER NOT NULL DEFAULT 0)"
UPGRADES = ("ALTER TABLE names ADD COLUMN age INTEGER NOT NULL DEFAULT 0",)


def trouble(error: sqlite3.Error) -> JobError:
    return JobError(f"no luck: {error}")


def of(path: Path) -> Database:
    return Database(path / "names.sqlite3", (TABLE,), UPGRADES, trouble)


def names(database: Database) -> list[tuple[str, int]]:
    with database.connection() as connection:
        return [tuple(row) for row in connection.execute("SELECT name, age FROM names")]


def add(database: Database, name: str) -> None:
    with database.transaction() as connection:
        connection.execute("INSERT INTO names (name) VALUES (?)", (name,))


def test_many_at_once_make_one_database_and_lose_nothing(tmp_path: Path) -> None:
    database = of(tmp_path / "new")
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: add(database, str(number)), range(40)))
    assert sorted(names(database)) == sorted((str(number), 0) for number in range(40))
    assert not list((tmp_path / "new").glob("*.sqlite3.????????*"))


def test_a_database_of_an_earlier_version_keeps_its_rows(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "names.sqlite3") as old:
        old.execute("CREATE TABLE names (name TEXT)")
        old.execute("INSERT INTO names VALUES ('ann')")
    assert names(of(tmp_path)) == [("ann", 0)]
    assert names(of(tmp_path)) == [("ann", 0)]


def test_a_transaction_that_fails_leaves_nothing(tmp_path: Path) -> None:
    database = of(tmp_path)

    def fail() -> None:
        with database.transaction() as connection:
            connection.execute("INSERT INTO names (name) VALUES ('half')")
            raise KeyError("half")

    with pytest.raises(KeyError):
        fail()
    assert names(database) == []


def test_a_file_that_is_no_database_is_trouble(tmp_path: Path) -> None:
    (tmp_path / "names.sqlite3").write_bytes(b"no database at all " * 50)
    with pytest.raises(JobError, match="no luck"):
        names(of(tmp_path))


def test_the_remains_of_a_deleted_database_do_not_enter_the_new_one(tmp_path: Path) -> None:
    database = of(tmp_path)
    add(database, "ann")
    database.path.unlink()
    database.path.with_name("names.sqlite3-wal").write_bytes(b"remains")
    assert names(database) == []


def damaged(database: Database) -> None:
    add(database, "ann")
    content = database.path.read_bytes()
    database.path.write_bytes(content[:100] + b"\xff" * 8000)


def test_a_damaged_file_that_can_be_spared_is_set_aside_and_the_next_use_works(
    tmp_path: Path,
) -> None:
    database = replace(of(tmp_path / "jobs"), spare=True)
    damaged(database)
    with pytest.raises(JobError, match="no luck: "):
        names(database)
    assert names(database) == []
    (aside,) = (tmp_path / "damaged").glob("names.sqlite3.????????")
    assert aside.read_bytes().endswith(b"\xff" * 8000)


def test_a_damaged_file_that_cannot_be_spared_stays(tmp_path: Path) -> None:
    database = of(tmp_path / "jobs")
    damaged(database)
    for _ in range(2):
        with pytest.raises(JobError, match="no luck: "):
            names(database)
    assert database.damage()
    assert not (tmp_path / "damaged").exists()


def test_a_sound_file_is_not_set_aside(tmp_path: Path) -> None:
    database = replace(of(tmp_path / "jobs"), spare=True)
    assert database.damage() == ""
    add(database, "ann")
    assert database.damage() == ""
    assert database.set_aside() is None
    assert names(database) == [("ann", 0)]


def test_a_folder_that_cannot_be_made_is_trouble(tmp_path: Path) -> None:
    (tmp_path / "jobs").touch()
    with pytest.raises(JobError, match="no luck: "):
        names(of(tmp_path / "jobs"))
