"""Another process holds the list of jobs for longer than anybody waits: nothing is lost."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import pytest

from gpar_core.errors import JobError
from gpar_core.jobs.job import State
from gpar_core.jobs.workers import at_work, is_held
from gpar_core.storage import database
from tests.faults.ground import Ground, training
from tests.waiting import PATIENCE, until

INJECTED = Path(__file__).parent / "injected"
BUSY_SECONDS = 2.0
HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=float(sys.argv[3]), isolation_level=None)
connection.execute(f"BEGIN {sys.argv[2]}")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Supervisors and workers wait two seconds for the list, not twenty."""
    monkeypatch.setenv("PYTHONPATH", str(INJECTED))
    monkeypatch.setenv("GPAR_FAULT_PATIENCE", str(BUSY_SECONDS))


@contextmanager
def held(ground: Ground, how: str) -> Iterator[None]:
    path = ground.cache.jobs / "jobs.sqlite3"
    command = [sys.executable, "-c", HOLD, str(path), how, str(PATIENCE)]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": ""},
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        yield
        holder.communicate()


@pytest.mark.parametrize("how", ["IMMEDIATE", "EXCLUSIVE"])
def test_a_job_that_ends_meanwhile_is_done(ground: Ground, how: str) -> None:
    job = ground.start("a", "published")
    with held(ground, how):
        ground.go_on("a")
        until(lambda: "Cannot record the end of the job yet" in ground.log(), saw=ground.told)
        assert ground.store.get(job.id).state == State.RUNNING  # who only reads need not wait
    end = ground.ended(job)
    assert (end.state, end.attempt, ground.trainings("a")) == (State.DONE, 1, 1)
    ground.check_results()


def test_the_supervisor_stays_and_starts_what_was_queued(ground: Ground) -> None:
    first = ground.start("a", "training")
    (supervisor,) = ground.supervisors()
    ground.wait_at("b", "begun")
    second = ground.store.submit(training("b"))
    ground.waits("b", second)
    third = ground.store.submit(training("c"))
    with held(ground, "EXCLUSIVE"):
        ground.kill_worker(first)
        until(lambda: "database is locked" in ground.log(), saw=ground.told)
    ground.go_on("b")
    assert [ground.ended(job).state for job in (first, second, third)] == ["failed", "done", "done"]
    assert ground.supervisors() == [supervisor]
    assert "signal 9" in ground.store.get(first.id).error
    ground.check_next_try("a")


def test_who_asks_meanwhile_is_told_and_may_ask_again(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    ground.store.recent()  # makes the list
    with held(ground, "IMMEDIATE"), monkeypatch.context() as impatience:
        impatience.setattr(database, "BUSY_SECONDS", 0.5)
        with pytest.raises(JobError, match=r"database is locked.*Try again"):
            ground.store.submit(training("a"))
    ground.check_next_try("a")


def test_a_list_that_is_damaged_while_a_job_runs(ground: Ground) -> None:
    """The list is begun anew without a terminal; the job is not known any more, and ends."""
    job = ground.start("a", "training")
    path = ground.cache.jobs / "jobs.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    # In place and by one write: nobody meets an empty file, which would be no damage.
    with path.open("r+b", buffering=0) as file:
        file.seek(50)
        file.write(b"\xff" * 4096)
    until(partial(_is_begun_anew, ground), saw=ground.told)
    assert list((ground.cache.root / "damaged").glob("jobs.sqlite3.????????"))
    until(lambda: not is_held(at_work(ground.cache, job.id, job.attempt)), saw=ground.told)
    ground.check_next_try("a")


def _is_begun_anew(ground: Ground) -> bool:
    try:
        return not ground.store.recent()
    except JobError:  # whoever meets the damaged one is told so, once
        return False
