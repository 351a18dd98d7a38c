import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from staging import work

from gpar_core.analyses.method import DrugSet, Method
from gpar_core.analyses.training.request import TrainRequest
from gpar_core.errors import JobError, NotFoundError, RequestError
from gpar_core.jobs.events import EventLog, read_events
from gpar_core.jobs.job import Job, State
from gpar_core.jobs.order import MAX_PASSES
from gpar_core.jobs.store import JobStore
from gpar_core.progress import Progress
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import Request


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path)


@pytest.fixture
def store(cache: Cache) -> JobStore:
    return JobStore(cache)


def claimed(store: JobStore) -> Job:
    job = store.claim(10, 10)
    assert job is not None
    return job


def sql(cache: Cache, statement: str) -> None:
    database = sqlite3.connect(cache.jobs / "jobs.sqlite3")
    with database:
        database.execute(statement)
    database.close()


def test_a_request_comes_back_as_it_was(store: JobStore) -> None:
    job = store.submit(work("a"), "ann")
    assert store.get(job.id) == job
    assert (job.request, job.owner, job.state, job.attempt) == (work("a"), "ann", State.QUEUED, 1)
    assert job.active
    assert job.title == "Import 'a'"
    assert job.fraction == 0


def test_same_request_is_one_job_while_queued_running_and_done(store: JobStore) -> None:
    first = store.submit(work("a"), "ann")
    assert store.submit(work("a"), "bob") == first
    running = claimed(store)
    assert store.submit(work("a"), "bob") == running
    store.finish(first.id, 1, State.DONE)
    done = store.submit(work("a"), "bob")
    assert (done.state, done.owner, done.attempt) == (State.DONE, "ann", 1)
    assert len(store.recent()) == 1


def test_where_a_job_trains_is_no_part_of_what_is_asked(store: JobStore) -> None:
    job = store.submit(work("a"), cluster="tcp://here:8786")
    assert job.cluster == "tcp://here:8786"
    assert store.submit(work("a")) == job
    assert claimed(store).cluster == job.cluster
    store.requeue(job.id, 1)
    assert claimed(store).cluster == job.cluster
    store.finish(job.id, 2, State.FAILED, "It did not work.")
    again = store.submit(work("a"))
    assert (again.id, again.cluster) == (job.id, "")


def test_the_list_of_an_earlier_gpar_goes_on(store: JobStore, cache: Cache) -> None:
    job = store.submit(work("a"))
    for column in ("cluster", "short"):
        sql(cache, f"ALTER TABLE jobs DROP COLUMN {column}")
    sql(cache, "PRAGMA user_version = 0")
    with ThreadPoolExecutor(8) as pool:
        seen = list(pool.map(lambda _: JobStore(cache).get(job.id), range(16)))
    assert set(seen) == {job}
    assert store.submit(work("b"), cluster="tcp://here:8786").cluster == "tcp://here:8786"


def test_eight_threads_submit_one_job_into_a_new_cache(cache: Cache) -> None:
    with ThreadPoolExecutor(8) as pool:
        jobs = list(pool.map(lambda _: JobStore(cache).submit(work("a")), range(64)))
    assert len({job.id for job in jobs}) == 1
    assert len(JobStore(cache).recent()) == 1


def test_eight_threads_claim_each_job_once(store: JobStore) -> None:
    for number in range(20):
        store.submit(work(f"j{number}"))
    with ThreadPoolExecutor(8) as pool:
        jobs = list(pool.map(lambda _: store.claim(100, 100), range(30)))
    ids = [job.id for job in jobs if job]
    assert len(ids) == len(set(ids)) == 20


@pytest.mark.parametrize("end", [State.FAILED, State.CANCELLED])
def test_an_unlucky_job_is_queued_again_with_its_traces_gone(
    store: JobStore, cache: Cache, end: State
) -> None:
    job = store.submit(work("a"))
    claimed(store)
    EventLog(cache.job(job.id)).append(Progress("Training"))
    store.register(job.id, 1, 123, 4.5)
    store.heartbeat(job.id, 1, Progress("Training", 1, 4, "fold 1"))
    store.finish(job.id, 1, end, "It did not work.")
    again = store.submit(work("a"), "bob")
    assert (again.state, again.attempt, again.owner) == (State.QUEUED, 2, "bob")
    assert (again.stage, again.error, again.pid, again.finished_at) == ("", "", None, None)
    assert read_events(cache.job(job.id)) == []


def test_a_done_job_without_its_result_is_queued_again(store: JobStore) -> None:
    job = store.submit(work("a"))
    claimed(store)
    store.finish(job.id, 1, State.DONE)
    assert store.submit(work("a"), result_exists=False).attempt == 2


def test_progress_is_seen(store: JobStore) -> None:
    job = store.submit(work("a"))
    claimed(store)
    assert store.heartbeat(job.id, 1, Progress("Training", 1, 4, "fold 1"))
    job = store.get(job.id)
    assert (job.stage, job.fraction, job.message) == ("Training", 0.25, "fold 1")
    assert job.heartbeat is not None


def test_unknown_job(store: JobStore) -> None:
    for call in (store.get, store.request_cancel, store.forget):
        with pytest.raises(NotFoundError, match="There is no job 'nothing'"):
            call("nothing")
    assert store.position("nothing") == 0


def test_queue_respects_order_and_both_caps(store: JobStore) -> None:
    ids = {name: store.submit(work(name), owner).id for name, owner in [
        ("a1", "ann"), ("a2", "ann"), ("a3", "ann"), ("b1", "bob"), ("c1", "cat"),
    ]}  # fmt: skip
    assert [store.position(ids[name]) for name in ("a1", "b1", "c1", "a2", "a3")] == [1, 2, 3, 4, 5]

    def claim() -> str | None:
        job = store.claim(limit=4, limit_per_owner=2)
        return job and next(name for name in ids if ids[name] == job.id)

    assert [claim() for _ in range(5)] == ["a1", "b1", "c1", "a2", None]
    assert store.position(ids["a1"]) == 0
    store.finish(ids["b1"], 1, State.DONE)
    assert claim() is None  # a place is free, but ann has two running
    store.finish(ids["a1"], 1, State.DONE)
    assert claim() == "a3"
    assert [job.title for job in store.active_jobs()] == [
        f"Import '{n}'" for n in ("a2", "a3", "c1")
    ]


def test_a_long_job_is_passed_only_so_often(store: JobStore, cache: Cache) -> None:
    """Those that have passed it are counted from the list itself."""
    long, *shorts = (store.submit(work(f"w{number}")).id for number in range(MAX_PASSES + 2))
    sql(cache, f"UPDATE jobs SET short = 0 WHERE id = '{long}'")  # noqa: S608
    started = []
    for _ in range(MAX_PASSES + 1):
        started.append(claimed(store).id)
        store.finish(started[-1], 1, State.DONE)
    assert started == [*shorts[:MAX_PASSES], long]


def test_jobs_like_another_are_those_of_its_kind_done_at_once(store: JobStore) -> None:
    def training(seed: int, compendium: str = "demo") -> TrainRequest:
        return TrainRequest(compendium, "f", DrugSet(moa="A"), Method(seed=seed))

    def run(request: Request, *states: State) -> str:
        for attempt, state in enumerate(states, start=1):
            job = store.submit(request)
            claimed(store)
            store.finish(job.id, attempt, state)
        return job.id

    first, second = (run(training(seed), State.DONE) for seed in (1, 2))
    run(training(3), State.CANCELLED, State.DONE)
    run(training(4), State.FAILED)
    run(training(5, "other"), State.DONE)
    run(work("a"), State.DONE)
    assert [job.id for job in store.done_like(training(9))] == [second, first]
    assert [job.id for job in store.done_like(training(9), limit=1)] == [second]


def test_a_queued_job_is_cancelled_at_once(store: JobStore) -> None:
    job = store.submit(work("a"))
    assert store.request_cancel(job.id).state == State.CANCELLED
    assert store.claim(10, 10) is None
    assert store.request_cancel(job.id).state == State.CANCELLED


def test_a_running_job_is_asked_to_stop(store: JobStore) -> None:
    job = store.submit(work("a"))
    claimed(store)
    assert not store.should_stop(job.id, 1)
    assert store.request_cancel(job.id).cancel_requested
    assert store.should_stop(job.id, 1)


def test_a_process_of_a_list_that_is_gone_changes_nothing_of_the_new_one(
    store: JobStore,
) -> None:
    """Both lists call it attempt 1 of the same job; they differ in the process alone."""
    job = store.submit(work("a"))
    claimed(store)
    for _ in ("before the new process is noted", "and after"):
        before = store.get(job.id)
        assert not store.heartbeat(job.id, 1, Progress("Old"), 111)
        assert not store.finish(job.id, 1, State.CANCELLED, "", 111)
        assert store.should_stop(job.id, 1, 111)
        assert store.get(job.id) == before
        assert store.register(job.id, 1, 222, 1.0)
    assert not store.should_stop(job.id, 1, 222)
    assert store.heartbeat(job.id, 1, Progress("New"), 222)
    assert store.finish(job.id, 1, State.DONE, "", 222)


def test_a_stale_attempt_can_change_nothing(store: JobStore) -> None:
    job = store.submit(work("a"))
    claimed(store)
    assert store.requeue(job.id, 1)
    assert claimed(store).attempt == 2
    before = store.get(job.id)
    assert not store.requeue(job.id, 1)
    assert not store.register(job.id, 1, 1, 1.0)
    assert not store.heartbeat(job.id, 1, Progress("Old"))
    assert not store.finish(job.id, 1, State.DONE)
    assert store.should_stop(job.id, 1)
    assert store.get(job.id) == before
    assert store.finish(job.id, 2, State.DONE)
    assert not store.finish(job.id, 2, State.FAILED, "too late")


def test_a_restart_keeps_its_place_in_the_queue(store: JobStore) -> None:
    first, _second = store.submit(work("a")), store.submit(work("b"))
    claimed(store)
    store.requeue(first.id, 1)
    assert store.position(first.id) == 1
    assert store.get(first.id).restarts == 1


def test_a_job_of_another_version_is_shown_as_failed(store: JobStore, cache: Cache) -> None:
    job = store.submit(work("a"))
    sql(cache, 'UPDATE jobs SET request = \'{"kind": "future"}\'')
    other = store.submit(work("b"))
    shown = store.get(job.id)
    assert (shown.state, shown.request) == (State.FAILED, None)
    assert "another version" in shown.error
    assert {each.id for each in store.recent()} == {job.id, other.id}
    assert [each.id for each in store.active_jobs()] == [other.id]
    assert claimed(store).id == other.id
    assert store.claim(10, 10) is None
    assert store.submit(work("a")).attempt == 2


def test_forget_removes_an_ended_job_only(store: JobStore, cache: Cache) -> None:
    job = store.submit(work("a"))
    with pytest.raises(RequestError, match="Cancel it first"):
        store.forget(job.id)
    EventLog(cache.job(job.id)).append(Progress("A"))
    store.request_cancel(job.id)
    store.forget(job.id)
    assert not cache.job(job.id).exists()
    assert store.recent() == []


def test_a_deleted_cache_is_made_again(store: JobStore, cache: Cache) -> None:
    store.submit(work("a"))
    shutil.rmtree(cache.jobs)
    assert store.recent() == []
    assert store.submit(work("a")).attempt == 1


def test_a_spoilt_database_is_an_error_for_the_user(store: JobStore, cache: Cache) -> None:
    cache.jobs.mkdir(parents=True)
    (cache.jobs / "jobs.sqlite3").write_bytes(b"no database at all" * 100)
    with pytest.raises(JobError, match=r"jobs\.sqlite3 cannot be used"):
        store.recent()
