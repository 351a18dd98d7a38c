"""The progress of a job as lines of JSON: one writer appends, any number of readers, no locks.

A reader that finds the last line incomplete leaves it for the next reading.
"""

import json
import time
from dataclasses import dataclass
from pathlib import Path

from gpar_core.progress import Progress

FILE_NAME = "events.jsonl"


@dataclass(frozen=True)
class Event:
    """One progress event: its number in the log (from 1), time (seconds since 1970) and content."""

    number: int
    time: float
    progress: Progress


class EventLog:
    """The writer of the log, for the one worker of a job."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / FILE_NAME

    def append(self, progress: Progress) -> None:
        """Add one event. Raises OSError if it cannot be written to disk."""
        content = {
            "time": time.time(),
            "stage": progress.stage,
            "done": int(progress.done),
            "total": int(progress.total),
            "message": progress.message,
            "values": {name: float(value) for name, value in progress.values.items()},
        }
        # Opened again each time, so that readers on Windows never find the file held open.
        with self._path.open("ab") as file:
            file.write(json.dumps(content).encode() + b"\n")


def read_events(folder: Path, since: int = 0) -> list[Event]:
    """The events after number `since` (0 for all); none if the job has not begun.

    Lines that are not events, such as a full disk leaves, are skipped.
    """
    try:
        *complete, _unfinished = (folder / FILE_NAME).read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    numbered = enumerate(complete[since:], start=since + 1)
    return [event for number, line in numbered for event in _parsed(number, line)]


def clear_events(folder: Path) -> None:
    """Delete all events, before a job is tried again."""
    path = folder / FILE_NAME
    if path.exists():
        # Emptied, not deleted: Windows refuses to delete a file that a page is reading.
        path.write_bytes(b"")


def _parsed(number: int, line: bytes) -> list[Event]:
    try:
        content = json.loads(line)
        return [Event(number, content.pop("time"), Progress(**content))]
    except (ValueError, KeyError, TypeError, AttributeError):
        return []
