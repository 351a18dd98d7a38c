"""Take the pictures of the documents again from a cache with the demo.

Run `python -m docs.screenshots --cache DIR`. It trains on the demo and builds a map where they are
missing. evaluation.png is taken where the cache has an evaluation of at least ten classes, and
training.png only while the cache has no model of the mTOR inhibitors.
"""

import argparse
from pathlib import Path

from playwright.sync_api import Page

from gpar_core import Workspace
from gpar_core.analyses.evaluation.request import EvaluationRequest
from gpar_core.analyses.map.plan import plan_map
from gpar_core.analyses.result import load
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import job_id
from tests.pages.browser import browsing, serving

FOLDER = Path(__file__).parent / "images"
WIDTH = 1300
PATIENCE_MS = 300_000


def main() -> None:
    """Take all pictures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cache", type=Path, required=True, metavar="DIR")
    cache = Cache(options.parse_args().cache.resolve())
    here = Workspace(cache.root)
    demo = here.demo()
    digoxin = here.train(demo, drugs=["digoxin"]).summary.model_id
    map_id = job_id(plan_map(demo))
    here.run(plan_map(demo))
    with serving(cache) as server, browsing() as (page, _):
        page.set_default_timeout(PATIENCE_MS)

        def open_page(address: str, ready: str, height: int) -> None:
            page.set_viewport_size({"width": WIDTH, "height": height})
            page.goto(f"{server.address}/{address}")
            page.get_by_text(ready).first.wait_for()
            page.wait_for_timeout(3000)  # charts draw after their text

        open_page(f"models?model={digoxin}&compendium=demo", "ranked compounds pass", 1720)
        take(page, "ranking")
        open_page(f"map?job={map_id}&compendium=demo", "Color by", 1500)
        take(page, "map")
        if evaluation := largest_evaluation(cache):
            open_page(f"evaluation?job={evaluation}", "Compare GPAR with", 1450)
            take(page, "evaluation")
        open_page("drug_prediction?compendium=demo", "Choose by", 760)
        page.get_by_role("combobox", name="MOA").fill("mTOR")
        page.keyboard.press("Enter")
        page.keyboard.press("Escape")  # the list stays open for more
        page.get_by_text("cross-validation by drug").wait_for()
        take(page, "choose")
        page.get_by_role("button", name="Start training").click()
        page.get_by_text("Mean AUROC so far").wait_for()
        page.wait_for_timeout(1500)
        take(page, "training")


def take(page: Page, name: str) -> None:
    page.screenshot(path=FOLDER / f"{name}.png")


def largest_evaluation(cache: Cache) -> str:
    """The evaluation of most classes that GPAR was part of, '' for none of ten or more."""
    sizes = {"": 9}
    for name in cache.analysis_ids():
        request = load(cache.existing_analysis(name)).request
        if isinstance(request, EvaluationRequest) and "gpar" in request.methods:
            sizes[name] = len(request.classes)
    return max(sizes, key=lambda name: sizes[name])


if __name__ == "__main__":
    main()
