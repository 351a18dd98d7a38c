"""How GPAR starts processes of its own, and how a long-lived one gives memory back."""

import ctypes
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

SOURCE_ROOT: Final = Path(__file__).parent.parent
"""Folder from which `python -m gpar_core...` runs."""

ENVIRONMENT: Final = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "MALLOC_ARENA_MAX": "2",
}
"""Must be set before numpy and TensorFlow are imported. More processes are faster than more
threads; with one active thread, more memory arenas only retain more memory."""


def no_window() -> int:
    """Flags that start a process without a window."""
    if sys.platform == "win32":
        return subprocess.CREATE_NO_WINDOW
    return 0


def give_back_memory() -> None:
    """Return to the system what has just been freed: the C library would keep it."""
    if (arrow := sys.modules.get("pyarrow")) is not None:
        arrow.default_memory_pool().release_unused()
    with suppress(OSError, AttributeError):  # only glibc has it
        ctypes.CDLL(None).malloc_trim(0)
