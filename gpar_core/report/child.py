"""Make a report in a separate process: drawing would block all pages of a server for seconds."""

import json
import logging
import os
import subprocess
import sys
import threading
from dataclasses import asdict
from typing import Final

from gpar_core.errors import DataError
from gpar_core.processes import ENVIRONMENT, SOURCE_ROOT, no_window
from gpar_core.storage.cache import Cache

SECONDS: Final = 300
AT_ONCE: Final = 2
"""Reports at once on a server; others wait. Each takes half a gigabyte."""

_turn = threading.BoundedSemaphore(AT_ONCE)

log = logging.getLogger(__name__)


def made_in_child(cache: Cache, result_id: str, ending: str) -> bytes:
    """The report of a result that the cache's visitor may see, in the form of `make.as_file`.

    Raises DataError if it cannot be made.
    """
    order = {
        "root": str(cache.root.resolve()),
        "visitor": asdict(cache.visitor),
        "result": result_id,
        "ending": ending,
    }
    try:
        with _turn:
            made = subprocess.run(
                [sys.executable, "-m", "gpar_core.report"],
                input=json.dumps(order).encode(),
                capture_output=True,
                timeout=SECONDS,
                check=False,
                cwd=SOURCE_ROOT,
                env={**os.environ, **ENVIRONMENT},
                creationflags=no_window(),
            )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise DataError(f"The report could not be created ({error}). Try again later.") from error
    said = made.stderr.decode("utf-8", errors="replace").strip()
    if made.returncode == 2:
        raise DataError(said.splitlines()[-1])
    if made.returncode:
        log.error("a report broke down: %s", said)
        raise DataError(
            "The report could not be created; the server's log says why. Try again later."
        )
    return made.stdout
