"""Record a tour of the dashboard on the demo: `python -m docs.recording --cache DIR`.

Writes docs/images/tour.gif. The demo's first results (map, model and small library) must be in the
cache: open Home once and wait for them.
"""

import argparse
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Page

from gpar_core.storage.cache import Cache
from tests.pages.browser import browsing, serving

OUT = Path(__file__).parent / "images" / "tour.gif"
SIZE = (1300, 900)
WIDTH = 1000
"""Pixels of the recording, to which pages are shrunk."""
BAR = 34
COLORS = 256
"""The rarest too: a few red points are what a map shows."""
PATIENCE_MS = 300_000
SETTLED_MS = 2500
"""Charts and maps draw after their text."""


@dataclass(frozen=True)
class Recording:
    """Pictures of a page, each with a caption and the seconds it stays."""

    page: Page
    frames: list[tuple[Image.Image, float]] = field(default_factory=list)

    def take(self, caption: str, seconds: float = 3.0, *, settle: bool = True) -> None:
        if settle:
            self.page.wait_for_timeout(SETTLED_MS)
        taken = Image.open(io.BytesIO(self.page.screenshot())).convert("RGB")
        height = round(taken.height * WIDTH / taken.width)
        frame = Image.new("RGB", (WIDTH, height + BAR), "#0e1117")
        frame.paste(taken.resize((WIDTH, height), Image.Resampling.LANCZOS))
        draw = ImageDraw.Draw(frame)
        font = ImageFont.load_default(16)
        draw.text((WIDTH / 2, height + BAR / 2), caption, "white", font=font, anchor="mm")
        # Rare colors get a place in the palette; kmeans then mends the shades of the frequent ones.
        few = frame.quantize(COLORS, Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE)
        self.frames.append((few, seconds))

    def save(self, out: Path) -> None:
        first, *rest = (frame for frame, _ in self.frames)
        first.save(
            out,
            save_all=True,
            append_images=rest,
            duration=[round(1000 * seconds) for _, seconds in self.frames],
            loop=0,
            optimize=True,
        )


def choose(page: Page, label: str, name: str) -> None:
    """Pick an entry of a list by typing its name."""
    box = page.get_by_role("combobox", name=label).first
    box.fill(name)
    page.get_by_role("option", name=name).first.click()


def home(page: Page, recorded: Recording) -> None:
    page.get_by_text("Latest results").wait_for()
    recorded.take("Home: the map of the signatures, and three questions")
    page.get_by_placeholder("Find a drug").fill("tanespimycin")
    page.keyboard.press("Enter")
    recorded.take("Find a drug on the map")


def train(page: Page, recorded: Recording) -> None:
    page.get_by_role("link", name="Drug prediction").first.click()
    choose(page, "MOA", "HDAC inhibitor")
    page.keyboard.press("Escape")  # a list of several stays open
    page.get_by_text("cross-validation by drug").wait_for()
    recorded.take("Which drugs act like these? Choose a MOA, or drugs by name")
    page.get_by_role("button", name="Start training").click()
    page.get_by_text("Mean AUROC so far").wait_for()
    recorded.take("Live cross-validation, by drug", 1.5, settle=False)
    recorded.take("Live cross-validation, by drug", 1.5)
    page.get_by_text("Compounds along the score").wait_for()
    recorded.take("The verdict, and held-out members, negatives and predictions along the score", 5)


def read(page: Page, recorded: Recording) -> None:
    grid = page.get_by_role("grid").first
    grid.evaluate("list => list.scrollIntoView()")
    recorded.take("Every compound ranked, with the cell lines in which it holds", 4)
    grid.get_by_role("row").nth(1).click()
    recorded.take("A click opens what is known of a compound", 4)
    for _ in range(2):
        page.keyboard.press("j")
        recorded.take("The keys j and k walk the list", 2)
    page.get_by_role("tab", name="Map and list").click()
    page.wait_for_timeout(SETTLED_MS)
    page.get_by_role("tab", name="Map and list").evaluate("tab => tab.scrollIntoView()")
    recorded.take("Training drugs in red and first predictions in yellow, beside their list", 4)


def search(page: Page, recorded: Recording) -> None:
    page.get_by_role("link", name="Signature search").first.click()
    page.get_by_role("button", name="Use dexamethasone").click()
    recorded.take("Which drugs mimic or reverse my genes?")
    page.get_by_role("button", name="Start search").click()
    page.get_by_role("heading", name="Mimic the query").wait_for()
    recorded.take("Mimics and reverses, with the cell lines that agree", 5)


def target(page: Page, recorded: Recording) -> None:
    page.get_by_role("link", name="MOA prediction").first.click()
    page.get_by_role("link", name="Which target?").first.click()
    page.get_by_text("ATP1A1").first.wait_for()
    recorded.take("Which gene does a compound act on? Every line of evidence is shown", 5)


SCENES: tuple[Callable[[Page, Recording], None], ...] = (home, train, read, search, target)


def main() -> None:
    """Record all scenes."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cache", type=Path, required=True, metavar="DIR")
    cache = Cache(options.parse_args().cache.resolve())
    with serving(cache) as server, browsing() as (page, _):
        page.set_default_timeout(PATIENCE_MS)
        page.set_viewport_size({"width": SIZE[0], "height": SIZE[1]})
        page.goto(server.address)
        recorded = Recording(page)
        for scene in SCENES:
            scene(page, recorded)
        recorded.save(OUT)
    seconds = sum(shown for _, shown in recorded.frames)
    print(f"{OUT.name}: {len(recorded.frames)} pictures, {seconds:.0f} s, "
          f"{OUT.stat().st_size / 1e6:.1f} MB")  # fmt: skip


if __name__ == "__main__":
    main()
