"""A small SQLite database in the cache, shared by pages, supervisor and workers.

It is created elsewhere and moved into place, so that nobody sees it incomplete. Each use opens its
own connection (about 1 ms): it is thread-safe, there is nothing to close, and a deleted cache
folder is simply created again.
"""

import sqlite3
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from gpar_core.errors import GparError
from gpar_core.storage.disk import DAMAGED

BUSY_SECONDS = 20.0
DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


@dataclass(frozen=True)
class Database:
    """path: of the file. tables: statements that make the newest version of its tables.

    upgrades: the statements that bring version 0, 1, ... to the next; the version is SQLite's
    `user_version`. trouble: converts an error message of SQLite or the system to the error for the
    user. spare: whether a damaged file may be set aside and replaced by a new one.
    """

    path: Path
    tables: Sequence[str]
    upgrades: Sequence[str]
    trouble: Callable[[Exception], GparError]
    spare: bool = False

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Like `connection`, but as one transaction with exclusive writing."""
        with self.connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """Raises what `trouble` returns if SQLite or the system fails."""
        try:
            if not _has_content(self.path):
                self._create()
            with closing(
                sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
            ) as connection:
                connection.row_factory = sqlite3.Row
                # Enough in WAL: a power cut may lose the last changes, never the database.
                connection.execute("PRAGMA synchronous = NORMAL")
                self._bring_up_to_date(connection)
                yield connection
        except (sqlite3.Error, OSError) as error:
            if self.spare and _says_damaged(error):
                self._set_aside()
            raise self.trouble(error) from error

    def damage(self) -> str:
        """The problem that SQLite's own check finds in the file, '' if none or if there is no file.

        Raises what `trouble` returns if the file cannot be checked.
        """
        if not _has_content(self.path):
            return ""
        try:
            with closing(sqlite3.connect(self.path, timeout=BUSY_SECONDS)) as connection:
                found = connection.execute("PRAGMA integrity_check").fetchone()[0]
        except sqlite3.Error as error:
            if _says_damaged(error):
                return str(error)
            raise self.trouble(error) from error
        return "" if found == "ok" else str(found)

    def set_aside(self) -> Path | None:
        """Move a damaged file to where nothing deletes it; returns its new path.

        None if another process has done so, or the file is intact. A new one is created when
        needed. Raises what `trouble` returns.
        """
        try:
            return self._set_aside()
        except OSError as error:
            raise self.trouble(error) from error

    def _set_aside(self) -> Path | None:
        with FileLock(f"{self.path}.lock", timeout=BUSY_SECONDS):
            if not self.damage():
                return None
            place = self.path.parent.parent / DAMAGED
            place.mkdir(exist_ok=True)
            aside = place / f"{self.path.name}.{uuid.uuid4().hex[:8]}"
            for suffix in ("-wal", "-shm", ""):
                part = self.path.with_name(self.path.name + suffix)
                if part.exists():
                    part.replace(aside.with_name(aside.name + suffix))
            return aside

    def _create(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{self.path}.lock", timeout=BUSY_SECONDS):
            if _has_content(self.path):
                return
            for suffix in ("-wal", "-shm"):  # of a deleted database, not to mix with the new one
                self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
            new = self.path.with_name(f"{self.path.name}.{uuid.uuid4().hex}")
            with closing(sqlite3.connect(new, isolation_level=None)) as connection:
                connection.execute("PRAGMA journal_mode = WAL")
                for statement in self.tables:
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {len(self.upgrades)}")
            new.replace(self.path)

    def _bring_up_to_date(self, connection: sqlite3.Connection) -> None:
        if _version(connection) >= len(self.upgrades):
            return
        connection.execute("BEGIN IMMEDIATE")
        # Checked again: another process may have been faster.
        for version in range(_version(connection), len(self.upgrades)):
            connection.execute(self.upgrades[version])
        connection.execute(f"PRAGMA user_version = {len(self.upgrades)}")
        connection.execute("COMMIT")


def _says_damaged(error: Exception) -> bool:
    return getattr(error, "sqlite_errorcode", None) in DAMAGE


def _has_content(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
