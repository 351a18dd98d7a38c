"""Time until the first page appears, and what the web process imports for it."""

import re
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks import memory
from benchmarks.figures import Figure
from benchmarks.server import APP, PAGES, Server, serving
from gpar_core.data import demo
from gpar_core.progress import silent
from gpar_core.storage.cache import Cache, publishing

WORKER_ONLY = ("tensorflow", "keras", "umap")
"""What the web process must never import."""

WATCHED_IMPORTS = ("streamlit", "pandas", "altair", "scipy.stats", "sklearn.metrics", "gpar_core")
IMPORT_LINE = re.compile(r"import time: +(\d+) \| +(\d+) \| +([\w.]+)")
GOAL_SECONDS = 4.0
GOAL_WEB_MEMORY = 400.0


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
            web = memory.of_process(server.pid)
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
        Figure(
            "start: web process",
            (web,),
            "MB",
            "after every page was opened once; without its descendants",
            at_most=GOAL_WEB_MEMORY,
        ),
        *memory.figures("start", watches),
    ]


def imported(log: str) -> dict[str, Import]:
    """Every module by name, from what `-X importtime` writes."""
    return {
        name: Import(int(own) / 1e6, int(whole) / 1e6)
        for own, whole, name in IMPORT_LINE.findall(log)
    }


def _start(server: Server) -> Start:
    server.wait_until_healthy()
    healthy = time.perf_counter() - server.started
    server.open("")
    return Start(healthy, time.perf_counter() - server.started)
