"""Memory of the server's process, which lasts for weeks."""

import ctypes
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock

import psutil

from gpar_core.processes import give_back_memory

M_ARENA_MAX = -8
"""Of glibc's mallopt."""

ARENAS = 2
GROWN = 32 * 2**20
"""Bytes."""

PAUSE = 5.0
"""Seconds at least from once to the next time: with a gigabyte in use it takes 50 ms."""

_lock = Lock()
_kept = 0
_last = -PAUSE


def keep_together() -> None:
    """Return the memory of ended sessions: without this, 100 of them leave 3 MB behind.

    Every rerun is a separate thread, and glibc gives threads up to eight arenas per processor, each
    with its own free memory. Arrow's allocator does the same; it is chosen at its first use.
    """
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    with suppress(OSError, AttributeError):  # only glibc has it
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, ARENAS)


@contextmanager
def given_back() -> Iterator[None]:
    """Give back what was freed, if the process has grown much since that was last done.

    A page of a large compendium takes a hundred megabytes for a moment, which the C library keeps.
    """
    global _kept, _last
    try:
        yield
    finally:
        now = time.monotonic()
        with _lock:
            if now >= _last + PAUSE and _held() > _kept + GROWN:
                give_back_memory()
                _kept, _last = _held(), now


def _held() -> int:
    return int(psutil.Process().memory_info().rss)
