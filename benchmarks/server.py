"""A server of the app for benchmarks: `streamlit run` in a separate process."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import psutil

from benchmarks.ports import free_port
from benchmarks.visitor import PATIENCE_SECONDS, visiting

APP = Path(__file__).resolve().parents[1] / "streamlit_app.py"
PAGES = sorted(page.stem for page in (APP.parent / "pages").glob("*.py"))


@dataclass(frozen=True)
class Server:
    """A server that may still be starting. started: by the clock of `time.perf_counter`."""

    port: int
    pid: int
    started: float

    def wait_until_healthy(self) -> None:
        address = f"http://localhost:{self.port}/_stcore/health"
        deadline = time.perf_counter() + PATIENCE_SECONDS
        while time.perf_counter() < deadline:
            with suppress(OSError), urlopen(address, timeout=5):
                return
            time.sleep(0.01)
        raise TimeoutError(f"The app did not answer within {PATIENCE_SECONDS:.0f} seconds.")

    def open(self, page: str, query: str = "", headers: Mapping[str, str] | None = None) -> int:
        """Open a page as a browser does, and wait until its script has run.

        query: parameters of the address, without '?'. headers: what a proxy would say. Returns the
        bytes that came. Raises RuntimeError where the page fails.
        """
        return asyncio.run(self._open(page, query, headers))

    async def _open(self, page: str, query: str, headers: Mapping[str, str] | None) -> int:
        async with visiting(self.port, headers=headers) as visitor:
            await visitor.open(page, query)
            if visitor.broken:
                raise RuntimeError(f"The page '{page}?{query}' fails: {visitor.broken}")
            return visitor.log[-1].n_bytes


@contextmanager
def serving(
    app: Path,
    cache: Path,
    import_log: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """`streamlit run` on a free port; ended with all it has started.

    environment: settings beside those of this process.
    """
    port = free_port()
    options = [] if import_log is None else ["-X", "importtime"]
    command = [sys.executable, *options, "-m", "streamlit", "run", str(app)]
    command += ["--server.headless=true", f"--server.port={port}"]
    with (import_log or Path(os.devnull)).open("w") as errors:
        started = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=app.parent,
            env={
                **os.environ,
                "GPAR_EXAMPLES": "0",
                **(environment or {}),
                "GPAR_CACHE": str(cache),
            },
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
    try:
        yield Server(port, process.pid, started)
    finally:
        process.kill()
        process.wait()
        end_jobs(cache)


def end_jobs(cache: Path) -> None:
    """End the supervisor of a cache and its workers, which outlive the server on purpose."""
    for module in ("gpar_core.jobs.supervisor", "gpar_core.jobs.worker"):
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if {module, str(cache)} <= set(process.cmdline()):
                    process.kill()
