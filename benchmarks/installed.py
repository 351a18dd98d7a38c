"""Start of GPAR from a wheel beside that from the clone: `python -m benchmarks.installed`.

Both in turn, the first of each round by turns too, on one cache with the demo and in one browser:
`gpar --version`, and `gpar app` until it answers and until Home has its heading in a new tab. The
wheel is unpacked and compiled into a folder, as pip installs it; all else is shared.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

from benchmarks.figures import Figure, table, to_json
from benchmarks.map_page import browser
from benchmarks.ports import free_port
from benchmarks.server import APP, Server, end_jobs
from gpar_core.data import demo
from gpar_core.progress import silent
from gpar_core.storage.cache import Cache, publishing

ROUNDS = 7
MOST = 1.1
"""Goal of the wheel's seconds as a share of the clone's: a tenth is lost in the noise."""

GPAR = (sys.executable, "-m", "gpar_core")
WHATS = {
    "version": "`gpar --version`",
    "answer": "`gpar app` until /_stcore/health answers",
    "heading": "`gpar app` until a browser shows the heading of Home",
}


@dataclass(frozen=True)
class Place:
    """Where GPAR starts from. folder: the working folder. environment: beside that of all."""

    folder: Path
    environment: dict[str, str]


def run(rounds: int) -> list[Figure]:
    """Seconds of both, and the wheel's as a share of the clone's, round by round."""
    found: dict[str, dict[str, list[float]]] = {what: {} for what in WHATS}
    with tempfile.TemporaryDirectory(prefix="gpar-bench-") as name, browser() as page_of:
        folder = Path(name)
        cache = folder / "cache"
        with publishing(Cache(cache).compendium(demo.NAME)) as compendium:
            demo.build(compendium, seed=0, report=silent)
        places = {
            "clone": Place(APP.parent, {}),
            "wheel": Place(folder, {"PYTHONPATH": str(installed(folder / "site"))}),
        }
        for number in range(rounds + 1):
            for where in sorted(places, reverse=bool(number % 2)):
                with page_of() as page:
                    seconds = started(places[where], cache, page)
                if number:  # the first fills the caches of the system and of numba
                    for what, value in seconds.items():
                        found[what].setdefault(where, []).append(value)
    return [figure for what, values in found.items() for figure in compared(what, values)]


def installed(folder: Path) -> Path:
    """The folder with the wheel of this clone, compiled, without what GPAR depends on."""
    wheels = folder.with_name("wheels")
    build = ("hatchling", "build", "-t", "wheel", "-d", str(wheels))
    _run((sys.executable, "-m", *build), APP.parent)
    (wheel,) = wheels.glob("*.whl")
    install = ("pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(folder))
    _run((sys.executable, "-m", *install, str(wheel)), folder.parent)
    return folder


def started(place: Place, cache: Path, page: Page) -> dict[str, float]:
    """Seconds of each of `WHATS`. Raises TimeoutError where the app does not answer."""
    environment = {**os.environ, **place.environment, "GPAR_CACHE": str(cache)}
    environment["GPAR_EXAMPLES"] = "0"
    began = time.perf_counter()
    _run((*GPAR, "--version"), place.folder, environment)
    version = time.perf_counter() - began
    port = free_port()
    options = ("app", f"--server.port={port}", "--server.headless=true")
    began = time.perf_counter()
    process = subprocess.Popen(
        (*GPAR, *options), cwd=place.folder, env=environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        Server(port, process.pid, began).wait_until_healthy()
        answer = time.perf_counter() - began
        page.goto(f"http://localhost:{port}", wait_until="commit")
        page.locator("[data-testid=stMain] h1").first.wait_for()
        heading = time.perf_counter() - began
    finally:
        process.kill()
        process.wait()
        end_jobs(cache)
    return {"version": version, "answer": answer, "heading": heading}


def compared(what: str, seconds: dict[str, list[float]]) -> list[Figure]:
    """One figure for each place, and one of the pairs."""
    each = [
        Figure(f"{what}: {where}", tuple(values), "s", f"{WHATS[what]}, from the {where}")
        for where, values in seconds.items()
    ]
    shares = tuple(w / c for w, c in zip(seconds["wheel"], seconds["clone"], strict=True))
    how = "the wheel's seconds as a share of the clone's, in each round"
    return [*each, Figure(f"{what}: share", shares, "", how, at_most=MOST)]


def _run(command: Sequence[str], folder: Path, environment: dict[str, str] | None = None) -> None:
    subprocess.run(command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.installed")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    figures = run(options.rounds)
    print(table(figures))
    if options.json:
        options.json.write_text(to_json(figures), "utf-8")


if __name__ == "__main__":
    main()
