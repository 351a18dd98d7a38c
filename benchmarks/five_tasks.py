"""Clicks and seconds of five tasks of a newcomer: `python -m benchmarks.five_tasks --cache DIR`.

On the demo with its first results, which are computed if they are not there. Each task begins on
Home in a new tab and ends when its answer can be read. A text that is typed or a file that is
chosen counts as a click. Seconds are those that the newcomer waits: Home itself, pages and jobs,
without the time to read, to think and to move the mouse.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from playwright.sync_api import Locator, Page

from benchmarks.figures import Figure, table, to_json
from benchmarks.map_page import browser
from benchmarks.server import APP, end_jobs, serving
from gpar_core import fields
from gpar_core.data import compendium as compendia
from gpar_core.data import demo
from gpar_core.data.requests import DemoRequest
from gpar_core.jobs import engine
from gpar_core.jobs.examples import examples
from gpar_core.storage.cache import Cache

DRUG, HIT = "digoxin", "mometasone"
PROFILE_OF = "budesonide"


@dataclass
class Newcomer:
    """Works on a page, and counts clicks."""

    page: Page
    profile: Path
    clicks: int = 0

    @property
    def main(self) -> Locator:
        return self.page.get_by_test_id("stMain")

    def click(self, what: Locator) -> None:
        what.first.click()
        self.clicks += 1

    def find_on_map(self, drug: str) -> None:
        """The name is enough, unless it begins another one."""
        self.page.get_by_placeholder("Find a drug").fill(drug)
        self.page.keyboard.press("Enter")
        self.clicks += 1

    def press(self, name: str) -> None:
        self.click(self.main.get_by_role("button", name=name))

    def follow(self, name: str) -> None:
        self.click(self.page.get_by_role("link", name=name))

    def reads(self, text: str) -> None:
        self.main.get_by_text(text).first.wait_for()


def drugs_like_digoxin(newcomer: Newcomer) -> None:
    newcomer.find_on_map(DRUG)
    newcomer.press(f"Train on {DRUG}")
    newcomer.reads("ranked compounds pass")


def moa_of_my_csv(newcomer: Newcomer) -> None:
    newcomer.follow("Upload profiles")
    newcomer.main.locator("input[type=file]").first.set_input_files(newcomer.profile)
    newcomer.clicks += 1
    newcomer.press("Predict MOAs")
    newcomer.reads("Which MOAs are supported?")


def er_in_mcf7(newcomer: Newcomer) -> None:
    newcomer.follow("Evaluation")
    newcomer.follow("Cell influence")
    newcomer.reads("has the highest mean AUROC")


def export_the_figure(newcomer: Newcomer) -> None:
    newcomer.click(newcomer.main.get_by_role("link", name="· AUROC"))
    newcomer.click(newcomer.main.get_by_role("tab", name="Map and list"))
    with newcomer.page.expect_download():
        newcomer.press("SVG")


def what_resembles_a_hit(newcomer: Newcomer) -> None:
    newcomer.find_on_map(HIT)
    newcomer.follow(f"Neighbors of {HIT}")
    newcomer.reads("whose representative signatures are most similar")


TASKS: dict[str, Callable[[Newcomer], None]] = {
    "find drugs like digoxin": drugs_like_digoxin,
    "which MOA has my CSV": moa_of_my_csv,
    "does ER work better in MCF7": er_in_mcf7,
    "export the figure": export_the_figure,
    "find what resembles a hit": what_resembles_a_hit,
}


def run(cache: Cache) -> list[Figure]:
    """Clicks and seconds of every task. Raises playwright's TimeoutError where one fails."""
    engine.finish(cache, DemoRequest(), lambda _: None)
    data = compendia.load(cache.existing_compendium(demo.NAME))
    for request in examples(data):
        engine.finish(cache, request, lambda _: None)
    end_jobs(cache.root)
    figures = []
    with tempfile.TemporaryDirectory() as folder, browser() as page_of:
        profile = Path(folder) / "profile.csv"
        row = int(np.flatnonzero(data.signatures[fields.DRUG] == PROFILE_OF)[0])
        values = zip(fields.LANDMARK_SYMBOLS, data.matrix[row], strict=True)
        lines = ["symbol,mine", *(f"{symbol},{value:.4f}" for symbol, value in values)]
        profile.write_text("\n".join(lines))
        with serving(APP, cache.root) as server:
            server.wait_until_healthy()
            for name, task in TASKS.items():
                with page_of() as page:
                    started = time.perf_counter()
                    page.goto(f"http://localhost:{server.port}")
                    page.get_by_text("Drag to move").wait_for()
                    newcomer = Newcomer(page, profile)
                    task(newcomer)
                    seconds = time.perf_counter() - started
                how = "from Home until the answer can be read"
                figures += [
                    Figure(f"{name}: clicks", (float(newcomer.clicks),), "", how),
                    Figure(f"{name}: waiting", (seconds,), "s", how),
                ]
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.five_tasks")
    parser.add_argument("--cache", type=Path, required=True, help="filled where it is not yet")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    figures = run(Cache(options.cache.resolve()))
    print(table(figures))
    if options.json:
        options.json.write_text(to_json(figures), "utf-8")


if __name__ == "__main__":
    main()
