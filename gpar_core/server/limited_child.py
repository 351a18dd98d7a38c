"""Run a module of GPAR in a child process, within limits of memory and time.

For reading files that may be hostile or damaged: libraries in C can take all memory, crash, or
never return, and only another process can end them.
"""

import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

import psutil

from gpar_core.processes import ENVIRONMENT, SOURCE_ROOT, no_window

try:
    import resource
except ImportError:  # Windows has none
    resource = None  # type: ignore[assignment]

WATCH_SECONDS: Final = 0.05

TOO_MUCH_MEMORY: Final = 4
TOO_MUCH_TIME: Final = -24
"""SIGXCPU, by which the system ends a child that exceeds its processor time."""


def run_limited(
    module: str, arguments: list[str], output: Path, *, megabytes: int, seconds: int
) -> int:
    """The exit code of `python -m MODULE ARGUMENTS MEGABYTES SECONDS`.

    output: file for what it prints. megabytes: 0 is no limit. The child must call `limit_itself`
    and exit with `TOO_MUCH_MEMORY` after a MemoryError. Returns `TOO_MUCH_MEMORY` or
    `TOO_MUCH_TIME` for a child that had to be ended. Raises OSError if none can be started.
    """
    with output.open("wb") as file:
        child = subprocess.Popen(
            [sys.executable, "-m", module, *arguments, str(megabytes), str(seconds)],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            cwd=SOURCE_ROOT,
            env={**os.environ, **ENVIRONMENT},
            creationflags=no_window(),
        )
        try:
            return _watched(child, megabytes * 2**20, seconds)
        finally:
            child.kill()
            child.wait()


def _watched(child: "subprocess.Popen[bytes]", n_bytes: int, seconds: int) -> int:
    """Wait for the child to end, or to exceed its limits."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return child.wait(WATCH_SECONDS)
        except subprocess.TimeoutExpired:
            if time.monotonic() > deadline:
                return TOO_MUCH_TIME
            if n_bytes and _resident(child.pid) > n_bytes:
                return TOO_MUCH_MEMORY


def _resident(pid: int) -> int:
    """Bytes of memory that a process holds, 0 if it has ended."""
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


def limit_itself(megabytes: int, seconds: int) -> None:
    """Limit address space and processor time of this process, if the system supports it.

    These limits still apply if the parent is gone.
    """
    if resource is None:
        return
    wanted = {
        resource.RLIMIT_CPU: seconds,
        # The parent reports a crash; a dump of its memory on disk is of no use.
        resource.RLIMIT_CORE: 0,
    } | ({resource.RLIMIT_AS: megabytes * 2**20} if megabytes else {})
    for what, most in wanted.items():
        with suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))
