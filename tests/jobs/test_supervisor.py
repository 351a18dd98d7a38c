"""Real supervisors and real workers."""

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from staging import Site, work

from gpar_core.errors import WorkerError
from gpar_core.jobs.events import read_events
from gpar_core.jobs.job import Job, State
from gpar_core.jobs.worker import NICENESS
from gpar_core.processes import ENVIRONMENT, SOURCE_ROOT
from tests.processes import kill, lives
from tests.waiting import until


def start(site: Site, name: str, behavior: str = "until released", *options: str) -> Job:
    """Submit and wait until the worker has made some progress."""
    job = site.store.submit(work(name, behavior))
    site.supervise(*options)
    return site.reached(job)


def only(found: list[psutil.Process]) -> psutil.Process:
    (process,) = found
    return process


def log_named_in(job: Job) -> Path:
    return Path(job.error.split("The details are in ")[1].removesuffix("."))


def worker_of(site: Site, job: Job) -> psutil.Process:
    return psutil.Process(site.store.get(job.id).pid)


def test_a_job_runs_aside_and_its_progress_is_seen(site: Site) -> None:
    job = start(site, "a")
    process = worker_of(site, job)
    environment = process.environ()
    assert ENVIRONMENT.items() <= environment.items()
    assert process.nice() >= NICENESS
    assert site.store.get(job.id).stage == "Waiting"
    assert read_events(site.cache.job(job.id))
    site.release()
    assert site.ended(job).state == State.DONE
    assert site.runs("a") == 1


def test_no_more_jobs_run_than_allowed(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPAR_MAX_JOBS", "2")
    monkeypatch.setenv("GPAR_MAX_JOBS_PER_OWNER", "1")
    jobs = [
        site.store.submit(work(name, "until released"), owner)
        for name, owner in [("a1", "ann"), ("a2", "ann"), ("b1", "bob"), ("c1", "cat")]
    ]
    site.supervise()
    for running in (jobs[0], jobs[2]):
        site.reached(running)
    site.beats(jobs[0])  # the supervisor looks for jobs more often
    assert [site.store.get(job.id).state for job in jobs] == ["running", "queued"] * 2
    site.release()
    assert {site.ended(job).state for job in jobs} == {State.DONE}


def test_a_worker_that_listens_is_cancelled_and_lives(site: Site) -> None:
    job = start(site, "a")
    worker = worker_of(site, job)
    site.store.request_cancel(job.id)
    assert site.ended(job).state == State.CANCELLED
    assert lives(worker)  # it was not killed for it


def test_a_worker_that_does_not_listen_is_killed_after_the_grace(site: Site) -> None:
    job = start(site, "a", "stubborn", "--grace", "0.5")
    process = worker_of(site, job)
    site.store.request_cancel(job.id)
    assert site.ended(job).state == State.CANCELLED
    until(lambda: not lives(process))


@pytest.mark.parametrize("limit", ["GPAR_JOB_MB", "GPAR_IMPORT_MB"])
def test_a_job_that_takes_too_much_memory_is_ended(
    site: Site, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    """The jobs of this site are imports, to which both apply."""
    monkeypatch.setenv(limit, "600")
    greedy, modest = (site.store.submit(work(name, name)) for name in ("greedy", "quick"))
    site.supervise()
    end = site.ended(greedy)
    assert end.state is State.FAILED
    assert "needs more than 600 MB of memory" in end.error
    assert limit in end.error
    assert site.ended(modest).state is State.DONE


def test_a_worker_without_a_heartbeat_is_killed(site: Site) -> None:
    job = site.store.submit(work("a", "silent"))
    site.supervise("--silence", "1.5")
    end = site.ended(job)
    assert end.state == State.FAILED
    assert "did not respond" in end.error
    assert end.pid not in {worker.pid for worker in site.workers()}


def test_a_killed_worker_fails_with_the_reason_and_the_next_try_works(site: Site) -> None:
    job = start(site, "a")
    kill(worker_of(site, job))
    end = site.ended(job)
    assert end.state == State.FAILED
    reason = "exit code" if sys.platform == "win32" else "signal 9, possibly for lack of memory"
    assert reason in end.error
    site.release()
    again = site.store.submit(work("a", "until released"))
    site.supervise()
    assert (site.ended(again).state, again.attempt) == (State.DONE, 2)


def test_the_processes_of_a_killed_worker_end_too(site: Site) -> None:
    job = start(site, "a", "with processes")
    pids = until(lambda: site.store.get(job.id).message, saw=site.told).split()
    processes = [psutil.Process(int(pid)) for pid in pids]
    assert processes
    kill(worker_of(site, job))
    assert site.ended(job).state == State.FAILED
    until(lambda: not any(lives(process) for process in processes))


def test_no_temporary_files_of_killed_processes_stay(
    site: Site, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even where all that could delete them was killed at once."""
    temporary = tmp_path_factory.mktemp("temporary")
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setenv("TEMP", str(temporary))
    job = start(site, "a", "with processes")
    pids = until(lambda: site.store.get(job.id).message, saw=site.told).split()
    assert list(temporary.glob("gpar-*"))
    for process in [psutil.Process(int(pid)) for pid in pids]:  # one's end may end the others
        kill(process)
    assert list(temporary.glob("gpar-*"))
    kill(worker_of(site, job))
    assert site.ended(job).state == State.FAILED
    until(lambda: not list(temporary.glob("gpar-*")), saw=site.told)


def test_a_worker_that_cannot_begin_fails_with_its_exit_code(site: Site) -> None:
    job = site.store.submit(work("a"))
    site.supervise("--worker-module", "no_such_module")
    end = site.ended(job)
    assert end.state == State.FAILED
    assert "exit code 1 " in end.error
    assert "no_such_module" in log_named_in(end).read_text()


def test_the_log_of_a_worker_that_died_is_named(site: Site) -> None:
    job = site.store.submit(work("a", "talks and dies"))
    site.supervise()
    end = site.ended(job)
    assert "exit code 7 " in end.error
    assert "last words" in log_named_in(end).read_text()


def test_a_killed_supervisor_leaves_its_worker_to_the_next(site: Site) -> None:
    job = start(site, "a")
    process = worker_of(site, job)
    kill(only(site.supervisors()))
    assert lives(process)
    site.supervise()
    until(lambda: "adopted" in site.log(), saw=site.told)
    site.release()
    end = site.ended(job)
    assert (end.state, end.attempt, end.pid) == (State.DONE, 1, process.pid)
    assert site.runs("a") == 1


def test_an_adopted_worker_can_be_cancelled_or_die(site: Site) -> None:
    stubborn = start(site, "a", "stubborn")
    dying = start(site, "b")
    kill(only(site.supervisors()))
    site.supervise("--grace", "0.3")
    site.store.request_cancel(stubborn.id)
    assert site.ended(stubborn).state == State.CANCELLED
    kill(worker_of(site, dying))
    end = site.ended(dying)
    assert end.state == State.FAILED
    assert end.error.startswith("The worker died. Try again.")


def test_supervisor_and_worker_killed_together_are_made_good(site: Site) -> None:
    job = start(site, "a")
    kill(only(site.supervisors()))
    kill(worker_of(site, job))
    site.release()
    site.supervise()
    end = site.ended(job)
    assert (end.state, end.attempt, end.restarts) == (State.DONE, 2, 1)


def test_a_job_that_takes_everything_down_is_given_up(site: Site) -> None:
    job = site.store.submit(work("a", "until released"))
    for attempt in (1, 2, 3):
        claimed = site.store.claim(1, 1)
        assert claimed is not None
        assert claimed.attempt == attempt
        if attempt < 3:
            site.store.requeue(job.id, attempt)
    site.supervise()
    end = site.ended(job)
    assert end.state == State.FAILED
    assert "interrupted 3 times" in end.error


def test_a_supervisor_imports_no_science() -> None:
    """It would bring threads, which can hold the lock a moment longer than the process lives."""
    code = "import sys, gpar_core.jobs.supervisor; sys.exit('numpy' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=SOURCE_ROOT, check=True)


def test_many_starts_at_once_give_one_supervisor(site: Site) -> None:
    jobs = [site.store.submit(work(f"j{number}")) for number in range(4)]
    command = [sys.executable, "-m", "gpar_core.jobs.supervisor", "--cache", str(site.cache.root)]
    command += ["--worker-module", "scripted_worker"]
    rival = subprocess.Popen(command, cwd=SOURCE_ROOT, stderr=subprocess.DEVNULL)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: site.supervise(), range(16)))
    assert {site.ended(job).state for job in jobs} == {State.DONE}
    assert [site.runs(f"j{number}") for number in range(4)] == [1, 1, 1, 1]
    until(lambda: len(site.supervisors()) == 1)
    kill(only(site.supervisors()))
    rival.wait()


def test_an_idle_supervisor_leaves_and_the_next_job_gets_a_new_one(site: Site) -> None:
    job = site.store.submit(work("a"))
    site.supervise("--idle", "0.3")
    assert site.ended(job).state == State.DONE
    until(lambda: not site.supervisors())
    until(lambda: not site.workers())
    zombie = psutil.STATUS_ZOMBIE
    until(lambda: not [c for c in psutil.Process().children() if c.status() == zombie])
    job = site.store.submit(work("b"))
    site.supervise("--idle", "0.3")
    assert site.ended(job).state == State.DONE


def test_no_job_is_stranded_by_a_leaving_supervisor(site: Site) -> None:
    for number in range(6):
        job = site.store.submit(work(f"j{number}"))
        site.supervise("--idle", "0")
        assert site.ended(job).state == State.DONE


def test_a_wrong_setting_is_said_to_who_asked(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPAR_MAX_JOBS", "many")
    with pytest.raises(WorkerError, match="GPAR_MAX_JOBS is 'many', but it must be a whole number"):
        site.supervise()


def _is_deleted(folder: Path) -> bool:
    """Try to; those at work may be writing into it."""
    shutil.rmtree(folder, ignore_errors=True)
    return not folder.exists()


def test_a_deleted_jobs_folder_ends_its_supervisor_and_the_next_one_works(site: Site) -> None:
    lost = start(site, "a")
    old, worker = site.supervisors(), worker_of(site, lost)
    until(lambda: _is_deleted(site.cache.jobs))
    job = site.store.submit(work("b", "quick"))
    site.supervise()
    assert site.ended(job).state == State.DONE
    assert site.runs("b") == 1
    until(lambda: not any(lives(process) for process in [*old, worker]))
