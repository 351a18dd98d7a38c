"""A port for a server that a benchmark or a test starts."""

import secrets
import socket
from contextlib import closing, suppress

FIRST, LAST = 10_240, 32_767
"""Below those that systems hand out by themselves, so that no connection takes one meanwhile."""


def free_port() -> int:
    """A port of this computer at which nothing listens; drawn, so that no other run has it."""
    while True:
        port = FIRST + secrets.randbelow(LAST - FIRST + 1)
        with suppress(OSError), closing(socket.socket()) as probe:
            probe.bind(("localhost", port))
            return port
