"""Results in a real browser: walking a ranked list, its panel, its figure, and hits of a search."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import job_id
from tests.pages.browser import browsing, serving
from tests.pages.charted import charted
from tests.pages.conftest import Library
from tests.pages.searched import searched
from tests.pages.test_every_page_browser import broken_rules, settled
from tests.pages.test_journey import ranked


@dataclass(frozen=True)
class Addresses:
    """On one server. model: with two drugs to be found, and a map. search: for compounds."""

    model: str
    search: str


@pytest.fixture(scope="module")
def at(library: Library, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Addresses]:
    cache = Cache(tmp_path_factory.mktemp("results") / "cache")
    shutil.copytree(library.cache.root, cache.root)
    charted(cache)
    request = searched(cache)
    with serving(cache) as server:
        yield Addresses(
            f"{server.address}/models?model={job_id(library.by_name)}",
            f"{server.address}/signature_search?job={job_id(request)}",
        )


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with browsing() as (page, outside):
        yield page
        assert outside == []


@pytest.mark.parametrize("width", [1300, 420])
def test_keys_walk_the_list_and_a_panel_opens_beside_it(
    at: Addresses, page: Page, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 1000})
    page.goto(at.model)
    rows = ranked(page)
    expect(rows).to_have_count(2)
    assert not overflows(page)
    first, second = (row.get_attribute("data-drug") for row in rows.all())
    rows.first.focus()
    page.keyboard.press("j")
    expect(rows.nth(1)).to_be_focused()
    assert panel(page).count() == 0
    page.keyboard.press("Enter")
    expect(panel(page)).to_have_text(second)
    if width == 1300:
        assert panel(page).bounding_box()["y"] < rows.nth(1).bounding_box()["y"]
    page.keyboard.press("k")
    expect(panel(page)).to_have_text(first)
    expect(rows.first).to_be_focused()
    expect(rows.first).to_have_attribute("aria-selected", "true")
    settled(page)
    assert not overflows(page)
    assert broken_rules(page) == []
    page.keyboard.press("Escape")
    expect(panel(page)).to_have_count(0)
    rows.first.locator(".evidence").click()
    page.get_by_role("button", name="Close").click()
    expect(panel(page)).to_have_count(0)
    page.set_viewport_size({"width": width, "height": 400})
    rows.first.locator(".evidence").click()
    expect(panel(page)).to_have_text(first)
    expect(panel(page)).to_be_in_viewport()  # on a phone it stands below the list


def panel(page: Page):  # type: ignore[no-untyped-def]
    """Its heading."""
    return page.get_by_role("heading", name=re.compile("^hdac[23]$"))


def test_the_list_and_the_map_light_up_each_other(
    at: Addresses, page: Page, tmp_path: Path
) -> None:
    page.set_viewport_size({"width": 1300, "height": 1400})
    page.goto(f"{at.model}&tab=Map+and+list")
    grid = page.get_by_role("grid", name="Ranked drugs").last
    rows = grid.locator("[data-drug]")
    expect(page.locator(".map")).to_have_attribute("data-state", "drawn")
    settled(page)
    lit = "(map => map.lit && map.points.drugs.names[map.points.drug[map.lit[0]]])"
    map_ = page.locator(".map")
    rows.nth(1).hover()
    drug = rows.nth(1).get_attribute("data-drug")
    assert map_.evaluate(f"node => {lit}(node.pointMap)") == drug
    rows.nth(1).locator(".evidence").click()
    expect(page.locator(".map .status")).to_contain_text(f"{drug}:")
    member = map_.evaluate("node => node.pointMap.pixelOf(node.pointMap.members[0])")
    page.locator(".map .stage").hover(position={"x": member[0] + 1, "y": member[1] + 1})
    expect(grid.locator(".lit")).to_have_attribute("data-drug", re.compile("hdac"))
    for kind in ("SVG", "PNG"):
        with page.expect_download() as download:
            page.get_by_role("button", name=kind, exact=True).click()
        download.value.save_as(tmp_path / kind)
    text = (tmp_path / "SVG").read_text()
    assert 'width="180mm"' in text
    assert f"2  {drug}" in text
    width = int.from_bytes((tmp_path / "PNG").read_bytes()[16:20])
    assert width >= 2125


@pytest.mark.parametrize("width", [1300, 420])
def test_hits_are_checked_and_compared(at: Addresses, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 1000})
    page.goto(at.search)
    mimics = page.locator(".hits section").first
    expect(mimics.locator("li")).to_have_count(10)
    assert not overflows(page)
    mimics.get_by_role("button", name="Show").press("Enter")
    shown = mimics.locator("li").count()
    assert shown > 10
    expect(mimics.locator("li").nth(10).get_by_role("checkbox")).to_be_focused()
    expect(page.get_by_role("button", name="Train on these")).to_be_disabled()
    page.get_by_role("checkbox", name="Check hdac1").check()
    expect(page.get_by_text("1 checked")).to_be_visible()
    page.get_by_role("checkbox", name="Check hdac2").check()
    expect(page.get_by_text("2 checked")).to_be_visible()
    expect(mimics.locator("li")).to_have_count(shown)  # the lists were not drawn again
    page.get_by_role("button", name="Add to comparison").click()
    tab = page.get_by_role("tab", name="Conditions")
    expect(tab).to_have_attribute("aria-selected", "true")
    expect(page.get_by_text("Connectivity by cell line")).to_be_visible()
    page.get_by_role("tab", name="Compounds").click()
    expect(page.get_by_text("2 checked")).to_be_visible()
    page.get_by_role("button", name="Edit query").click()
    expect(page.get_by_role("combobox", name="Compound", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Start search")).to_be_enabled()


def overflows(page: Page) -> bool:
    """Whether the page or one of its lists is wider than the window."""
    return bool(
        page.evaluate(
            """() => ['html', '[data-testid="stMain"]'].some((place) => {
                const node = document.querySelector(place);
                return node.scrollWidth > node.clientWidth;
            })"""
        )
    )
