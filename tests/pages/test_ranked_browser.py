"""The result of a training in a browser: walking the ranked list, its panel, and its figure."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import job_id
from tests.pages.browser import browsing, serving
from tests.pages.charted import charted
from tests.pages.conftest import Library
from tests.pages.test_every_page_browser import broken_rules, settled
from tests.pages.test_journey import ranked
from tests.pages.test_search_browser import overflows


@pytest.fixture(scope="module")
def address(library: Library, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Of a model with two drugs to be found, on a server of its own, with a map."""
    cache = Cache(tmp_path_factory.mktemp("ranked") / "cache")
    shutil.copytree(library.cache.root, cache.root)
    charted(cache)
    with serving(cache) as server:
        yield f"{server.address}/models?model={job_id(library.by_name)}"


@pytest.mark.parametrize("width", [1300, 420])
def test_keys_walk_the_list_and_a_panel_opens_beside_it(address: str, width: int) -> None:
    with browsing() as (page, outside):
        page.set_viewport_size({"width": width, "height": 1000})
        page.goto(address)
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
        rows.first.locator(".evidence").click()
        expect(panel(page)).to_have_text(first)
        assert outside == []


def panel(page: Page):  # type: ignore[no-untyped-def]
    """Its heading."""
    return page.get_by_role("heading", name=re.compile("^hdac[23]$"))


def test_the_list_and_the_map_light_up_each_other(address: str, tmp_path: Path) -> None:
    with browsing() as (page, _):
        page.goto(f"{address}&tab=Map+and+list")
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
