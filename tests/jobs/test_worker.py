import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
import scripted_worker
from staging import work

from gpar_core.analyses.method import DrugSet, Method
from gpar_core.analyses.training.request import TrainRequest
from gpar_core.errors import Cancelled
from gpar_core.jobs import worker
from gpar_core.jobs.events import read_events
from gpar_core.jobs.job import Job, State
from gpar_core.jobs.store import JobStore
from gpar_core.learn.cluster import ClusterPool
from gpar_core.learn.engine import Pool
from gpar_core.processes import give_back_memory
from gpar_core.progress import Progress, Report, silent
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import Request
from tests.pools import Means
from tests.waiting import until

CarryOut = Callable[..., list[Job]]


@pytest.fixture(autouse=True)
def _keep_priority(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "lower_priority", lambda: None)


@pytest.fixture
def store(tmp_path: Path) -> JobStore:
    return JobStore(Cache(tmp_path))


@pytest.fixture
def carry_out(tmp_path: Path, store: JobStore, monkeypatch: pytest.MonkeyPatch) -> CarryOut:
    def carry_out(run: worker.Run, *requests: Request, cluster: str = "") -> list[Job]:
        """The jobs of these requests, carried out by one worker."""
        jobs = [store.submit(request, cluster=cluster) for request in requests]
        orders = [f"job {job.id} 1\n" for job in jobs if store.claim(9, 9)]
        monkeypatch.setattr(sys, "stdin", io.StringIO("".join(orders)))
        assert worker.main(["--cache", str(tmp_path)], run, scripted_worker.warm) == 0
        return [store.get(job.id) for job in jobs]

    return carry_out


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system decides")
def test_memory_that_a_job_has_freed_goes_back_to_the_system() -> None:
    held = [os.urandom(40_000) for _ in range(5000)]  # below the size that malloc maps by itself
    before = psutil.Process().memory_info().rss
    del held[::2], held[1::2], held
    give_back_memory()
    assert psutil.Process().memory_info().rss < before - 100e6


def test_a_job_is_done_and_its_progress_kept(carry_out: CarryOut, tmp_path: Path) -> None:
    (job,) = carry_out(scripted_worker.run, work("a"))
    assert (job.state, job.error) == (State.DONE, "")
    assert (job.stage, job.fraction) == ("Counting", 1.0)
    assert job.pid == psutil.Process().pid
    events = read_events(tmp_path / "jobs" / job.id)
    assert [event.progress.done for event in events] == [1, 2, 3]


def test_an_error_for_the_user_is_passed_on_as_it_is(carry_out: CarryOut) -> None:
    (job,) = carry_out(scripted_worker.run, work("a", "refused"))
    assert job.state == State.FAILED
    assert job.error == "'X' has 1 compound; 2 are needed. Add compounds."


def test_a_bug_is_one_friendly_line(
    carry_out: CarryOut, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (job,) = carry_out(scripted_worker.run, work("a", "broken"))
    assert job.state == State.FAILED
    log = tmp_path / "jobs" / job.id / "worker.log"
    assert job.error == (
        "Something went wrong inside GPAR. Try again; if it happens again, tell the person who "
        f"runs GPAR. The details are in {log}."
    )
    assert "ValueError: shapes differ" in capsys.readouterr().err


@pytest.mark.parametrize("behavior", ["quick", "refused"])
def test_the_next_job_follows(carry_out: CarryOut, behavior: str) -> None:
    jobs = carry_out(scripted_worker.run, work("a", behavior), work("b"))
    assert jobs[1].state == State.DONE


@pytest.mark.parametrize("behavior", ["broken", "without a process"])
def test_no_job_follows_one_that_may_have_broken_something(
    carry_out: CarryOut, behavior: str
) -> None:
    jobs = carry_out(scripted_worker.run, work("a", behavior), work("b"))
    assert [job.state for job in jobs] == [State.FAILED, State.RUNNING]


@pytest.mark.parametrize("cluster", ["", "tcp://nobody:8786"])
def test_a_job_trains_where_it_was_asked_to(carry_out: CarryOut, cluster: str) -> None:
    pools: list[Pool] = []

    def run(request: Request, cache: Cache, report: Report, pool: Pool) -> None:
        pools.append(pool)

    (job,) = carry_out(run, work("a"), cluster=cluster)
    assert job.state == State.DONE
    (pool,) = pools
    assert pool.processes >= 1
    assert pool.address == cluster if isinstance(pool, ClusterPool) else not cluster


def test_each_job_has_a_log_of_its_own(carry_out: CarryOut, tmp_path: Path) -> None:
    def run(request: Request, *_: object) -> None:
        os.write(1, f"{request.title} prints\n".encode())
        os.write(2, f"{request.title} complains\n".encode())

    for job in carry_out(run, work("a"), work("b")):
        log = (tmp_path / "jobs" / job.id / "worker.log").read_text()
        assert log == f"{job.title} prints\n{job.title} complains\n"


def test_cancel_stops_the_run_at_its_next_report(carry_out: CarryOut, store: JobStore) -> None:
    def run(request: Request, cache: Cache, report: Report, pool: Pool) -> None:
        report(Progress("Before"))
        store.request_cancel(store.active_jobs()[0].id)
        until(lambda: report(Progress("After")))

    (job,) = carry_out(run, work("a"))
    assert (job.state, job.error) == (State.CANCELLED, "")


def test_a_job_that_does_not_report_still_beats(carry_out: CarryOut, store: JobStore) -> None:
    def run(request: Request, cache: Cache, report: Report, pool: Pool) -> None:
        report(Progress("Long"))
        seen: set[float | None] = set()

        def beaten() -> bool:
            seen.add(store.active_jobs()[0].heartbeat)
            return len(seen) >= 3

        until(beaten)
        assert store.active_jobs()[0].stage == "Long"

    assert carry_out(run, work("a"))[0].state == State.DONE


def test_a_lost_claim_ends_before_the_run(carry_out: CarryOut, store: JobStore) -> None:
    def lose(request: Request, *_: object) -> None:
        job = next(job for job in store.active_jobs() if job.title == "Import 'b'")
        store.requeue(job.id, 1)

    first, second = carry_out(lose, work("a"), work("b"))
    assert first.state == State.DONE
    assert (second.state, second.attempt) == (State.QUEUED, 2)


def test_a_claim_lost_on_the_way_cannot_finish(carry_out: CarryOut, store: JobStore) -> None:
    stopped = []

    def run(request: Request, cache: Cache, report: Report, pool: Pool) -> None:
        store.requeue(store.active_jobs()[0].id, 1)
        try:
            report(Progress("Training"))
        except Cancelled:
            stopped.append(True)
            raise

    (job,) = carry_out(run, work("a"))
    assert stopped
    assert (job.state, job.attempt) == (State.QUEUED, 2)


@pytest.mark.parametrize(("preset", "started"), [("paper", 1), ("fast", 0), ("linear", 0)])
def test_processes_start_at_once_where_a_training_needs_them_for_sure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, preset: str, started: int
) -> None:
    pool = Means()
    starts: list[None] = []
    monkeypatch.setattr(pool, "warm", lambda: starts.append(None))
    nothing = SimpleNamespace(run_job=lambda *_: None)
    monkeypatch.setattr(worker, "import_module", lambda _: nothing)
    request = TrainRequest("tiny", "f" * 64, DrugSet(label="some"), Method(preset=preset))
    worker.run_science(request, Cache(tmp_path), silent, pool)
    assert len(starts) == started


WARMED = """
import sys
from gpar_core.analyses.registry import KINDS, found
from gpar_core.jobs import worker
worker._import_science()
known = set(sys.modules)
found(KINDS["train"].run)
print(*sorted(set(sys.modules) - known))
"""


def test_a_waiting_worker_has_imported_what_a_training_needs() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WARMED], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []
