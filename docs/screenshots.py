"""Take the pictures of the documents again from a cache with the demo.

Run `python -m docs.screenshots --cache DIR`. What is missing in the cache is computed first; the
evaluation takes minutes. training.png shows a live training: it is left as it is if the cache
already has the model.
"""

import argparse
import io
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from gpar_core import Workspace
from gpar_core.analyses.method import DrugSet
from gpar_core.analyses.training.plan import plan_training
from gpar_core.jobs import engine
from gpar_core.jobs.examples import examples
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import job_id
from pages._learn.tour_view import DRUGS
from tests.pages.browser import browsing, serving
from tests.pages.test_every_page_browser import settled

FOLDER = Path(__file__).parent / "images"
WIDTH = 1300
PATIENCE_MS = 300_000
SETTLED_MS = 3000
"""Charts draw after their text."""
LIVE_MS = 700
"""A training of the demo is over in seconds."""

TRAINED = "sodium channel blocker"
"""Learned neither well nor badly, so the folds differ."""
EVALUATED = (
    "ATPase inhibitor", "CDK inhibitor", "HDAC inhibitor", "HMGCR inhibitor", "HSP inhibitor",
    "MEK inhibitor", "PPAR receptor agonist", "dopamine receptor antagonist",
    "estrogen receptor agonist", "glucocorticoid receptor agonist", "mTOR inhibitor",
    "opioid receptor agonist",
)  # fmt: skip
COLORED = ("ATPase inhibitor", "CDK inhibitor", "HDAC inhibitor", "MEK inhibitor", "mTOR inhibitor")
METHODS = ("gpar", "gsea", "cosine", "jaccard", "fisher", "balanced_logistic")


def main() -> None:
    """Take all pictures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cache", type=Path, required=True, metavar="DIR")
    cache = Cache(options.parse_args().cache.resolve())
    here = Workspace(cache.root)
    demo = here.demo()
    requests = examples(demo)
    for request in requests:
        engine.finish(cache, request, lambda _: None)
    map_, _, search, targets, *_ = (job_id(request) for request in requests)
    model = here.train(demo, drugs=DRUGS).summary.model_id
    evaluation = here.evaluate(demo, classes=EVALUATED, methods=METHODS).analysis_id
    still = {
        "home": ("", "Latest results", 1000),
        "search": (f"signature_search?job={search}", "Mimic the query", 1200),
        "targets": (f"target_prediction?job={targets}", "Probability", 1100),
        "evaluation": (f"evaluation?job={evaluation}", "Wilcoxon", 950),
        "moa": ("moa_prediction?compound=budesonide", "Which MOAs are supported?", 1100),
    }
    with serving(cache) as server, browsing() as (page, _):
        page.set_default_timeout(PATIENCE_MS)
        for name, (address, ready, height) in still.items():
            open_page(page, f"{server.address}/{address}", ready, height)
            take(page, name)
        open_page(page, f"{server.address}/map?job={map_}", "Color by", 1400)
        choose(page, "In color", *COLORED)
        take(page, "map")
        open_page(page, f"{server.address}/models?model={model}", "ranked compounds pass", 1250)
        page.locator("[data-drug]").first.focus()
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Close").wait_for()
        take(page, "ranking")
        if job_id(plan_training(demo, DrugSet(moa=TRAINED))[0]) not in cache.model_ids():
            open_page(page, f"{server.address}/drug_prediction", "Choose by", 900)
            choose(page, "MOAs", TRAINED)
            page.get_by_text("cross-validation by drug").wait_for()
            page.get_by_role("button", name="Start training").click()
            page.get_by_text("Mean AUROC so far").wait_for()
            take(page, "training", LIVE_MS)
            page.get_by_text("Compounds along the score").wait_for()


def open_page(page: Page, address: str, ready: str, height: int) -> None:
    """Open a page and wait for this text."""
    page.set_viewport_size({"width": WIDTH, "height": height})
    page.goto(address)
    page.get_by_text(ready).first.wait_for()
    settled(page)


def choose(page: Page, label: str, *names: str) -> None:
    """Choose entries of a list."""
    for name in names:
        page.get_by_role("combobox", name=label).fill(name)
        page.get_by_role("option", name=name).first.click()
    page.keyboard.press("Escape")  # the list stays open for more
    settled(page)


def take(page: Page, name: str, settled_ms: int = SETTLED_MS) -> None:
    """Save what the browser shows."""
    page.wait_for_timeout(settled_ms)
    path = FOLDER / f"{name}.png"
    # What the browser writes is larger than need be.
    Image.open(io.BytesIO(page.screenshot())).convert("RGB").save(path, optimize=True)
    print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
