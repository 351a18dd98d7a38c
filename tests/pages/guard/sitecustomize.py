"""On the path of a server under test: notes every address outside this computer it turns to."""

import os
import sys
from pathlib import Path

LOCAL = {"localhost", "127.0.0.1", "::1", "0.0.0.0", "::", ""}  # noqa: S104


def _note(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.connect":
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else ""
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    name = host.decode() if isinstance(host, bytes) else str(host or "")
    if name not in LOCAL:
        with Path(os.environ["GPAR_CONNECTIONS"]).open("a") as file:
            file.write(f"{event} {name}\n")


sys.addaudithook(_note)
