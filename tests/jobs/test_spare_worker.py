"""The worker that waits: who becomes it, who does not, and that it never outstays its welcome."""

import psutil
import pytest
from staging import Site, work

from gpar_core.errors import WorkerError
from gpar_core.jobs.job import Job, State
from gpar_core.jobs.store import JobStore
from gpar_core.jobs.supervisor import Limits, Supervisor
from tests.processes import kill, lives
from tests.waiting import PATIENCE, until


def kill_supervisor(site: Site) -> None:
    (process,) = site.supervisors()
    kill(process)


def spare(site: Site) -> psutil.Process:
    """The only worker, once it waits."""
    (process,) = until(site.workers)
    until(lambda: "warm" in site.log().splitlines())
    return process


def done(site: Site, name: str, behavior: str = "quick") -> Job:
    job = site.store.submit(work(name, behavior))
    site.supervise()
    return site.ended(job)


def begun(site: Site, name: str, behavior: str = "until released") -> Job:
    job = site.store.submit(work(name, behavior))
    site.supervise()
    return site.reached(job)


def test_a_worker_waits_before_the_first_job_and_takes_it(site: Site) -> None:
    site.supervise()
    waiting = spare(site)
    assert done(site, "a").pid == waiting.pid


@pytest.mark.parametrize("behavior", ["quick", "refused"])
def test_a_worker_whose_job_has_ended_takes_the_next(site: Site, behavior: str) -> None:
    first = done(site, "a", behavior)
    assert done(site, "b").pid == first.pid


def test_a_worker_that_was_cancelled_takes_the_next(site: Site) -> None:
    first = begun(site, "a")
    site.store.request_cancel(first.id)
    assert site.ended(first).state == State.CANCELLED
    assert done(site, "b").pid == first.pid


def test_what_is_asked_for_between_the_end_of_a_job_and_the_next_look_takes_its_worker(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = Limits(jobs=2, jobs_per_owner=2, grace=PATIENCE, silence=PATIENCE)
    supervisor = Supervisor(site.cache, limits, site.module)
    first = site.store.submit(work("a", "until released"))
    supervisor._step(0.0)
    site.reached(first)
    claim, asked = JobStore.claim, []

    def late(store: JobStore, limit: int, limit_per_owner: int) -> Job | None:
        if not asked:
            site.release()
            site.ended(first)
            asked.append(site.store.submit(work("b")))
        return claim(store, limit, limit_per_owner)

    monkeypatch.setattr(JobStore, "claim", late)
    supervisor._step(0.0)
    assert site.ended(asked[0]).pid == site.store.get(first.id).pid
    supervisor._crew.part()


@pytest.mark.parametrize("behavior", ["broken", "without a process", "talks and dies"])
def test_a_worker_that_may_be_broken_is_not_used_again(site: Site, behavior: str) -> None:
    first = done(site, "a", behavior)
    assert first.state == State.FAILED
    second = done(site, "b")
    assert second.state == State.DONE
    assert second.pid != first.pid


def test_none_is_started_while_a_job_runs_and_one_stays_at_the_end(site: Site) -> None:
    jobs = [begun(site, name) for name in ("a", "b", "c")]
    assert len(site.workers()) == 3
    site.release()
    for job in jobs:
        assert site.ended(job).state == State.DONE
    until(lambda: len(site.workers()) == 1)
    assert done(site, "d").pid in {job.pid for job in jobs}


def test_the_spare_of_a_killed_supervisor_leaves(site: Site) -> None:
    site.supervise()
    waiting = spare(site)
    kill_supervisor(site)
    until(lambda: not lives(waiting))


def test_a_worker_without_a_supervisor_leaves_after_its_job(site: Site) -> None:
    job = begun(site, "a")
    kill_supervisor(site)
    site.release()
    assert site.ended(job).state == State.DONE
    until(lambda: not site.workers())


def test_an_adopted_worker_leaves_after_its_job(site: Site) -> None:
    first = begun(site, "a")
    kill_supervisor(site)
    site.supervise()
    until(lambda: "adopted" in site.log())
    site.release()
    assert site.ended(first).state == State.DONE
    until(lambda: first.pid not in {worker.pid for worker in site.workers()})
    assert done(site, "b").pid != first.pid


def test_a_spare_that_was_killed_is_no_loss(site: Site) -> None:
    site.supervise()
    kill(spare(site))
    assert done(site, "a").state == State.DONE


def test_a_job_given_to_a_spare_that_dies_before_it_begins_is_given_to_another(
    site: Site,
) -> None:
    site.supervise()
    waiting = spare(site)
    waiting.suspend()
    job = site.store.submit(work("a"))
    until(lambda: f"given to process {waiting.pid}" in site.log())
    kill(waiting)
    end = site.ended(job)
    assert (end.state, end.attempt, end.restarts) == (State.DONE, 1, 0)


def test_a_spare_that_cannot_live_is_not_started_for_ever(site: Site) -> None:
    site.supervise("--worker-module", "no_such_module")
    until(lambda: "the spare ended with exit code 1" in site.log())
    job = site.store.submit(work("a"))
    assert "exit code 1 " in site.ended(job).error
    until(lambda: site.log().count("the spare ended") == 2)
    assert site.log().count("is the spare") == 2


def test_a_worker_that_has_grown_too_large_makes_way_for_a_new_one(site: Site) -> None:
    first = done(site, "a", "grows")
    until(lambda: "makes way for a new one" in site.log(), saw=site.told)
    assert done(site, "b").pid != first.pid
    assert site.log().count("makes way") == 1


def test_one_that_waits_in_vain_leaves_and_the_next_job_brings_another(site: Site) -> None:
    site.supervise("--patience", "0.5")
    until(lambda: "the spare leaves: nobody needed it" in site.log(), saw=site.told)
    until(lambda: not site.workers())
    assert done(site, "a").state == State.DONE
    until(lambda: site.log().count("nobody needed it") == 2, saw=site.told)
    until(lambda: not site.workers())
    assert site.log().count("is the spare") == 1


def test_none_waits_while_others_need_the_memory(site: Site) -> None:
    site.supervise("--least-free-mb", str(1e12))
    assert done(site, "a").state == State.DONE
    until(lambda: "the spare leaves: others need its memory" in site.log(), saw=site.told)
    until(lambda: not site.workers())
    assert "is the spare" not in site.log()


def test_none_waits_where_none_is_wanted(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPAR_SPARE_WORKERS", "0")
    assert done(site, "a").state == State.DONE
    until(lambda: not site.workers())
    assert done(site, "b").state == State.DONE


@pytest.mark.parametrize("wrong", ["2", "-1", "one"])
def test_a_wrong_number_is_said_to_who_asked(
    site: Site, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    monkeypatch.setenv("GPAR_SPARE_WORKERS", wrong)
    with pytest.raises(WorkerError, match="it must be a whole number from 0 to 1"):
        site.supervise()
