"""How soon the first page is there, and what the web process imports for it."""

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import psutil
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

from benchmarks import memory
from benchmarks.figures import Figure
from gpar_core.cache import Cache, publishing
from gpar_core.data import demo
from gpar_core.progress import silent

APP = Path(__file__).resolve().parents[1] / "streamlit_app.py"
PAGES = sorted(page.stem for page in (APP.parent / "pages").glob("*.py"))

WORKER_ONLY = ("tensorflow", "keras", "umap")
"""What the web process must never import."""

WATCHED_IMPORTS = ("streamlit", "pandas", "altair", "scipy.stats", "sklearn.metrics", "gpar_core")
IMPORT_LINE = re.compile(r"import time: +(\d+) \| +(\d+) \| +([\w.]+)")
PATIENCE_SECONDS = 120.0
FAILURES = {"exception"}
"""Elements that a page shows only where it is broken."""

GOAL_SECONDS = 4.0


@dataclass(frozen=True)
class Start:
    """Seconds from the command to a healthy server and to the end of the home page's first run."""

    healthy: float
    first_page: float


@dataclass(frozen=True)
class Import:
    """Seconds of one import: its own, and with all that it is the first to import."""

    own: float
    whole: float


def run(rounds: int, *, app: Path = APP, cache: Path | None = None) -> list[Figure]:
    """Seconds of a start, what is imported, and memory.

    cache: where there is a compendium; None builds the demo in a temporary one. Raises TimeoutError
    where the app does not answer.
    """
    with tempfile.TemporaryDirectory(prefix="gpar-bench-") as folder:
        if cache is None:
            cache = Path(folder) / "cache"
            with publishing(Cache(cache).compendium(demo.NAME)) as compendium:
                demo.build(compendium, seed=0, report=silent)
        starts, watches = [], []
        for _ in range(rounds):
            with memory.watched() as watch, serving(app, cache) as server:
                starts.append(_start(server))
            watches.append(watch)
        log = Path(folder) / "imports.txt"
        with serving(app, cache, import_log=log) as server:
            _start(server)
            for page in PAGES:
                server.open(page)
        imports = imported(log.read_text("utf-8"))
    forbidden = sorted(name for name in imports if name.split(".")[0] in WORKER_ONLY)
    cumulative = ", ".join(
        f"{name} {imports[name].whole:.2f} s" for name in WATCHED_IMPORTS if name in imports
    )
    return [
        Figure(
            "start: healthy",
            tuple(start.healthy for start in starts),
            "s",
            "from `streamlit run` to an answer of /_stcore/health",
        ),
        Figure(
            "start: first page",
            tuple(start.first_page for start in starts),
            "s",
            "from `streamlit run` to the end of the home page's first run, a compendium in use",
            at_most=GOAL_SECONDS,
        ),
        Figure(
            "start: imports of TensorFlow, Keras and UMAP",
            (float(len(forbidden)),),
            "",
            f"by the web process after every page was opened: {', '.join(forbidden) or 'none'} "
            f"among {len(imports):,} modules",
            at_most=0,
        ),
        Figure(
            "start: imports",
            (sum(one.own for one in imports.values()),),
            "s",
            "of the same process by -X importtime, which slows them; each with what it is the "
            f"first to import: {cumulative}",
        ),
        *memory.figures("start", watches),
    ]


def imported(log: str) -> dict[str, Import]:
    """Every module by name, from what `-X importtime` writes."""
    return {
        name: Import(int(own) / 1e6, int(whole) / 1e6)
        for own, whole, name in IMPORT_LINE.findall(log)
    }


@dataclass(frozen=True)
class Server:
    """A server that may still be starting. started: by the clock of `time.perf_counter`."""

    port: int
    started: float

    def wait_until_healthy(self) -> None:
        deadline = time.perf_counter() + PATIENCE_SECONDS
        while time.perf_counter() < deadline:
            with suppress(OSError), urlopen(self._address("http", "health"), timeout=5):  # noqa: S310 - this computer
                return
            time.sleep(0.01)
        raise TimeoutError(f"The app did not answer within {PATIENCE_SECONDS:.0f} seconds.")

    def open(self, page: str, query: str = "") -> int:
        """Open a page as a browser does, and wait until its script has run.

        query: parameters of the address, without '?'. Returns the bytes that came. Raises
        RuntimeError where the page fails.
        """
        request = BackMsg()
        request.rerun_script.page_name = page
        request.rerun_script.query_string = query
        with connect(
            self._address("ws", "stream"), subprotocols=["streamlit"], max_size=None
        ) as ws:
            ws.send(request.SerializeToString())
            answer, n_bytes = ForwardMsg(), 0
            while answer.WhichOneof("type") != "script_finished":
                message = ws.recv(timeout=PATIENCE_SECONDS)
                answer.ParseFromString(message)
                n_bytes += len(message)
                if answer.delta.new_element.WhichOneof("type") in FAILURES:
                    raise RuntimeError(f"The page '{page}?{query}' fails.")
            return n_bytes

    def _address(self, scheme: str, path: str) -> str:
        return f"{scheme}://localhost:{self.port}/_stcore/{path}"


@contextmanager
def serving(app: Path, cache: Path, import_log: Path | None = None) -> Iterator[Server]:
    """`streamlit run` on a free port; ended with all it has started."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    options = [] if import_log is None else ["-X", "importtime"]
    command = [sys.executable, *options, "-m", "streamlit", "run", str(app)]
    command += ["--server.headless=true", f"--server.port={port}"]
    with (import_log or Path(os.devnull)).open("w") as errors:
        started = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=app.parent,
            env={**os.environ, "GPAR_CACHE": str(cache)},
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
    try:
        yield Server(port, started)
    finally:
        process.kill()
        process.wait()
        _end_jobs(cache)


def _end_jobs(cache: Path) -> None:
    """End the supervisor of a cache and its workers, which outlive the server on purpose."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if str(cache) in process.cmdline():
                process.kill()


def _start(server: Server) -> Start:
    server.wait_until_healthy()
    healthy = time.perf_counter() - server.started
    server.open("")
    return Start(healthy, time.perf_counter() - server.started)
