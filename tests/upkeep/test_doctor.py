"""The doctor finds what is wrong, says it, puts it right, and deletes nothing of a user's."""

import json
import os
import shutil
import sqlite3
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock

from gpar_core.__main__ import main
from gpar_core.analyses.curation import result as curations
from gpar_core.analyses.method import DrugSet
from gpar_core.analyses.training import result as models
from gpar_core.analyses.training.request import TrainRequest
from gpar_core.jobs.job import State
from gpar_core.jobs.store import JobStore
from gpar_core.jobs.workers import supervisor_lock
from gpar_core.storage.cache import MADE_BY, MANIFEST, Cache, publishing
from gpar_core.storage.requests import job_id
from gpar_core.upkeep import deletion
from gpar_core.upkeep.doctor import LOST, Remedy, examine
from tests.import_requests import import_request
from tests.saved_curation import saved
from tests.saved_model import model
from tests.synthetic import build, drugs_of
from tests.targets.planted import planted

TRAINING = TrainRequest(
    compendium="tiny", fingerprint="f", drug_set=DrugSet(label="ssri", drugs=("a", "b"))
)
MODEL = job_id(TRAINING)
UUID = "0" * 32
TINY = "tiny: 16 signatures of 8 compounds\n"
MINE = "mine: 6 signatures of 3 compounds\n"


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    """A cache with a compendium, a model whose job is done, and a curation."""
    cache = Cache(tmp_path)
    with publishing(cache.compendium("tiny")) as folder:
        build(folder, [*drugs_of("HDAC inhibitor", 3), *drugs_of("", 5)])
    with publishing(cache.model(MODEL)) as folder:
        models.save(model(model_id=MODEL), folder)
    with publishing(cache.curation("0123")) as folder:
        curations.save(saved(), folder)
    store = JobStore(cache)
    store.submit(TRAINING)
    store.claim(9, 9)
    store.finish(MODEL, 1, State.DONE)
    return cache


def of_cache(capsys: pytest.CaptureFixture[str]) -> str:
    """What was printed below the lines on the installation."""
    return capsys.readouterr().out.partition("\n\n")[2]


def doctor(cache: Cache, *options: str) -> int:
    return main(["--cache", str(cache.root), "doctor", *options])


def damaged(cache: Cache) -> list[str]:
    return sorted(path.name.rsplit("-", 1)[0] for path in (cache.root / "damaged").glob("*"))


def flip(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 0xFF
    path.write_bytes(content)


def rewrite(path: Path, **changes: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_a_healthy_cache_is_left_as_it_is(cache: Cache, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.stat().st_mtime_ns for path in cache.root.rglob("*")}
    assert doctor(cache) == 0
    assert of_cache(capsys) == f"{TINY}The cache is healthy.\n"
    after = {path: path.stat().st_mtime_ns for path in before}
    assert {path for path in before if after[path] != before[path]} <= {cache.root, cache.jobs}


def test_the_signatures_of_each_kind_are_listed(
    cache: Cache, capsys: pytest.CaptureFixture[str]
) -> None:
    planted(cache.compendium("planted"))
    rewrite(cache.compendium("tiny") / MANIFEST, format_version=99)
    doctor(cache)
    assert of_cache(capsys).splitlines()[0] == (
        "planted: 60 signatures of 30 compounds, 80 signatures of 40 over-expressions, "
        "80 signatures of 40 knock-downs"
    )


def test_an_empty_cache_is_healthy_and_stays_empty(tmp_path: Path) -> None:
    assert doctor(Cache(tmp_path / "new")) == 0
    assert not (tmp_path / "new").exists()


BREAKS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "a table that is cut short": ("models", lambda f: os.truncate(f / "ranking.parquet", 40)),
    "scores that are gone": ("models", lambda f: (f / "scores.npy").unlink()),
    "an earlier version": ("curations", lambda f: rewrite(f / MANIFEST, format_version=0)),
    "no manifest": ("curations", lambda f: (f / MANIFEST).unlink()),
    "a manifest of nothing": ("models", lambda f: (f / MANIFEST).write_text("")),
    "one value that has changed": ("compendia", lambda f: flip(f / "matrix.npy", 5000)),
}


@pytest.mark.parametrize("case", BREAKS)
def test_what_cannot_be_read_is_set_aside(
    cache: Cache, case: str, capsys: pytest.CaptureFixture[str]
) -> None:
    kind, harm = BREAKS[case]
    (folder,) = (cache.root / kind).iterdir()
    harm(folder)
    left = sorted(path.name for path in folder.iterdir())
    assert doctor(cache, "--dry-run") == 1
    assert folder.exists()
    assert "To do: move it to 'damaged'." in capsys.readouterr().out
    assert doctor(cache) == 1
    said = capsys.readouterr().out
    assert f"{folder}: " in said
    assert "Moved to " in said
    assert damaged(cache) == [f"{kind}-{folder.name}"]
    (aside,) = (cache.root / "damaged").iterdir()
    assert sorted(path.name for path in aside.iterdir()) == left
    assert doctor(cache) == 0


def test_what_a_later_gpar_wrote_is_left_to_a_person(
    cache: Cache, capsys: pytest.CaptureFixture[str]
) -> None:
    rewrite(cache.model(MODEL) / MANIFEST, format_version=999)
    JobStore(cache).forget(MODEL)
    assert doctor(cache) == 2
    assert "a later version of GPAR wrote it (format 999" in capsys.readouterr().out
    assert cache.model_ids() == [MODEL]


def test_leftovers_are_cleared_and_said(cache: Cache, capsys: pytest.CaptureFixture[str]) -> None:
    (cache.models / f".building-a-{UUID}").mkdir()
    cache.model(MODEL).rename(cache.models / f".replaced-{MODEL}-{UUID}")
    assert doctor(cache) == 1
    said = capsys.readouterr().out
    assert "a process that is gone. Deleted." in said
    assert f"Put back as '{MODEL}'." in said
    assert cache.model_ids() == [MODEL]
    assert doctor(cache) == 0


def _done_import(cache: Cache, gctx: str) -> str:
    """A done import of the compendium 'mine' from this matrix."""
    store = JobStore(cache)
    job = store.submit(import_request("mine", gctx))
    store.claim(9, 9)
    store.finish(job.id, job.attempt, State.DONE)
    with publishing(cache.compendium("mine")) as folder:
        build(folder, drugs_of("HDAC inhibitor", 3), name="mine")
        (folder / MADE_BY).write_text(job.id)
    return job.id


def test_a_compendium_that_was_replaced_on_purpose_is_not_damaged(
    cache: Cache, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = _done_import(cache, "old.gctx"), _done_import(cache, "new.gctx")
    assert doctor(cache) == 0
    assert of_cache(capsys) == f"{MINE}{TINY}The cache is healthy.\n"
    assert {JobStore(cache).get(job).state for job in (first, second)} == {State.DONE}


@pytest.mark.parametrize("removed", ["by the page", "by hand"])
def test_what_was_deleted_on_purpose_is_not_damaged(
    cache: Cache, removed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    job = _done_import(cache, "m.gctx")
    for folder in (cache.model(MODEL), cache.compendium("mine"), cache.compendium("tiny")):
        if removed == "by hand":
            shutil.rmtree(folder)
        else:
            deletion.delete(cache, folder, time.time())
    assert doctor(cache) == 0
    assert of_cache(capsys) == "The cache is healthy.\n"
    assert {JobStore(cache).get(each).state for each in (MODEL, job)} == {State.DONE}


def test_a_compendium_of_the_job_itself_that_is_damaged_is_said(cache: Cache) -> None:
    job = _done_import(cache, "m.gctx")
    (cache.compendium("mine") / "compounds.parquet").unlink()
    assert doctor(cache) == 1
    assert JobStore(cache).get(job).state == State.FAILED


def test_a_done_job_whose_result_is_damaged_can_be_tried_again(cache: Cache) -> None:
    (cache.model(MODEL) / "map.parquet").unlink()
    assert doctor(cache) == 1
    job = JobStore(cache).get(MODEL)
    assert (job.state, job.error) == (State.FAILED, LOST)
    assert doctor(cache) == 0


@pytest.fixture
def lost(cache: Cache) -> str:
    """A job that is said to run, and no process."""
    store = JobStore(cache)
    job = store.submit(import_request("other"))
    store.claim(9, 9)
    store.register(job.id, 1, 2**22 + 1, 0.0)
    return job.id


def test_a_job_without_a_process_is_queued_again(
    cache: Cache, lost: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert doctor(cache) == 1
    assert "is listed as running, but its process is gone. Queued again." in capsys.readouterr().out
    assert JobStore(cache).get(lost).state == State.QUEUED
    assert doctor(cache) == 0


def test_a_job_that_was_to_be_cancelled_is_cancelled(cache: Cache, lost: str) -> None:
    JobStore(cache).request_cancel(lost)
    assert doctor(cache) == 1
    assert JobStore(cache).get(lost).state == State.CANCELLED


def test_jobs_are_left_to_a_supervisor_that_is_there(cache: Cache, lost: str) -> None:
    with FileLock(supervisor_lock(cache).lock_file, is_singleton=False):
        assert doctor(cache) == 0
    assert JobStore(cache).get(lost).state == State.RUNNING


def test_a_damaged_list_of_jobs_is_begun_anew(cache: Cache) -> None:
    path = cache.jobs / "jobs.sqlite3"
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    path.write_bytes(path.read_bytes()[:4096] + b"\xff" * 8192)
    assert doctor(cache) == 1
    (aside,) = (cache.root / "damaged").glob("jobs.sqlite3.????????")
    assert aside.read_bytes().endswith(b"\xff" * 8192)
    assert JobStore(cache).recent() == []
    assert doctor(cache) == 0


def test_a_damaged_list_of_owners_is_left_to_a_person(
    cache: Cache, capsys: pytest.CaptureFixture[str]
) -> None:
    cache.access.path.write_bytes(b"no database at all" * 100)
    assert doctor(cache) == 2
    assert "the list of owners is damaged" in capsys.readouterr().out
    assert cache.access.path.exists()


def test_a_version_that_cannot_be_read_is_set_aside(cache: Cache) -> None:
    (cache.root / "format.json").write_text("{")
    assert doctor(cache) == 1
    assert main(["--cache", str(cache.root), "models"]) == 0


def test_what_is_unused_is_kept_unless_it_is_to_go(
    cache: Cache, capsys: pytest.CaptureFixture[str]
) -> None:
    request = import_request("lab", str(cache.uploads / ("b" * 20) / "m.gctx"))
    JobStore(cache).submit(request)
    unused = [cache.uploads / ("a" * 20), cache.parts_of("c" * 20), cache.importing("x", "d" * 20)]
    unused += [cache.job("e" * 20)]
    needed = [cache.uploads / ("b" * 20), cache.parts_of(job_id(request))]
    new = cache.uploads / ("e" * 20)
    for folder in [*unused, *needed, new]:
        folder.mkdir(parents=True)
    os.utime(unused[0], (1, 1))
    os.utime(needed[0], (1, 1))
    assert doctor(cache) == 0
    assert capsys.readouterr().out.count("Kept. Use --remove-unused to delete it.") == 4
    assert doctor(cache, "--remove-unused") == 1
    assert not any(folder.exists() for folder in unused)
    assert all(folder.exists() for folder in [*needed, new])


def test_what_was_set_aside_goes_with_the_unused(cache: Cache) -> None:
    (cache.curation("0123") / MANIFEST).unlink()
    assert doctor(cache) == 1
    assert len(damaged(cache)) == 1
    assert doctor(cache, "--remove-unused") == 1
    assert damaged(cache) == []


def test_a_repair_that_fails_is_left_to_a_person(
    cache: Cache, capsys: pytest.CaptureFixture[str]
) -> None:
    (cache.curation("0123") / MANIFEST).unlink()
    (cache.root / "damaged").touch()
    assert doctor(cache) == 2
    assert "This could not be repaired (" in capsys.readouterr().out


def test_examining_changes_nothing(cache: Cache) -> None:
    (cache.curation("0123") / MANIFEST).unlink()
    (finding,) = examine(cache, now=0.0)
    assert (finding.path, finding.remedy) == (cache.curation("0123"), Remedy.SET_ASIDE)
    assert examine(cache, now=0.0) == [replace(finding)]


def test_the_facts_fit_the_terminal(
    cache: Cache, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    doctor(cache)
    facts = capsys.readouterr().out.partition("\n\n")[0].splitlines()
    assert len(facts) > 8
    assert [line for line in facts if len(line) > 80 and str(cache.root) not in line] == []
