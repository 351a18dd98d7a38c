"""The child that reads one upload: `python -m gpar_core.reading FOLDER MEGABYTES SECONDS`.

FOLDER has the upload and an order that says what it is; the content, or the error, is written
there. The child loads no TensorFlow and starts no process.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from gpar_core.errors import DataError
from gpar_core.reading.exchange import ORDER, REASON, REFUSED, RESULT, SOURCE
from gpar_core.reading.uploads import UPLOADS
from gpar_core.server.limited_child import TOO_MUCH_MEMORY, limit_itself


def main(arguments: Sequence[str]) -> int:
    """Read the upload; returns the code that `limited` knows."""
    folder, megabytes, seconds = Path(arguments[0]), int(arguments[1]), int(arguments[2])
    order = json.loads((folder / ORDER).read_text("utf-8"))
    kind = UPLOADS[order["kind"]]
    limit_itself(megabytes, seconds)
    try:
        kind.save(kind.read(folder / SOURCE, order["name"]), folder / RESULT)
    except DataError as error:
        reason = {"error": type(error).__name__, "message": str(error)}
        (folder / REASON).write_text(json.dumps(reason), encoding="utf-8")
        return REFUSED
    except MemoryError:
        return TOO_MUCH_MEMORY
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
