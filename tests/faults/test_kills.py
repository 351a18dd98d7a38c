"""Processes killed at each stage and at any moment: nothing half is seen, the next try works."""

import random
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from gpar_core.jobs.job import State
from gpar_core.processes import SOURCE_ROOT
from gpar_core.storage.cache import MANIFEST
from gpar_core.storage.requests import job_id
from tests.faults.ground import Ground, training
from tests.faults.staged_worker import STAGES
from tests.processes import kill
from tests.waiting import PATIENCE, until


def test_a_worker_killed_at_each_stage(ground: Ground) -> None:
    for stage in STAGES:
        label = stage.replace(" ", "-")
        job = ground.start(label, stage)
        ground.kill_worker(job)
        end = ground.ended(job)
        assert (end.state, end.attempt) == (State.FAILED, 1)
        assert "signal 9" in end.error
        ground.check_clean()
        assert (job.id in ground.cache.model_ids()) == (stage == "published")
        assert ground.check_next_try(label).attempt == 2
        done_before = stage in {"training", "half written", "written"}
        assert ground.trainings(label) == 1 + done_before


def test_worker_and_supervisor_killed_together(ground: Ground) -> None:
    for stage in ("begun", "written", "published"):
        label = stage.replace(" ", "-")
        job = ground.start(label, stage)
        ground.kill_supervisors()
        ground.kill_worker(job)
        assert ground.store.get(job.id).state == State.RUNNING
        end = ground.check_next_try(label)  # asked for again, it is the same job that goes on
        assert (end.attempt, end.restarts) == (2, 1)


def test_a_killed_supervisor_costs_nothing(ground: Ground) -> None:
    for stage in ("training", "written", "published"):
        label = stage.replace(" ", "-")
        job = ground.start(label, stage)
        ground.kill_supervisors()
        end = ground.check_next_try(label)
        assert (end.attempt, end.pid, ground.trainings(label)) == (1, job.pid, 1)


def test_a_worker_killed_while_a_result_is_out_of_place(ground: Ground) -> None:
    """The old result is damaged but a user's: it is put back, and replaced by the next try."""
    old = ground.cache.model(job_id(training("a")))
    old.mkdir(parents=True)
    (old / MANIFEST).write_text("old")
    job = ground.start("a", "out of place")
    assert not old.exists()
    ground.kill_worker(job)
    assert ground.ended(job).state == State.FAILED
    ground.check_clean()
    assert (old / MANIFEST).read_text() == "old"
    ground.check_next_try("a")


@pytest.mark.parametrize("seed", [1, 2])
def test_kills_at_any_moment(ground: Ground, seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311
    labels = [f"job{number}" for number in range(4)]
    for label in labels:
        ground.submit(label)
    for _ in range(5):
        time.sleep(draw.uniform(0, 1))
        victims = draw.choice(["workers", "supervisors", "both"])
        if victims != "workers":
            ground.kill_supervisors()
        if victims != "supervisors":
            for process in ground.workers():
                kill(process)
        ground.check_results()
        ground.supervise()
    for label in labels:
        ground.ended(ground.store.get(job_id(training(label))))
    ground.check_told()
    for label in labels:
        ground.check_next_try(label)


def client(ground: Ground, *labels: str) -> subprocess.Popen[str]:
    """A process that does what a web server does: submit, and look until all is done."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults.client", str(ground.cache.root), *labels],
        cwd=SOURCE_ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_web_server_killed_at_any_moment_costs_nothing(ground: Ground) -> None:
    draw = random.Random(4)  # noqa: S311
    labels = ("a", "b", "c")
    with client(ground, *labels) as server:
        until((ground.cache.jobs / "jobs.sqlite3").exists, saw=ground.told)
        time.sleep(draw.uniform(0, 0.5))
        server.kill()
    with client(ground, *labels) as server:
        time.sleep(draw.uniform(0.5, 2.5))
        server.kill()
    with client(ground, *labels) as server:
        assert server.communicate(timeout=PATIENCE)[0].split() == ["done"] * 3
    assert [ground.trainings(label) for label in labels] == [1, 1, 1]
    assert {job.attempt for job in ground.store.recent()} == {1}
    ground.check_results()
    ground.check_clean()


def test_two_web_servers_on_one_cache_do_everything_once(ground: Ground) -> None:
    labels = ("a", "b", "c", "d")
    with (
        client(ground, *labels) as one,
        client(ground, *reversed(labels)) as two,
        ThreadPoolExecutor(2) as threads,
    ):
        said = list(threads.map(lambda each: each.communicate(timeout=PATIENCE)[0], (one, two)))
    assert [each.split() for each in said] == [["done"] * 4] * 2
    assert [ground.trainings(label) for label in labels] == [1, 1, 1, 1]
    until(lambda: len(ground.supervisors()) == 1, saw=ground.told)
    ground.check_results()
    ground.check_clean()
