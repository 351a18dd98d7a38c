"""How many processors a computation may use."""

import psutil

MAX = 8
"""More hardly help, and each takes memory."""


def usable() -> int:
    """Processors that this process may use, at most `MAX`; macOS does not report it per process."""
    process = psutil.Process()
    if hasattr(process, "cpu_affinity"):
        return min(len(process.cpu_affinity()), MAX)
    return min(psutil.cpu_count() or 1, MAX)
