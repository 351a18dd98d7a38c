"""Start and watch the child that reads an upload, and take its result."""

import json
import logging
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Final, TypeVar

import psutil

from gpar_core.data.profile_tables import cleaned
from gpar_core.errors import (
    AnnotationError,
    DataError,
    FileFormatError,
    LandmarkError,
    ReadingError,
)
from gpar_core.jobs.workers import ENVIRONMENT, SOURCE_ROOT, no_window
from gpar_core.reading.exchange import ORDER, OUT_OF_MEMORY, REASON, REFUSED, RESULT, SOURCE
from gpar_core.reading.uploads import Upload
from gpar_core.server.limits import ServerLimits
from gpar_core.storage.scratch import scratch_folder

T = TypeVar("T")

WATCH_SECONDS: Final = 0.05
SIGXCPU: Final = -24
"""Exit code of a child that the system ended for exceeding its processor time."""

AT_ONCE: Final = 2
"""Readings at once on a server; others wait, so that their total is limited too."""

_ERRORS: Final[dict[str, type[DataError]]] = {
    each.__name__: each for each in (DataError, FileFormatError, LandmarkError, AnnotationError)
}
_turn = threading.BoundedSemaphore(AT_ONCE)

log = logging.getLogger(__name__)


def read_upload(kind: Upload[T], content: bytes | memoryview, name: str, limits: ServerLimits) -> T:
    """Read an uploaded file in a child process.

    kind: one of `uploads.UPLOADS`. content: the whole file. name: the user's name of the file, for
    messages. limits: `reading_mb` and `reading_seconds` apply.

    Raises what `kind.read` raises, and ReadingError if the child exceeds the limits, crashes or
    cannot be started.
    """
    name = cleaned(name)
    try:
        with _turn, scratch_folder() as scratch:
            return _read(scratch, kind, content, name, limits)
    except OSError as error:
        raise ReadingError(
            f"'{name}' could not be read: this server is short of disk space or processes "
            f"({error.strerror}). Try again later, or tell your administrator."
        ) from error


def _read(
    folder: Path, kind: Upload[T], content: bytes | memoryview, name: str, limits: ServerLimits
) -> T:
    (folder / RESULT).mkdir()
    (folder / SOURCE).write_bytes(content)
    order = {"kind": kind.name, "name": name}
    (folder / ORDER).write_text(json.dumps(order), encoding="utf-8")
    if _run(folder, name, limits) == REFUSED:
        reason = json.loads((folder / REASON).read_text("utf-8"))
        raise _ERRORS[reason["error"]](reason["message"])
    return kind.load(folder / RESULT)


def _run(folder: Path, name: str, limits: ServerLimits) -> int:
    """Exit code of the child: 0 or REFUSED. Raises ReadingError."""
    said = folder / "said.txt"
    with said.open("wb") as output:
        child = subprocess.Popen(
            [sys.executable, "-m", "gpar_core.reading", str(folder), str(limits.reading_mb),
             str(limits.reading_seconds)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=SOURCE_ROOT,
            env={**os.environ, **ENVIRONMENT},
            creationflags=no_window(),
        )  # fmt: skip
        try:
            code = _watched(child, name, limits)
        finally:
            child.kill()
            child.wait()
    if code in {0, REFUSED}:
        return code
    if code == OUT_OF_MEMORY:
        raise _too_much_memory(name, limits)
    if code == SIGXCPU:
        raise _too_much_time(name, limits)
    log.error("Reading an upload ended with code %d: %s", code, said.read_text("utf-8", "replace"))
    raise ReadingError(
        f"'{name}' could not be read: the reader crashed (code {code}). Either the file is "
        "damaged, or this is a bug in GPAR; the server's log has the details. Save the table as "
        "CSV (UTF-8) and upload that."
    )


def _watched(child: "subprocess.Popen[bytes]", name: str, limits: ServerLimits) -> int:
    """Wait for the child to end. Raises ReadingError as soon as it exceeds its limits."""
    deadline = time.monotonic() + limits.reading_seconds
    while True:
        try:
            return child.wait(WATCH_SECONDS)
        except subprocess.TimeoutExpired:
            if time.monotonic() > deadline:
                raise _too_much_time(name, limits) from None
            if _resident(child.pid) > limits.reading_mb * 2**20:
                raise _too_much_memory(name, limits) from None


def _resident(pid: int) -> int:
    """Bytes of memory that a process holds, 0 if it has ended."""
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


def _too_much_memory(name: str, limits: ServerLimits) -> ReadingError:
    return ReadingError(
        f"'{name}' needs more than {limits.reading_mb:,} MB of memory to read, the limit for one "
        f"upload here. {_ADVICE.format('GPAR_READING_MB')}"
    )


def _too_much_time(name: str, limits: ServerLimits) -> ReadingError:
    return ReadingError(
        f"'{name}' takes more than {limits.reading_seconds} seconds to read, the limit for one "
        f"upload here. {_ADVICE.format('GPAR_READING_SECONDS')}"
    )


_ADVICE: Final = (
    "Keep only the rows and columns you need, upload it in parts, or ask your administrator to "
    "raise the limit ({})."
)
