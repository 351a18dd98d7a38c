"""Start and watch the child that reads an upload, and take its result."""

import json
import logging
import threading
from pathlib import Path
from typing import Final, TypeVar

from gpar_core.data.profile_tables import cleaned
from gpar_core.errors import (
    AnnotationError,
    DataError,
    FileFormatError,
    LandmarkError,
    ReadingError,
)
from gpar_core.reading.exchange import ORDER, REASON, REFUSED, RESULT, SOURCE
from gpar_core.reading.uploads import Upload
from gpar_core.server.limited_child import TOO_MUCH_MEMORY, TOO_MUCH_TIME, run_limited
from gpar_core.server.limits import ServerLimits
from gpar_core.storage.scratch import scratch_folder

T = TypeVar("T")
Content = bytes | memoryview | Path

AT_ONCE: Final = 2
"""Readings at once on a server; others wait, so that their total is limited too."""

_ERRORS: Final[dict[str, type[DataError]]] = {
    each.__name__: each for each in (DataError, FileFormatError, LandmarkError, AnnotationError)
}
_turn = threading.BoundedSemaphore(AT_ONCE)

log = logging.getLogger(__name__)


def read_upload(kind: Upload[T], content: Content, name: str, limits: ServerLimits) -> T:
    """Read an uploaded file in a child process.

    kind: one of `uploads.UPLOADS`. content: the whole file, or its path in the system's folder for
    temporary files, from where it is taken. name: the user's name of the file, for messages.
    limits: `reading_mb` and `reading_seconds` apply.

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


def _read(folder: Path, kind: Upload[T], content: Content, name: str, limits: ServerLimits) -> T:
    (folder / RESULT).mkdir()
    if isinstance(content, Path):
        content.replace(folder / SOURCE)
    else:
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
    code = run_limited(
        "gpar_core.reading", [str(folder)], said,
        megabytes=limits.reading_mb, seconds=limits.reading_seconds,
    )  # fmt: skip
    if code in {0, REFUSED}:
        return code
    if code == TOO_MUCH_MEMORY:
        raise _too_much_memory(name, limits)
    if code == TOO_MUCH_TIME:
        raise _too_much_time(name, limits)
    log.error("Reading an upload ended with code %d: %s", code, said.read_text("utf-8", "replace"))
    raise ReadingError(
        f"'{name}' could not be read: the reader crashed (code {code}). Either the file is "
        "damaged, or this is a bug in GPAR; the server's log has the details. Save the table as "
        "CSV (UTF-8) and upload that."
    )


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
