"""From GEO's files to a report in the browser: `python -m benchmarks.end_to_end`.

A release of the size of GSE92742, simulated, lies where GEO would have it, on a web server of this
computer. In a browser it is downloaded, imported, trained on, searched and mapped, and a report is
made. Each job is followed on its page as a user sees it; it is first stopped at its twentieth
second (a shorter one is not) and then begun again. Downloads check the disk for the size of the
real release, so 45 GB must be free.

`--pictures FOLDER` keeps a screenshot of every step.
"""

import argparse
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Error, Locator, Page, expect

from benchmarks import geo_mirror
from benchmarks.figures import Figure, table, to_json
from benchmarks.map_page import browser
from benchmarks.server import APP, serving

N = 473_647
DRUGS = ("haloperidol", "dexamethasone", "vorinostat", "zebularine", "gemfibrozil")
PATIENCE_MS = 1_800_000
STOP_AFTER = 20.0
LOOK_EVERY = 0.4
FROM = 0.1
"""The share of a job from which on the time left should be right."""

GOAL_STOP, GOAL_MAP = 2.0, 600.0
LEFT = re.compile(r"(?:(\d+) h )?(?:(\d+) (min|s)) left")
ALMOST_DONE = 3.0
STOP = re.compile("^(Cancel|Pause)$")
AGAIN = re.compile("^(Try again|Resume)$")


@dataclass(frozen=True)
class Told:
    """What a page told of a job. at: seconds since it was first seen. left: seconds it said."""

    at: float
    left: float


@dataclass
class Visit:
    """A user at work on one page, and the figures so far."""

    page: Page
    address: str
    pictures: Path | None
    figures: list[Figure] = field(default_factory=list)

    @property
    def main(self) -> Locator:
        return self.page.get_by_test_id("stMain")

    def open(self, page: str) -> None:
        self.page.goto(f"{self.address}/{page}")
        self.settle()

    def settle(self) -> None:
        self.page.wait_for_timeout(1000)
        app = self.page.get_by_test_id("stApp")
        expect(app).to_have_attribute("data-test-script-state", "notRunning")
        expect(self.page.get_by_test_id("stSkeleton")).to_have_count(0)

    def press(self, name: str | re.Pattern[str]) -> None:
        self.main.get_by_role("button", name=name, exact=True).first.click()

    def add(self, name: str, seconds: float, how: str, at_most: float | None = None) -> None:
        self.figures.append(Figure(name, (seconds,), "s", how, at_most=at_most))

    def picture(self, name: str) -> None:
        self.settle()
        if self.pictures:
            self.page.screenshot(path=self.pictures / f"{name}.png")

    def follow(self, name: str, goal: float | None = None) -> None:
        """Stop the job that was just begun, begin it again and follow it to its end."""
        told, seconds, stopping = self._watch(STOP_AFTER)
        if stopping is not None:
            how = f"from the click {STOP_AFTER:.0f} s after the start until the page says so"
            self.add(f"{name}: stopped", stopping, how, GOAL_STOP)
            self.press(AGAIN)
            told, seconds, _ = self._watch(None)
        self.add(f"{name}: time", seconds, "of the job, as its page shows it", goal)
        if ratios := right(told, seconds):
            how = f"what was left, per what was said to be, after {FROM:.0%} of the time"
            self.figures.append(Figure(f"{name}: time left", ratios, "times", how))

    def _watch(self, stop_after: float | None) -> tuple[list[Told], float, float | None]:
        """What was told, for how long, and after what time it had stopped if it did."""
        stop = self.main.get_by_role("button", name=STOP)
        expect(stop.first).to_be_visible()
        started = time.perf_counter()
        told: list[Told] = []
        while stop.count():
            at = time.perf_counter() - started
            if stop_after is not None and at > stop_after:
                with suppress(Error):
                    stop.first.click(timeout=2000)
                    asked = time.perf_counter()
                    expect(self.main.get_by_role("button", name=AGAIN)).to_be_visible()
                    return told, at, time.perf_counter() - asked
            with suppress(Error):
                bars = self.main.get_by_test_id("stProgress")
                beside = self.main.get_by_test_id("stCaptionContainer")
                words = [*bars.all_inner_texts(), *beside.all_inner_texts()]
                told += [Told(at, left) for left in filter(None, map(seconds_left, words))]
            time.sleep(LOOK_EVERY)
        return told, time.perf_counter() - started, None


def seconds_left(words: str) -> float | None:
    """Seconds that a line on a job says are left, None where it does not say."""
    if "almost done" in words:
        return ALMOST_DONE
    if not (found := LEFT.search(words)):
        return None
    hours, number, unit = found.groups()
    return 3600 * int(hours or 0) + int(number) * {"min": 60, "s": 1}[unit]


def right(told: list[Told], seconds: float) -> tuple[float, ...]:
    """What was left per what was said to be, each time after a tenth of the time.

    The last five seconds, to which it is rounded, are left out.
    """
    counted = [each for each in told if FROM * seconds < each.at < seconds - 5]
    return tuple((seconds - each.at) / each.left for each in counted)


def run(n: int, parent: Path | None, pictures: Path | None) -> list[Figure]:
    """All steps with a release of n signatures. Raises playwright's TimeoutError where one fails.

    parent: of the temporary folder for everything that is written. pictures: where screenshots are
    kept, if at all.
    """
    with _stage(n, parent, pictures) as visit:
        visit.open("compendium")
        visit.page.get_by_role("tab", name="Download data").click()
        visit.settle()
        visit.main.get_by_text("GSE92742 (GEO, LINCS phase I)").click()
        visit.settle()
        visit.press("Download")
        visit.follow("download")
        visit.picture("1-downloaded")
        visit.press("Import")
        visit.follow("import")
        visit.picture("2-imported")
        visit.open(f"drug_prediction?compendium={geo_mirror.SOURCE}")
        visit.main.get_by_role("radio", name="Drugs by name").click()
        visit.settle()
        for drug in DRUGS:
            visit.main.get_by_role("combobox", name="Drugs").first.fill(drug)
            visit.page.get_by_role("option", name=drug).first.click()
            visit.settle()
        visit.page.keyboard.press("Escape")
        visit.picture("3-chosen")
        visit.press("Start training")
        visit.follow("training")
        visit.picture("4-model")
        _report(visit)
        visit.open(f"signature_search?compendium={geo_mirror.SOURCE}")
        visit.press("Use dexamethasone")
        visit.settle()
        visit.press("Start search")
        visit.follow("search")
        visit.picture("5-search")
        visit.open(f"map?compendium={geo_mirror.SOURCE}")
        visit.press("Build map")
        visit.follow("map", GOAL_MAP)
        visit.picture("6-map")
        return visit.figures


def _report(visit: Visit) -> None:
    started = time.perf_counter()
    with visit.page.expect_download() as download:
        visit.press("Download report")
    size = Path(download.value.path()).stat().st_size
    how = f"of the model, from the click to the file of {size / 1e6:.1f} MB"
    visit.add("report: time", time.perf_counter() - started, how)


@contextmanager
def _stage(n: int, parent: Path | None, pictures: Path | None) -> Iterator[Visit]:
    """A browser at an empty GPAR, and a mirror of GEO. All that was written is deleted after."""
    expect.set_options(timeout=PATIENCE_MS)
    with tempfile.TemporaryDirectory(prefix="gpar-end-", dir=parent) as name:
        mirror, cache = Path(name) / "mirror", Path(name) / "cache"
        mirror.mkdir()
        geo_mirror.write(mirror, n)
        with (
            geo_mirror.serving(mirror) as address,
            serving(APP, cache, environment={"GPAR_MIRROR": address}) as server,
            browser() as page_of,
            page_of() as page,
        ):
            server.wait_until_healthy()
            page.set_default_timeout(PATIENCE_MS)
            yield Visit(page, f"http://localhost:{server.port}", pictures)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.end_to_end")
    parser.add_argument("--signatures", type=int, default=N, help="%(default)s")
    parser.add_argument("--folder", type=Path, help="where to write, instead of the usual one")
    parser.add_argument("--pictures", type=Path)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if options.pictures:
        options.pictures.mkdir(parents=True, exist_ok=True)
    figures = run(options.signatures, options.folder, options.pictures)
    print(table(figures))
    if options.json:
        options.json.write_text(to_json(figures), "utf-8")


if __name__ == "__main__":
    main()
