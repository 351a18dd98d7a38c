"""The child that makes one report: `python -m gpar_core.report`, with its order as JSON on stdin.

The report is written to stdout, errors to stderr.
"""

import json
import sys
from pathlib import Path

from gpar_core.errors import GparError
from gpar_core.report.make import as_file, report_of
from gpar_core.storage.access import Visitor
from gpar_core.storage.cache import Cache


def main() -> int:
    """Make the report; returns 0, or 2 after printing an error."""
    order = json.load(sys.stdin)
    cache = Cache(Path(order["root"]), Visitor(**order["visitor"]))
    try:
        sys.stdout.buffer.write(as_file(report_of(cache, order["result"]), order["ending"]))
    except GparError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
