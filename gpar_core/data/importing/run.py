"""Import files into a compendium; a stopped import resumes where it stopped."""

import os
import shutil
import time
from functools import partial
from pathlib import Path

from filelock import FileLock, Timeout

from gpar_core.data import compendium as compendia
from gpar_core.data.importing import kept_series
from gpar_core.data.importing.build import import_compendium
from gpar_core.data.importing.import_files import ImportFiles, SeriesFiles, digest
from gpar_core.data.importing.kept_series import KeptSeries
from gpar_core.data.importing.request import ImportRequest
from gpar_core.data.importing.trial import try_reading
from gpar_core.errors import FileFormatError, GparError, JobError, RequestError, in_words
from gpar_core.progress import Report
from gpar_core.server.limits import read_limits
from gpar_core.storage.cache import MADE_BY, Cache, put_in_place
from gpar_core.storage.requests import job_id

KEPT_SECONDS = 7 * 24 * 3600
LOCK_SECONDS = 30
"""Seconds to wait for a process that is ending."""


def run_import(request: ImportRequest, cache: Cache, report: Report) -> None:
    """Build and publish the compendium. Raises GparError; `report` may raise to stop."""
    target = cache.compendium(request.name)
    own = cache.compendium_made_by(request.name) == job_id(request)  # and damaged since
    if target.exists() and not (request.replace or own):
        raise RequestError(
            f"There is already a compendium '{request.name}'. Choose another name, delete it, or "
            "replace it (--replace)."
        )
    files = files_of(request)
    _check_unchanged(request, files)
    limits = read_limits(os.environ)
    earlier = _earlier(request, cache)
    building = cache.importing(request.name, job_id(request))
    building.mkdir(parents=True, exist_ok=True)
    try:
        with _lock(building).acquire(timeout=LOCK_SECONDS):
            clear_abandoned(cache, building)
            import_compendium(
                files,
                building,
                name=request.name,
                fill_missing=request.fill_missing,
                quality=request.quality,
                pert_types=request.pert_types,
                compact=request.compact,
                earlier=earlier,
                report=report,
                check=partial(try_reading, limits=limits),
            )
            (building / MADE_BY).write_text(job_id(request), encoding="utf-8")
            put_in_place(building, target)
    except Timeout as error:
        raise JobError(
            f"{request.title} is already running in another process. Wait until it finishes."
        ) from error
    except GparError:
        if not any(path.is_file() for path in building.rglob("*")):  # nothing to resume
            shutil.rmtree(building, ignore_errors=True)
            _remove_lock(building)
        raise
    _remove_lock(building)


def files_of(request: ImportRequest) -> ImportFiles:
    """The files named in the request."""
    each = zip(
        request.series, request.gctx, request.sig_info, request.gene_info, request.sig_metrics,
        request.pert_info, strict=True,
    )  # fmt: skip
    return ImportFiles(
        tuple(
            SeriesFiles(
                matrix=Path(gctx),
                sig_info=_optional(sig_info),
                gene_info=_optional(gene_info),
                sig_metrics=_optional(sig_metrics),
                pert_info=_optional(pert_info),
                name=name,
            )
            for name, gctx, sig_info, gene_info, sig_metrics, pert_info in each
        ),
        tuple(Path(moa) for moa in request.moas),
    )


def clear_abandoned(cache: Cache, current: Path) -> None:
    """Remove half-built compendia that no process is working on, except `current`.

    Those of the same name are removed at once, since they were built from other files. Others are
    kept for a week.
    """
    for folder in cache.importing_folders():
        old = time.time() - folder.stat().st_mtime > KEPT_SECONDS
        if folder != current and (old or folder.parent == current.parent):
            try:
                with _lock(folder).acquire(timeout=0):
                    shutil.rmtree(folder, ignore_errors=True)
            except Timeout:
                continue
            _remove_lock(folder)


def _check_unchanged(request: ImportRequest, files: ImportFiles) -> None:
    try:
        found = digest(files.paths)
    except OSError as error:
        raise FileFormatError(
            f"A file to import cannot be read ({in_words(error)}). Check the file and start the "
            "import again."
        ) from error
    if found != request.files_digest:
        raise FileFormatError(
            f"The files for '{request.name}' have changed since the import was requested. Start "
            "it again."
        )


def _earlier(request: ImportRequest, cache: Cache) -> KeptSeries | None:
    if not request.add_to:
        return None
    folder = cache.existing_compendium(request.add_to)
    if compendia.read_manifest(folder)["fingerprint"] != request.fingerprint:
        raise RequestError(
            f"The compendium '{request.add_to}' has changed since the import was requested. Start "
            "it again."
        )
    return kept_series.load(folder)


def _lock(folder: Path) -> FileLock:
    return FileLock(folder.with_name(folder.name + ".lock"))


def _remove_lock(folder: Path) -> None:
    folder.with_name(folder.name + ".lock").unlink(missing_ok=True)


def _optional(path: str) -> Path | None:
    return Path(path) if path else None
