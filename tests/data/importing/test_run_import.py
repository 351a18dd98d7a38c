"""An import is published whole, resumes where it stopped, and leaves nothing behind."""

import os
import time
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import pytest
from filelock import FileLock

from gpar_core.analyses.run_job import run_job
from gpar_core.data import compendium, matrix_files
from gpar_core.data.importing import run as module
from gpar_core.data.importing.import_files import ImportFiles
from gpar_core.data.importing.plan import plan_import
from gpar_core.data.importing.request import ImportRequest
from gpar_core.data.importing.run import files_of, run_import
from gpar_core.errors import AnnotationError, Cancelled, FileFormatError, JobError, RequestError
from gpar_core.progress import Progress, silent
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import job_id
from tests.geo_files import release, with_file, write_release, write_table
from tests.pools import Means
from tests.stopping import stop_after
from tests.waiting import until


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


@pytest.fixture
def files(tmp_path: Path) -> ImportFiles:
    made = release().with_table("moa", pert_iname=["drug 1"], moa=["A"])
    return write_release(made, tmp_path / "files")


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matrix_files, "BLOCK_VALUES", 2 * 978)
    monkeypatch.setattr(module, "try_reading", lambda matrix, limits: None)  # see test_trial


def _stopped(cache: Cache, files: ImportFiles, name: str = "mine", **more: bool) -> ImportRequest:
    request = plan_import(cache, files, name=name, **more)
    with pytest.raises(Cancelled):
        run_import(request, cache, stop_after(5))
    return request


def _litter(cache: Cache) -> list[str]:
    below = cache.compendia / ".importing"
    return sorted(str(path.relative_to(below)) for path in below.glob("*/*"))


def test_a_request_names_the_files_it_was_made_of(cache: Cache, files: ImportFiles) -> None:
    (series,) = files.series
    both = replace(files, series=(replace(series, name="a"), replace(series, name="b")))
    assert files_of(plan_import(cache, both, name="mine")) == both


def test_an_import_is_published_and_nothing_else_is_there(cache: Cache, files: ImportFiles) -> None:
    request = plan_import(cache, files, name="mine")
    run_import(request, cache, silent)
    assert compendium.load(cache.existing_compendium("mine")).n_signatures == 12
    assert cache.compendium_made_by("mine") == job_id(request)
    assert {path.name for path in cache.compendium("mine").iterdir()} == {
        "manifest.json", "matrix.npy", "signatures.parquet", "compounds.parquet", "made_by.txt",
        "series",
    }  # fmt: skip
    assert _litter(cache) == []
    run_job(request, cache, stop_after(1), Means())  # it is there: nothing done, nothing refused


def test_a_stopped_import_is_not_seen_and_goes_on(cache: Cache, files: ImportFiles) -> None:
    request = _stopped(cache, files)
    assert cache.compendium_names() == []
    assert not cache.compendium("mine").exists()
    heard: list[Progress] = []
    run_import(request, cache, heard.append)
    values = [each for each in heard if each.message.startswith("Reading values")]
    assert len(values) == 3  # of the six blocks
    other = plan_import(cache, files, name="other")
    run_import(other, cache, silent)
    fingerprints = {
        compendium.load(cache.compendium(each)).fingerprint for each in ("mine", "other")
    }
    assert len(fingerprints) == 1
    assert _litter(cache) == []


def _import_until_killed(request: ImportRequest, cache: Cache) -> None:
    """Tell by a file that some blocks are copied, and wait."""
    matrix_files.BLOCK_VALUES = 2 * 978

    copied: list[Progress] = []

    def report(progress: Progress) -> None:
        if progress.message.startswith("Reading values"):
            copied.append(progress)
        if len(copied) == 3:
            (cache.root / "ready").touch()
            time.sleep(600)

    run_import(request, cache, report)


def test_a_killed_import_goes_on(cache: Cache, files: ImportFiles) -> None:
    request = plan_import(cache, files, name="mine")
    process = get_context("spawn").Process(target=_import_until_killed, args=(request, cache))
    process.start()
    until((cache.root / "ready").exists, unless=lambda: process.exitcode)
    process.kill()
    process.join()
    heard: list[Progress] = []
    run_import(request, cache, heard.append)
    values = [each for each in heard if each.message.startswith("Reading values")]
    assert len(values) == 3  # of the six blocks
    run_import(plan_import(cache, files, name="other"), cache, silent)
    one, other = (compendium.load(cache.compendium(name)) for name in ("mine", "other"))
    assert one.fingerprint == other.fingerprint


def test_a_stopped_import_leaves_the_old_compendium_as_it_was(
    cache: Cache, files: ImportFiles, tmp_path: Path
) -> None:
    run_import(plan_import(cache, files, name="mine"), cache, silent)
    before = compendium.load(cache.compendium("mine")).fingerprint
    request = _stopped(cache, write_release(release(seed=9), tmp_path / "new"), replace=True)
    assert compendium.load(cache.compendium("mine")).fingerprint == before
    run_import(request, cache, silent)
    assert compendium.load(cache.compendium("mine")).fingerprint != before


def test_other_files_for_the_same_name_discard_what_was_begun(
    cache: Cache, files: ImportFiles, tmp_path: Path
) -> None:
    begun = _stopped(cache, files)
    other = _stopped(cache, files, name="other")
    request = plan_import(cache, write_release(release(seed=9), tmp_path / "new"), name="mine")
    run_import(request, cache, silent)
    assert not cache.importing("mine", job_id(begun)).exists()
    assert cache.importing("other", job_id(other)).is_dir()


def test_files_that_are_refused_before_anything_was_read_leave_nothing(
    cache: Cache, files: ImportFiles, tmp_path: Path
) -> None:
    foreign = release().sig_info.assign(sig_id=[f"other {i}" for i in range(12)])
    mixed = with_file(files, "sig_info", write_table(tmp_path / "other.txt", foreign))
    with pytest.raises(AnnotationError, match="No sig_id"):
        run_import(plan_import(cache, mixed, name="mine"), cache, silent)
    assert _litter(cache) == []


def test_what_nobody_came_back_for_is_removed_after_a_week(
    cache: Cache, files: ImportFiles
) -> None:
    old, recent = _stopped(cache, files, name="old"), _stopped(cache, files, name="recent")
    folder = cache.importing("old", job_id(old))
    long_ago = folder.stat().st_mtime - module.KEPT_SECONDS
    os.utime(folder, (long_ago, long_ago))
    run_import(plan_import(cache, files, name="mine"), cache, silent)
    assert not folder.exists()
    assert cache.importing("recent", job_id(recent)).is_dir()


def test_what_another_process_works_on_is_left_alone(
    cache: Cache, files: ImportFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = _stopped(cache, files)
    folder = cache.importing("mine", job_id(begun))
    monkeypatch.setattr(module, "LOCK_SECONDS", 0)
    with FileLock(folder.with_name(folder.name + ".lock")):
        with pytest.raises(JobError, match="already running in another process"):
            run_import(begun, cache, silent)
        request = plan_import(cache, write_release(release(seed=9), tmp_path / "new"), name="mine")
        run_import(request, cache, silent)
        assert (folder / compendium.MATRIX).is_file()


@pytest.mark.parametrize("change", ["content", "gone"])
def test_files_that_changed_since_are_refused(
    cache: Cache, files: ImportFiles, change: str
) -> None:
    request = _stopped(cache, files)
    sig_info = files.series[0].sig_info
    sig_info.write_text(sig_info.read_text().replace("um", "nm"))
    words = "have changed since the import was requested"
    if change == "gone":
        sig_info.unlink()
        words = r"cannot be read \(.*No such file"
    with pytest.raises(FileFormatError, match=words):
        run_import(request, cache, silent)


def test_a_name_that_was_taken_meanwhile_is_refused(
    cache: Cache, files: ImportFiles, tmp_path: Path
) -> None:
    request = plan_import(cache, files, name="mine")
    other = write_release(release(seed=9), tmp_path / "new")
    run_import(plan_import(cache, other, name="mine"), cache, silent)
    with pytest.raises(RequestError, match="already a compendium 'mine'"):
        run_import(request, cache, silent)


def test_a_damaged_compendium_is_imported_again_by_the_same_request(
    cache: Cache, files: ImportFiles
) -> None:
    request = plan_import(cache, files, name="mine")
    run_job(request, cache, silent, Means())
    (cache.compendium("mine") / "signatures.parquet").write_bytes(b"PAR1")
    run_job(request, cache, silent, Means())
    assert compendium.load(cache.existing_compendium("mine")).n_signatures == 12
