"""Memory of the server's process, which lasts for weeks."""

import ctypes
import os
import time
from contextlib import suppress
from threading import Thread

import psutil

from gpar_core.processes import give_back_memory

M_ARENA_MAX = -8
"""Of glibc's mallopt."""

ARENAS = 2
GROWN = 32 * 2**20
"""Bytes."""

PAUSE = 5.0
"""Seconds."""


def keep_together() -> None:
    """Return the memory of ended sessions: without this, 100 of them leave 3 MB behind.

    Every rerun is a separate thread, and glibc gives threads up to eight arenas per processor, each
    with its own free memory. Arrow's allocator does the same; it is chosen at its first use.
    """
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    with suppress(OSError, AttributeError):  # only glibc has it
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, ARENAS)


def give_back_for_good() -> None:
    """Give back what pages have freed, in the background, each time that the process has grown.

    A page of a large compendium takes a hundred megabytes for a moment, which the C library keeps.
    """
    Thread(target=_give_back, daemon=True).start()


def _give_back() -> None:
    kept = 0
    while True:
        time.sleep(PAUSE)
        if (held := _held()) > kept + GROWN:
            give_back_memory()
            kept = _held()
        else:
            kept = min(kept, held)


def _held() -> int:
    return int(psutil.Process().memory_info().rss)
