"""Fetches as jobs: into the cache, paused and gone on with, one at a time in a folder."""

from pathlib import Path

import pytest
from filelock import FileLock

from gpar_core.analyses.registry import from_json
from gpar_core.analyses.run_job import run_job
from gpar_core.data.fetching.fetched import load_fetched
from gpar_core.data.fetching.plan import plan_fetch
from gpar_core.data.fetching.request import FetchRequest
from gpar_core.data.fetching.run import LOCK
from gpar_core.errors import Cancelled, RequestError
from gpar_core.jobs import engine
from gpar_core.jobs.job import State
from gpar_core.jobs.store import JobStore
from gpar_core.progress import Progress, silent
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import job_id, to_json
from tests.http_files import Site
from tests.pools import Means


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


def test_a_request_is_the_same_after_json() -> None:
    request = FetchRequest("lincs2020", "http://x/", ("MCF7", "PC3"), "/data")
    assert from_json(to_json(request)) == request
    assert request.title == "Fetch LINCS 2020 (clue.io) · MCF7, PC3"
    assert FetchRequest("gse92742").title == "Fetch GSE92742 (GEO, LINCS phase I)"


def test_a_source_is_fetched_into_the_cache_or_a_given_folder(
    cache: Cache, lincs_site: Site, tmp_path: Path
) -> None:
    request = plan_fetch("repurposing-hub", base_url=lincs_site.url)
    run_job(request, cache, silent, Means())
    done = load_fetched(cache.root / "sources/repurposing-hub")
    assert done.fetched_at.endswith("+00:00")
    elsewhere = plan_fetch("repurposing-hub", base_url=lincs_site.url, to=tmp_path / "mine")
    assert job_id(elsewhere) != job_id(request)
    run_job(elsewhere, cache, silent, Means())
    assert load_fetched(tmp_path / "mine").is_whole


def test_a_cancelled_fetch_is_paused_and_the_same_request_goes_on(
    cache: Cache, lincs_site: Site
) -> None:
    request = plan_fetch("lincs2020", base_url=lincs_site.url, cells=["MCF7"])

    def report(progress: Progress) -> None:
        if progress.stage == "Choosing signatures":
            raise Cancelled("Cancelled.")

    with pytest.raises(Cancelled):
        run_job(request, cache, report, Means())
    run_job(request, cache, silent, Means())
    assert lincs_site.asked_for("siginfo_beta.txt") == [""]
    n_asked = len(lincs_site.asked)
    run_job(request, cache, silent, Means())
    assert len(lincs_site.asked) == n_asked


def test_two_fetches_do_not_write_to_one_folder(cache: Cache, lincs_site: Site) -> None:
    request = plan_fetch("repurposing-hub", base_url=lincs_site.url)
    folder = request.folder(cache)
    folder.mkdir(parents=True)
    with FileLock(folder / LOCK), pytest.raises(RequestError, match="Another fetch is writing"):
        run_job(request, cache, silent, Means())
    run_job(request, cache, silent, Means())


def test_a_finished_fetch_is_queued_again_only_if_its_files_are_gone(
    cache: Cache, lincs_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "ensure_running", lambda cache: None)
    request = plan_fetch("repurposing-hub", base_url=lincs_site.url)
    run_job(request, cache, silent, Means())
    store = JobStore(cache)
    job = engine.submit(cache, request)
    store.claim(limit=9, limit_per_owner=9)
    store.finish(job.id, 1, State.DONE, "")
    assert engine.submit(cache, request).state is State.DONE
    load_fetched(request.folder(cache)).path("moa").unlink()
    assert engine.submit(cache, request).state is State.QUEUED
