"""How long the dashboard takes to run its pages, told to the API through files of the cache.

Dashboard and API are different processes. Each dashboard rewrites a small file of its own; the
reader deletes the files of dashboards that have ended.
"""

import json
import os
import re
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Final

import psutil

from gpar_core.server.histogram import Counts, Histogram, added

FOLDER: Final = "metrics"
NAME: Final = re.compile(r"pages-(\d+)\.json")

_times: Final = Histogram()
_writing: Final = Lock()


def note(root: Path, page: str, seconds: float) -> None:
    """Count a run of a page. root: of the cache. A disk that refuses the file is ignored."""
    _times.observe(f'page="{page}"', seconds)
    folder = root / FOLDER
    with _writing, suppress(OSError):
        folder.mkdir(exist_ok=True)
        building = folder / f"pages-{os.getpid()}.new"
        building.write_text(json.dumps(_times.counts), encoding="utf-8")
        building.replace(folder / f"pages-{os.getpid()}.json")


def noted(root: Path) -> Counts:
    """The runs of pages that all living dashboards of a cache have counted."""
    found = []
    for path in (root / FOLDER).glob("pages-*.json"):
        name = NAME.fullmatch(path.name)
        with suppress(OSError, ValueError):
            if name and psutil.pid_exists(int(name[1])):
                found.append(json.loads(path.read_text("utf-8")))
            else:
                path.unlink()
    return added(found)
