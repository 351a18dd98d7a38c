import time
from pathlib import Path

import psutil
import pytest
import scripted_worker
from staging import work

from gpar_core.cache import Cache
from gpar_core.errors import Cancelled
from gpar_core.jobs import worker
from gpar_core.jobs.events import read_events
from gpar_core.jobs.request import Request
from gpar_core.jobs.store import Job, JobStore, State
from gpar_core.progress import Progress, Report


@pytest.fixture(autouse=True)
def _keep_priority(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "lower_priority", lambda: None)


@pytest.fixture
def store(tmp_path: Path) -> JobStore:
    return JobStore(Cache(tmp_path))


def carry_out(tmp_path: Path, behaviour: str, run: worker.Run) -> tuple[int, Job]:
    store = JobStore(Cache(tmp_path))
    job = store.submit(work("a", behaviour))
    store.claim(1, 1)
    code = worker.main([job.id, "--cache", str(tmp_path), "--attempt", "1"], run)
    return code, store.get(job.id)


def test_a_job_is_done_and_its_progress_kept(tmp_path: Path) -> None:
    code, job = carry_out(tmp_path, "quick", scripted_worker.run)
    assert (code, job.state, job.error) == (0, State.DONE, "")
    assert (job.stage, job.fraction) == ("Counting", 1.0)
    assert job.pid == psutil.Process().pid
    events = read_events(tmp_path / "jobs" / job.id)
    assert [event.progress.done for event in events] == [1, 2, 3]


def test_an_error_for_the_user_is_passed_on_as_it_is(tmp_path: Path) -> None:
    code, job = carry_out(tmp_path, "refused", scripted_worker.run)
    assert (code, job.state) == (1, State.FAILED)
    assert job.error == "'X' has 1 compound; 2 are needed. Add compounds."


def test_a_bug_is_one_friendly_line_and_a_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, job = carry_out(tmp_path, "broken", scripted_worker.run)
    assert (code, job.state) == (1, State.FAILED)
    log = tmp_path / "jobs" / job.id / "worker.log"
    assert job.error == (
        f"Something went wrong inside GPAR (ValueError: shapes differ). The details are in {log}."
    )
    assert "Traceback" in capsys.readouterr().err


def test_cancel_stops_the_run_at_its_next_report(tmp_path: Path, store: JobStore) -> None:
    def run(request: Request, cache: Cache, report: Report) -> None:
        report(Progress("Before"))
        store.request_cancel(store.active_jobs()[0].id)
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            report(Progress("After"))
            time.sleep(0.01)

    code, job = carry_out(tmp_path, "", run)
    assert (code, job.state, job.error) == (1, State.CANCELLED, "")


def test_a_job_that_does_not_report_still_beats(tmp_path: Path, store: JobStore) -> None:
    def run(request: Request, cache: Cache, report: Report) -> None:
        report(Progress("Long"))
        seen = set()
        deadline = time.monotonic() + 5
        while len(seen) < 3 and time.monotonic() < deadline:
            job = store.active_jobs()[0]
            seen.add(job.heartbeat)
            time.sleep(0.05)
        assert len(seen) == 3
        assert job.stage == "Long"

    assert carry_out(tmp_path, "", run)[0] == 0


def test_a_lost_claim_ends_before_the_run(tmp_path: Path, store: JobStore) -> None:
    job = store.submit(work("a"))
    store.claim(1, 1)
    store.requeue(job.id, 1)

    def run(request: Request, cache: Cache, report: Report) -> None:
        pytest.fail("ran")

    assert worker.main([job.id, "--cache", str(tmp_path), "--attempt", "1"], run) == 1
    assert store.get(job.id).state == State.QUEUED


def test_a_claim_lost_on_the_way_cannot_finish(tmp_path: Path, store: JobStore) -> None:
    stopped = []

    def run(request: Request, cache: Cache, report: Report) -> None:
        store.requeue(store.active_jobs()[0].id, 1)
        try:
            report(Progress("Training"))
        except Cancelled:
            stopped.append(True)
            raise

    _, job = carry_out(tmp_path, "", run)
    assert stopped
    assert (job.state, job.attempt) == (State.QUEUED, 2)
