"""The child that reads one upload: `python -m gpar_core.reading FOLDER MEGABYTES SECONDS`.

FOLDER has the upload and an order that says what it is; the content, or the error, is written
there. The child loads no TensorFlow and starts no process. Its parent watches it too: these limits
are the system's own, and still apply if the parent is gone.
"""

import json
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from gpar_core.errors import DataError
from gpar_core.reading.exchange import ORDER, OUT_OF_MEMORY, REASON, REFUSED, RESULT, SOURCE
from gpar_core.reading.uploads import UPLOADS

try:
    import resource
except ImportError:  # Windows has none
    resource = None  # type: ignore[assignment]


def main(arguments: Sequence[str]) -> int:
    """Read the upload; returns the code that `limited` knows."""
    folder, megabytes, seconds = Path(arguments[0]), int(arguments[1]), int(arguments[2])
    order = json.loads((folder / ORDER).read_text("utf-8"))
    kind = UPLOADS[order["kind"]]
    _limit(megabytes * 2**20, seconds)
    try:
        kind.save(kind.read(folder / SOURCE, order["name"]), folder / RESULT)
    except DataError as error:
        reason = {"error": type(error).__name__, "message": str(error)}
        (folder / REASON).write_text(json.dumps(reason), encoding="utf-8")
        return REFUSED
    except MemoryError:
        return OUT_OF_MEMORY
    return 0


def _limit(n_bytes: int, seconds: int) -> None:
    """Limit address space and processor time, if the system supports it."""
    if resource is None:
        return
    # The parent reports a crash; a dump of its memory on disk is of no use.
    for what, most in (
        (resource.RLIMIT_AS, n_bytes),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
