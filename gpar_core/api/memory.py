"""Memory of the processes of a server."""

from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Final

import psutil

ROLES: Final = {
    "gpar_core.jobs.worker": "workers",
    "gpar_core.jobs.supervisor": "supervisor",
    "streamlit": "dashboard",
}
"""By a word of the command line. Other processes have the role of their parent."""


def by_role(root: Path) -> dict[str, int]:
    """Resident bytes of this process and those that it started, and of those that run jobs.

    root: of the cache, which supervisor and workers name in their command lines.
    """
    held: Counter[str] = Counter(dict.fromkeys(("api", *ROLES.values()), 0))
    seen: set[int] = set()

    def visit(process: psutil.Process, role: str) -> None:
        if process.pid in seen:
            return
        seen.add(process.pid)
        with suppress(psutil.Error):  # it has ended
            role = _role(process.cmdline(), role)
            held[role] += process.memory_info().rss
            for child in process.children():
                visit(child, role)

    visit(psutil.Process(), "api")
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if str(root) in words and (role := _role(words, "")):
            visit(process, role)
    return dict(held)


def _role(words: list[str], otherwise: str) -> str:
    return next((ROLES[word] for word in words if word in ROLES), otherwise)
