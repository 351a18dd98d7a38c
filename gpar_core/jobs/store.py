"""The authoritative list of jobs: a table in SQLite, shared by pages, supervisor and workers.

    queued -> running -> done | failed | cancelled
    failed, cancelled, or done with its result deleted -> queued again, as the next attempt

Every attempt has a number. A worker names its attempt in each call, so an abandoned one (its
supervisor was killed, its job was queued again) can no longer change the job. It also names its
process: if a new list replaced a damaged one, attempts are counted from 1 again.
"""

import shutil
import sqlite3
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from gpar_core.analyses.registry import is_short
from gpar_core.errors import JobError, LimitError, NotFoundError, RequestError
from gpar_core.jobs.events import clear_events
from gpar_core.jobs.job import Job, State, job_of
from gpar_core.jobs.order import Places, Running, Waiting, fair_order, next_to_start
from gpar_core.jobs.table import DONE_LIKE, QUEUE, TABLE, UPGRADES
from gpar_core.progress import Progress
from gpar_core.storage.access import LOCAL, SERVER
from gpar_core.storage.cache import Cache
from gpar_core.storage.database import Database
from gpar_core.storage.requests import Request, job_id, to_json

OF_CLAIM = "WHERE id = ? AND attempt = ? AND state = 'running' AND (? IS NULL OR pid = ?)"
"""One running attempt, of any process or of the one with this pid."""


class JobStore:
    """The jobs of one cache. Every call can raise JobError if the database cannot be used.

    Only jobs that the cache's visitor may see are returned.
    """

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        path = cache.jobs / "jobs.sqlite3"

        def trouble(error: Exception) -> JobError:
            return JobError(
                f"The list of jobs {path} cannot be used ({error}). Try again: a damaged list is "
                "set aside and a new one is started; your results are safe. If the error "
                "persists, check whether the disk is full or another program has the file open."
            )

        self._database = Database(path, (TABLE,), UPGRADES, trouble, spare=True)

    # For those who submit jobs

    def submit(
        self,
        request: Request,
        owner: str = LOCAL.name,
        *,
        cluster: str = "",
        result_exists: bool = True,
        max_waiting: int = 0,
    ) -> Job:
        """The job of this request; queues it if it is not already queued, running or done.

        cluster: see `Job`; not part of the request, since the result is the same.
        result_exists: False if the result of a done job was deleted, so that it must run again.
        max_waiting: queued jobs that one person may have, 0 for no limit. Raises LimitError if
        there are already that many.
        """
        new_id, now, short = job_id(request), time.time(), is_short(request)
        with self._database.transaction() as database:
            row = _row(database, new_id)
            if row is not None and (
                State(row["state"]).active or (row["state"] == State.DONE and result_exists)
            ):
                database.execute(  # a visitor waits for it now, so it need not be the last
                    "UPDATE jobs SET owner = ? WHERE id = ? AND owner = ?",
                    (owner, new_id, SERVER.name),
                )
                return job_of(_known_row(database, new_id))
            _check_waiting(database, owner, max_waiting)
            if row is None:
                database.execute(
                    "INSERT INTO jobs (id, request, owner, cluster, short, state, created_at) "
                    "VALUES (?,?,?,?,?,?,?)",
                    (new_id, to_json(request), owner, cluster, short, State.QUEUED, now),
                )
            else:
                self._queue_again(database, new_id)
                database.execute(
                    "UPDATE jobs SET request = ?, owner = ?, cluster = ?, short = ?, "
                    "created_at = ?, restarts = 0 WHERE id = ?",
                    (to_json(request), owner, cluster, short, now, new_id),
                )
            clear_events(self._cache.job(new_id))
            return job_of(_known_row(database, new_id))

    def get(self, job_id: str) -> Job:
        """Raises NotFoundError."""
        self._check_seen(job_id)
        with self._database.connection() as database:
            return job_of(_known_row(database, job_id))

    def active_jobs(self) -> list[Job]:
        """Running and queued jobs, oldest first."""
        hidden = self._cache.hidden()
        with self._database.connection() as database:
            rows = database.execute(
                "SELECT * FROM jobs WHERE state IN ('queued', 'running') ORDER BY created_at, rowid"
            )
            return [job for job in map(job_of, rows) if job.active and job.id not in hidden]

    def recent(self, limit: int | None = 50) -> list[Job]:
        """Jobs of any state, newest first; all of them if `limit` is None."""
        hidden = self._cache.hidden()
        with self._database.connection() as database:
            rows = database.execute("SELECT * FROM jobs ORDER BY created_at DESC, rowid DESC")
            return [job_of(row) for row in islice(_seen(rows, hidden), limit)]

    def ids(self) -> frozenset[str]:
        """Ids of all jobs of any state."""
        with self._database.connection() as database:
            ids = frozenset(row["id"] for row in database.execute("SELECT id FROM jobs"))
        return ids - self._cache.hidden()

    def position(self, job_id: str) -> int:
        """Position in the queue: 1 for the next to start, 0 if the job is not waiting."""
        with self._database.connection() as database:
            by_owner = Counter(each.owner for each in _running(database))
            order = fair_order(_queue(database), by_owner)
            places = enumerate(order, start=1)
            return next((place for place, each in places if each.id == job_id), 0)

    def queue(self) -> list[Waiting]:
        """All queued jobs, oldest first, including those that the visitor may not see."""
        with self._database.connection() as database:
            return _queue(database)

    def done_like(self, request: Request, limit: int = 5) -> list[Job]:
        """The latest jobs of the same kind on the same compendium that are done, latest first.

        Only to learn how long such jobs take: those that the visitor may not see are among them.
        """
        with self._database.connection() as database:
            asked = (request.kind, getattr(request, "compendium", ""), limit)
            return [job_of(row) for row in database.execute(DONE_LIKE, asked)]

    def request_cancel(self, job_id: str) -> Job:
        """Cancel a queued job at once; ask a running one to stop. Raises NotFoundError."""
        self._check_seen(job_id)
        with self._database.transaction() as database:
            _known_row(database, job_id)
            database.execute(
                "UPDATE jobs SET state = 'cancelled', finished_at = ? "
                "WHERE id = ? AND state = 'queued'",
                (time.time(), job_id),
            )
            database.execute(
                "UPDATE jobs SET cancel_requested = 1 WHERE id = ? AND state = 'running'", (job_id,)
            )
            return job_of(_known_row(database, job_id))

    def lose(self, job_id: str, reason: str) -> bool:
        """Mark a done job whose result is gone as failed; False if its state has changed."""
        with self._database.connection() as database:
            changed = database.execute(
                "UPDATE jobs SET state = 'failed', error = ? WHERE id = ? AND state = 'done'",
                (reason, job_id),
            )
            return changed.rowcount == 1

    def damage(self) -> str:
        """Why the list is damaged, or ''."""
        return self._database.damage()

    def set_aside(self) -> Path | None:
        """Start a new list if this one is damaged; returns where the damaged one is."""
        return self._database.set_aside()

    def forget(self, job_id: str) -> None:
        """Remove a job and its log; its result stays. Raises NotFoundError, RequestError."""
        with self._database.transaction() as database:
            if State(_known_row(database, job_id)["state"]).active:
                raise RequestError("This job is still waiting or running. Cancel it first.")
            database.execute("DELETE FROM jobs WHERE id = ?", (job_id,))
            shutil.rmtree(self._cache.job(job_id), ignore_errors=True)

    # For the supervisor

    def claim(self, limit: int, limit_per_owner: int) -> Job | None:
        """Mark the next queued job as running, still without a process; None if none may start."""
        with self._database.connection() as database:
            if not _queue(database):
                return None
        with self._database.transaction() as database:
            self._fail_unreadable(database)
            places = Places(limit, limit_per_owner)
            chosen = next_to_start(_queue(database), _running(database), places)
            if chosen is None:
                return None
            database.execute(
                "UPDATE jobs SET state = 'running', started_at = ? WHERE id = ?",
                (time.time(), chosen.id),
            )
            return job_of(_known_row(database, chosen.id))

    def running(self) -> list[Job]:
        """All jobs that were claimed and have not ended, including those of other versions."""
        with self._database.connection() as database:
            return [
                job_of(row)
                for row in database.execute("SELECT * FROM jobs WHERE state = 'running'")
            ]

    def requeue(self, job_id: str, attempt: int) -> bool:
        """Put a running job back at its old position as a new attempt; False if it has moved on."""
        with self._database.transaction() as database:
            if not _holds(database, job_id, attempt):
                return False
            self._queue_again(database, job_id)
            database.execute("UPDATE jobs SET restarts = restarts + 1 WHERE id = ?", (job_id,))
            clear_events(self._cache.job(job_id))
            return True

    # For the worker, which loses its claim when the job is queued again

    def register(self, job_id: str, attempt: int, pid: int, process_created: float) -> bool:
        """Record the process of an attempt; False if the claim was lost."""
        return self._update(
            job_id,
            attempt,
            "pid = ?, process_created = ?, heartbeat = ?",
            (pid, process_created, time.time()),
        )

    def heartbeat(
        self, job_id: str, attempt: int, progress: Progress, pid: int | None = None
    ) -> bool:
        """Record a sign of life and the last progress; False if the claim was lost.

        pid: of the calling process, here and below, None to act for any.
        """
        return self._update(
            job_id,
            attempt,
            "heartbeat = ?, stage = ?, done = ?, total = ?, message = ?",
            (
                time.time(),
                progress.stage,
                int(progress.done),
                int(progress.total),
                progress.message,
            ),
            pid,
        )

    def should_stop(self, job_id: str, attempt: int, pid: int | None = None) -> bool:
        """Whether the user canceled this attempt, or its claim was lost."""
        with self._database.connection() as database:
            row = database.execute(
                f"SELECT cancel_requested FROM jobs {OF_CLAIM}",  # noqa: S608  (a constant)
                (job_id, attempt, pid, pid),
            ).fetchone()
            return row is None or bool(row["cancel_requested"])

    def finish(
        self, job_id: str, attempt: int, state: State, message: str = "", pid: int | None = None
    ) -> bool:
        """End an attempt; False if the claim was lost. `message` is the reason of a failure."""
        column = "error" if state == State.FAILED else "message"
        return self._update(
            job_id,
            attempt,
            f"state = ?, {column} = ?, finished_at = ?",
            (state, message, time.time()),
            pid,
        )

    def _update(
        self,
        job_id: str,
        attempt: int,
        changes: str,
        values: Sequence[object],
        pid: int | None = None,
    ) -> bool:
        with self._database.connection() as database:
            changed = database.execute(
                f"UPDATE jobs SET {changes} {OF_CLAIM}",  # noqa: S608  (written here, not by users)
                (*values, job_id, attempt, pid, pid),
            )
            return changed.rowcount == 1

    def _check_seen(self, job_id: str) -> None:
        if not self._cache.sees(job_id):
            raise _nojob_of(job_id)

    def _queue_again(self, database: sqlite3.Connection, job_id: str) -> None:
        database.execute(
            "UPDATE jobs SET state = 'queued', attempt = attempt + 1, cancel_requested = 0, "
            "stage = '', done = 0, total = 0, message = '', error = '', pid = NULL, "
            "process_created = NULL, started_at = NULL, finished_at = NULL, heartbeat = NULL "
            "WHERE id = ?",
            (job_id,),
        )

    def _fail_unreadable(self, database: sqlite3.Connection) -> None:
        rows = database.execute("SELECT * FROM jobs WHERE state = 'queued'").fetchall()
        for job in map(job_of, rows):
            if job.request is None:
                database.execute(
                    "UPDATE jobs SET state = 'failed', error = ?, finished_at = ? WHERE id = ?",
                    (job.error, time.time(), job.id),
                )


def _row(database: sqlite3.Connection, job_id: str) -> sqlite3.Row | None:
    row: sqlite3.Row | None = database.execute(
        "SELECT * FROM jobs WHERE id = ?", (job_id,)
    ).fetchone()
    return row


def _known_row(database: sqlite3.Connection, job_id: str) -> sqlite3.Row:
    row = _row(database, job_id)
    if row is None:
        raise _nojob_of(job_id)
    return row


def _nojob_of(job_id: str) -> NotFoundError:
    return NotFoundError(
        f"There is no job '{job_id[:80]}'. It may have been removed; start it again."
    )


def _seen(rows: Iterable[sqlite3.Row], hidden: frozenset[str]) -> Iterator[sqlite3.Row]:
    return (row for row in rows if row["id"] not in hidden)


def _check_waiting(database: sqlite3.Connection, owner: str, most: int) -> None:
    waiting = sum(each.owner == owner for each in _queue(database))
    if most and waiting >= most:
        raise LimitError(
            f"{waiting} of your jobs are already waiting, the most that this server allows per "
            "person. Wait until some finish, or cancel some."
        )


def _holds(database: sqlite3.Connection, job_id: str, attempt: int) -> bool:
    row = _row(database, job_id)
    return row is not None and row["attempt"] == attempt and row["state"] == State.RUNNING


def _queue(database: sqlite3.Connection) -> list[Waiting]:
    return [
        Waiting(row["id"], row["owner"], bool(row["short"]), row["passed"])
        for row in database.execute(QUEUE)
    ]


def _running(database: sqlite3.Connection) -> list[Running]:
    rows = database.execute("SELECT owner, short FROM jobs WHERE state = 'running'")
    return [Running(row["owner"], bool(row["short"])) for row in rows]
