"""The dashboard in a real browser, with real processes behind it."""

import csv
import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from gpar_core.jobs.store import JobStore
from gpar_core.report.reproduce import read_origin, request_of
from gpar_core.storage.cache import Cache
from tests.pages.browser import Server, browsing, choose_of_several, press_until, serving
from tests.processes import frozen

GLYCOSIDES = {
    "bufalin", "cymarin", "digitoxigenin", "digitoxin", "digoxigenin", "helveticoside",
    "lanatoside-c", "ouabain", "periplocymarin", "proscillaridin", "strophanthidin",
}  # fmt: skip


def test_from_the_first_start_to_a_ranked_list_and_back(cache: Cache) -> None:
    with serving(cache) as server, browsing() as (page, outside):
        open_a_deep_link_first(page, server)
        build_the_demo(page, server)
        model = train_on_digoxin(page, cache)
        download(page)
        report(page)
        reopen(page, server, model)
        about(page)
        lose_the_server_while_training(page, server, cache)
        delete(page, server, model)
        assert outside == []


def open_a_deep_link_first(page: Page, server: Server) -> None:
    page.goto(f"{server.address}/models")
    expect(main(page)).to_contain_text("No models yet")
    expect(sidebar(page).get_by_role("link", name="Drug prediction", exact=True)).to_be_visible()


def build_the_demo(page: Page, server: Server) -> None:
    page.goto(server.address)
    expect(main(page)).to_contain_text("Building the simulated demo compendium")
    expect(main(page)).to_contain_text("Build map")
    expect(main(page)).to_contain_text("Simulated data:")


def train_on_digoxin(page: Page, cache: Cache) -> str:
    """Watch the training across a refresh and other pages. Returns the id of the model."""
    main(page).get_by_role("link", name="Which drugs act like these?").click()
    page.get_by_role("radio", name="Drugs by name").click()
    choose_of_several(page, "Drugs", "digoxin")
    page.keyboard.press("Escape")
    expect(main(page)).to_contain_text("4-fold cross-validation by signature")
    page.get_by_role("button", name="Start training").click()
    expect(main(page)).to_contain_text("Mean AUROC so far")
    page.wait_for_url(re.compile("job="))

    with frozen(cache):
        page.reload()
        expect(main(page)).to_contain_text("Train on digoxin")
        sidebar(page).get_by_role("link", name="Models", exact=True).click()
        expect(main(page)).to_contain_text("No models yet")
        sidebar(page).get_by_role("link", name="Train on digoxin").click()
        expect(main(page)).to_contain_text("Mean AUROC so far")

    expect(main(page)).to_contain_text("Well trained")
    expect(main(page)).to_contain_text("compounds pass")
    expect(sidebar(page).get_by_role("link", name="Train on digoxin")).to_have_count(0)
    return page.url.split("job=")[1]


def download(page: Page) -> None:
    page.get_by_role("button", name="Download ranked list").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="CSV", exact=True).click()
    page.keyboard.press("Escape")
    assert waiting.value.suggested_filename == "gpar-ranking-digoxin-SIMULATED.csv"
    rows = list(csv.DictReader(Path(waiting.value.path()).read_text("utf-8").splitlines()))
    assert [row["rank"] for row in rows] == [str(rank) for rank in range(1, len(rows) + 1)]
    assert {row["data"] for row in rows} == {"SIMULATED"}
    assert {"pert_id", "enrichment_score", "p_permutation", "p_exact", "fdr", "moa"} <= set(rows[0])
    assert len(GLYCOSIDES & {row["pert_iname"] for row in rows[:10]}) >= 5
    assert "digoxin" not in {row["pert_iname"] for row in rows}


def report(page: Page) -> None:
    """It is a page that stands alone, and its command line agrees with what was asked."""
    with page.expect_download() as waiting:
        main(page).get_by_role("button", name="Download report").click()
    assert waiting.value.suggested_filename == "gpar-report-digoxin-SIMULATED.html"
    origin = read_origin(Path(waiting.value.path()))
    assert request_of(origin).drug_set.drugs == ("digoxin",)


def about(page: Page) -> None:
    """A link in the ranked list leads to the page of its drug."""
    first = ranked(page).first
    name = first.locator(".name").inner_text()
    with page.context.expect_page() as opening:
        first.get_by_role("link", name=name).click()
    found = opening.value
    expect(found.get_by_test_id("stMain").get_by_text("Compound ids")).to_be_visible()
    assert "/compound?compound=" in found.url
    found.close()


def reopen(page: Page, server: Server, model: str) -> None:
    page.goto(f"{server.address}/models?model={model}")
    expect(main(page)).to_contain_text("Click a row")
    known = ranked(page).filter(has=page.get_by_role("link", name="PubChem")).first
    known.locator(".evidence").click()
    expect(main(page).get_by_role("link", name="CLUE")).to_be_visible()
    expect(main(page).get_by_text(re.compile(r"Rank \d+"))).to_be_visible()
    expect(main(page).get_by_role("button", name="Train on this")).to_be_visible()


def ranked(page: Page) -> Locator:
    """The rows of the ranked list."""
    return main(page).get_by_role("grid", name="Ranked drugs").locator("[data-drug]")


def lose_the_server_while_training(page: Page, server: Server, cache: Cache) -> None:
    page.goto(f"{server.address}/drug_prediction")
    choose_of_several(page, "MOA", "ATPase inhibitor (12)")
    page.keyboard.press("Escape")  # the list stays open for more
    expect(main(page)).to_contain_text("10-fold cross-validation by drug")
    page.get_by_role("button", name="Start training").click()
    expect(main(page)).to_contain_text("of 10 folds")
    address = page.url
    with frozen(cache):
        server.kill()
        server.start()
        page.goto(address)
        expect(main(page)).to_contain_text("Train on ATPase inhibitor")
        expect(main(page)).to_contain_text("of 10 folds")
        press_until(
            page.get_by_role("button", name="Cancel", exact=True),
            lambda: JobStore(cache).active_jobs()[0].cancel_requested,
        )
    expect(main(page)).to_contain_text("was canceled")


def delete(page: Page, server: Server, model: str) -> None:
    page.goto(f"{server.address}/models?model={model}")
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(main(page)).to_contain_text("No models yet")


def main(page: Page) -> Locator:
    return page.get_by_test_id("stMain")


def sidebar(page: Page) -> Locator:
    return page.get_by_test_id("stSidebar")
