"""Python loads this by itself in the servers of browser tests and in all that they start.

Whatever would leave this computer is refused, and noted in the file that GPAR_TEST_OUTSIDE names.
"""

import os
import sys
from typing import Any

LOCAL = {"", "localhost", "127.0.0.1", "::1", "0.0.0.0", "::", "None"}  # noqa: S104
ADDRESSED = {"socket.connect", "socket.sendto", "socket.sendmsg"}
LOOKED_UP = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}


def refuse_outside(event: str, arguments: tuple[Any, ...]) -> None:
    """An audit hook."""
    if event in ADDRESSED:
        # A socket file of this computer has a path for an address; a connected socket has none.
        host = arguments[1][0] if isinstance(arguments[1], tuple) else None
    elif event in LOOKED_UP:
        host = arguments[0]
    else:
        return
    host = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    if host not in LOCAL:
        with open(os.environ["GPAR_TEST_OUTSIDE"], "a", encoding="utf-8") as notes:  # noqa: PTH123
            notes.write(f"{event} {host}\n")
        raise PermissionError(f"A test allows no way out, and this was one: {event} {host}")


if "GPAR_TEST_OUTSIDE" in os.environ:
    sys.addaudithook(refuse_outside)
