"""Who may see and change what: owners, visibility and use of everything in the cache.

A *thing* is named by its folder: the id of a job and of its result, the id of an upload, or
`compendia/NAME`; a deleted one is `deleted/TOKEN` for a while. People hold what they request; two
people with the same request hold the same thing. A thing without a record belongs to the server:
all can see it, only an administrator can delete it.

Without sign-in there is one visitor, `LOCAL`, with all permissions, and only pins and use are
recorded.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gpar_core.errors import JobError
from gpar_core.storage.database import Database

USE_SECONDS = 600.0
"""Seconds before use is recorded again; otherwise pages would write at each view."""

TABLES = (
    """
    CREATE TABLE things (
        thing TEXT PRIMARY KEY,
        shared INTEGER NOT NULL,
        pinned INTEGER NOT NULL DEFAULT 0,
        used REAL NOT NULL DEFAULT 0,
        name TEXT NOT NULL DEFAULT '',
        note TEXT NOT NULL DEFAULT ''
    )
    """,
    """
    CREATE TABLE holders (
        thing TEXT NOT NULL,
        owner TEXT NOT NULL,
        since REAL NOT NULL,
        PRIMARY KEY (thing, owner)
    )
    """,
    "CREATE INDEX held_by ON holders (owner)",
    """
    CREATE TABLE members (
        thing TEXT NOT NULL,
        within TEXT NOT NULL,
        PRIMARY KEY (thing, within)
    )
    """,
)

UPGRADES = (
    "ALTER TABLE things ADD COLUMN name TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE things ADD COLUMN note TEXT NOT NULL DEFAULT ''",
)

MAX_NAME = 80
MAX_NOTE = 2000

HIDDEN = """
SELECT thing FROM things
WHERE shared = 0
    AND thing NOT IN (SELECT thing FROM holders WHERE owner = :owner)
    AND thing NOT IN (
        SELECT members.thing FROM members JOIN things AS whole ON whole.thing = members.within
        WHERE whole.thing NOT LIKE 'deleted/%'
            AND (
                whole.shared = 1
                OR whole.thing IN (SELECT thing FROM holders WHERE owner = :owner)
            )
    )
"""


@dataclass(frozen=True)
class Visitor:
    """Someone who uses this server.

    name: from the sign-in, without case. admin: has all permissions. shares: whether what they make
    is shared by default.
    """

    name: str
    admin: bool = False
    shares: bool = False


LOCAL = Visitor("local", admin=True, shares=True)
"""The person at the computer or its terminal, or everybody if there is no sign-in."""

SERVER = Visitor("GPAR", admin=True, shares=True)
"""The server itself, whose jobs come last; names of people are in lower case."""


@dataclass(frozen=True)
class Record:
    """The access record of a thing.

    owners: those who hold it, earliest first. used: when it was last viewed, in seconds since 1970,
    0 for never. name, note: what its owners wrote about it.
    """

    thing: str
    owners: tuple[str, ...] = ()
    shared: bool = True
    pinned: bool = False
    used: float = 0.0
    name: str = ""
    note: str = ""


class Access:
    """The records of one cache. Every call can raise JobError if they cannot be used."""

    def __init__(self, root: Path) -> None:
        path = root / "access.sqlite3"

        def trouble(error: Exception) -> JobError:
            # Never "delete it": without the records, everybody would see private things.
            return JobError(
                f"The list of owners {path} cannot be used ({error}). Try again. If the error "
                "persists, check whether the disk is full, or tell your administrator."
            )

        self.path = path
        self._database = Database(path, TABLES, UPGRADES, trouble)

    def damage(self) -> str:
        """Why the file of the records is damaged, or ''."""
        return self._database.damage()

    def record(self, thing: str) -> Record:
        """The record of one thing; an empty one if there is none."""
        with self._database.connection() as database:
            holders = database.execute(
                "SELECT owner FROM holders WHERE thing = ? ORDER BY since, owner", (thing,)
            )
            owners = [row["owner"] for row in holders]
            row = database.execute("SELECT * FROM things WHERE thing = ?", (thing,)).fetchone()
            return _record(row, owners) if row else Record(thing)

    def records(self) -> dict[str, Record]:
        """All records, by thing."""
        with self._database.connection() as database:
            owners: dict[str, list[str]] = {}
            for row in database.execute("SELECT thing, owner FROM holders ORDER BY since, owner"):
                owners.setdefault(row["thing"], []).append(row["owner"])
            rows = database.execute("SELECT * FROM things")
            return {row["thing"]: _record(row, owners.get(row["thing"], ())) for row in rows}

    def hidden_from(self, owner: str) -> frozenset[str]:
        """Things that this person may not see."""
        with self._database.connection() as database:
            rows = database.execute(HIDDEN, {"owner": owner})
            return frozenset(row["thing"] for row in rows)

    def held_by(self, owner: str) -> frozenset[str]:
        """Things that this person holds."""
        with self._database.connection() as database:
            rows = database.execute("SELECT thing FROM holders WHERE owner = ?", (owner,))
            return frozenset(row["thing"] for row in rows)

    def wholes(self) -> dict[str, tuple[str, ...]]:
        """For each thing, the libraries that it is a model of."""
        within: dict[str, tuple[str, ...]] = {}
        with self._database.connection() as database:
            for row in database.execute("SELECT thing, within FROM members ORDER BY within"):
                within[row["thing"]] = (*within.get(row["thing"], ()), row["within"])
        return within

    def hold(self, owner: str, thing: str, now: float, *, shared: bool) -> None:
        """Record that a person holds a thing; `shared` counts only if it has no record yet."""
        with self._database.transaction() as database:
            database.execute(
                "INSERT OR IGNORE INTO things (thing, shared, used) VALUES (?, ?, ?)",
                (thing, shared, now),
            )
            database.execute(
                "INSERT OR IGNORE INTO holders (thing, owner, since) VALUES (?, ?, ?)",
                (thing, owner, now),
            )

    def put_within(self, whole: str, things: Iterable[str], new: Iterable[str]) -> None:
        """Let everyone who sees the library `whole` see its models `things`.

        Its holders also hold those that have a record or are `new`; others without a record still
        belong to the server.
        """
        with self._database.transaction() as database:
            database.executemany(
                "INSERT OR IGNORE INTO things (thing, shared, used) "
                "SELECT ?, shared, used FROM things WHERE thing = ?",
                [(thing, whole) for thing in new],
            )
            for thing in things:
                database.execute(
                    "INSERT OR IGNORE INTO members (thing, within) VALUES (?, ?)", (thing, whole)
                )
                database.execute(
                    "INSERT OR IGNORE INTO holders (thing, owner, since) "
                    "SELECT things.thing, holders.owner, holders.since FROM things, holders "
                    "WHERE things.thing = ? AND holders.thing = ?",
                    (thing, whole),
                )

    def let_go(self, owner: str, thing: str) -> bool:
        """Remove a person from the holders if there are others; False if there are none."""
        with self._database.transaction() as database:
            others = database.execute(
                "SELECT 1 FROM holders WHERE thing = ? AND owner != ?", (thing, owner)
            ).fetchone()
            if others:
                database.execute(
                    "DELETE FROM holders WHERE thing = ? AND owner = ?", (thing, owner)
                )
            return others is not None

    def rename(self, thing: str, new: str, *, stay: bool = False) -> None:
        """Move the record of a thing to `new`.

        If others hold `new`, all hold it from now on, and it is shared only if both were. stay:
        whether the holders also keep `thing`, unshared.
        """
        both = {"thing": thing, "new": new}
        with self._database.transaction() as database:
            there = database.execute("SELECT 1 FROM things WHERE thing = :thing", both).fetchone()
            others = database.execute(
                "SELECT 1 FROM holders WHERE thing = :new AND owner NOT IN "
                "(SELECT owner FROM holders WHERE thing = :thing)",
                both,
            ).fetchone()
            if there and others:
                database.execute(
                    "UPDATE things SET "
                    "shared = MIN(shared, (SELECT shared FROM things WHERE thing = :thing)), "
                    "pinned = MAX(pinned, (SELECT pinned FROM things WHERE thing = :thing)), "
                    "used = MAX(used, (SELECT used FROM things WHERE thing = :thing)), "
                    "name = COALESCE(NULLIF(name, ''), "
                    "(SELECT name FROM things WHERE thing = :thing)), "
                    "note = COALESCE(NULLIF(note, ''), "
                    "(SELECT note FROM things WHERE thing = :thing)) "
                    "WHERE thing = :new",
                    both,
                )
            elif there:
                database.execute("DELETE FROM things WHERE thing = :new", both)
            for table, column in (
                ("things", "thing"),
                ("holders", "thing"),
                ("members", "thing"),
                ("members", "within"),
            ):
                database.execute(
                    f"UPDATE OR IGNORE {table} SET {column} = :new WHERE {column} = :thing",  # noqa: S608
                    both,
                )
                database.execute(f"DELETE FROM {table} WHERE {column} = :thing", both)  # noqa: S608
            if stay:
                database.execute(
                    "INSERT INTO holders (thing, owner, since) "
                    "SELECT :thing, owner, since FROM holders WHERE thing = :new",
                    both,
                )
                database.execute(
                    "INSERT INTO things (thing, shared, used) "
                    "SELECT :thing, 0, used FROM things WHERE thing = :new "
                    "AND thing IN (SELECT thing FROM holders)",
                    both,
                )

    def forget(self, thing: str) -> None:
        """Delete the record of a thing that was deleted."""
        with self._database.transaction() as database:
            for table in ("things", "holders", "members"):
                database.execute(f"DELETE FROM {table} WHERE thing = ?", (thing,))  # noqa: S608
            database.execute("DELETE FROM members WHERE within = ?", (thing,))

    def share(self, thing: str, *, shared: bool) -> None:
        """Let everybody see a thing, or only its holders."""
        self._set(thing, "shared", shared)

    def pin(self, thing: str, *, pinned: bool) -> None:
        """Keep a thing however long it is unused, or stop doing so."""
        self._set(thing, "pinned", pinned)

    def names(self) -> dict[str, str]:
        """The names that people gave to things, by thing."""
        return self._written("name")

    def notes(self) -> dict[str, str]:
        """The notes that people wrote about things, by thing."""
        return self._written("note")

    def describe(self, thing: str, name: str, note: str) -> None:
        """Give a thing a name, on one line, and a note; '' for none. Both are cut if too long."""
        self._set(thing, "name", " ".join(name.split())[:MAX_NAME])
        self._set(thing, "note", note.strip()[:MAX_NOTE])

    def touch(self, thing: str, now: float) -> None:
        """Record that a thing is used."""
        with self._database.connection() as database:
            row = database.execute("SELECT used FROM things WHERE thing = ?", (thing,)).fetchone()
        if row is None or abs(now - row["used"]) > USE_SECONDS:
            self._set(thing, "used", now)

    def _written(self, column: str) -> dict[str, str]:
        with self._database.connection() as database:
            rows = database.execute(
                f"SELECT thing, {column} AS said FROM things WHERE {column} != ''"  # noqa: S608
            )
            return {row["thing"]: row["said"] for row in rows}

    def _set(self, thing: str, column: str, value: float | str) -> None:
        with self._database.transaction() as database:
            database.execute("INSERT OR IGNORE INTO things (thing, shared) VALUES (?, 1)", (thing,))
            database.execute(
                f"UPDATE things SET {column} = ? WHERE thing = ?",  # noqa: S608  (never a user's)
                (value, thing),
            )


def _record(row: sqlite3.Row, owners: Iterable[str]) -> Record:
    return Record(
        row["thing"],
        tuple(owners),
        bool(row["shared"]),
        bool(row["pinned"]),
        row["used"],
        row["name"],
        row["note"],
    )
