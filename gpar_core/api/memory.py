"""Memory of the processes of a server."""

import os
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from typing import Final

import psutil

ROLES: Final = {
    "gpar_core.jobs.worker": "workers",
    "gpar_core.jobs.supervisor": "supervisor",
    "streamlit": "dashboard",
}
"""By a word of the command line. Other processes have the role of their parent."""


def by_role(workers: Iterable[int]) -> dict[str, int]:
    """Resident bytes of this process, of those that it started, and of these workers, by role."""
    held: Counter[str] = Counter(dict.fromkeys(("api", *ROLES.values()), 0))
    seen: set[int] = set()

    def visit(process: psutil.Process, role: str) -> None:
        if process.pid in seen:
            return
        seen.add(process.pid)
        with suppress(psutil.Error):
            words = process.cmdline()
            role = next((ROLES[word] for word in words if word in ROLES), role)
            held[role] += process.memory_info().rss
            for child in process.children():
                visit(child, role)

    visit(psutil.Process(os.getpid()), "api")
    for pid in workers:
        with suppress(psutil.Error):
            visit(psutil.Process(pid), "workers")
    return dict(held)
