"""The clock is set while jobs run: nobody is taken for dead, nothing is done twice."""

from pathlib import Path

import pytest

from gpar_core.jobs.job import State
from tests.faults.ground import Ground
from tests.waiting import until

INJECTED = Path(__file__).parent / "injected"
YEAR = 365 * 24 * 3600.0


@pytest.fixture
def clock(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> Path:
    """By how many seconds it is wrong, for supervisor and workers."""
    file = ground.cache.root / "clock"
    file.write_text("0")
    monkeypatch.setenv("PYTHONPATH", str(INJECTED))
    monkeypatch.setenv("GPAR_FAULT_CLOCK", str(file))
    return file


def set_clock(clock: Path, seconds: float) -> None:
    new = clock.with_suffix(".new")
    new.write_text(str(seconds))
    new.replace(clock)


@pytest.mark.parametrize("jump", [YEAR, -YEAR])
def test_a_job_outlives_a_jump_of_the_clock(ground: Ground, clock: Path, jump: float) -> None:
    job = ground.start("a", "training")
    set_clock(clock, jump)
    ground.beats(job)
    now = ground.store.get(job.id)
    assert now.heartbeat is not None
    assert abs(now.heartbeat - now.created_at) > YEAR / 2
    assert now.state == State.RUNNING
    end = ground.check_next_try("a")
    assert (end.attempt, end.pid, ground.trainings("a")) == (1, job.pid, 1)


def test_an_orphan_is_adopted_after_a_jump_of_the_clock(ground: Ground, clock: Path) -> None:
    """Its birth was noted by the clock as it was; it must not be done by another once more."""
    job = ground.start("a", "training")
    ground.kill_supervisors()
    set_clock(clock, YEAR)
    ground.supervise()
    until(lambda: "adopted" in ground.log(), saw=ground.told)
    end = ground.check_next_try("a")
    assert (end.attempt, end.pid, ground.trainings("a")) == (1, job.pid, 1)
