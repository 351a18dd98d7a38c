"""The result of a search in a real browser: checking compounds, and what follows."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import job_id
from tests.pages.browser import browsing, serving
from tests.pages.conftest import Library
from tests.pages.searched import searched


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


@pytest.fixture(scope="module")
def address(library: Library, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Of the result of a search, on a server of its own."""
    cache = Cache(tmp_path_factory.mktemp("searched") / "cache")
    shutil.copytree(library.cache.root, cache.root)
    request = searched(cache)
    with serving(cache) as server:
        yield f"{server.address}/signature_search?job={job_id(request)}"


@pytest.mark.parametrize("width", [1300, 420])
def test_hits_are_checked_and_compared(address: str, width: int) -> None:
    with browsing() as (page, outside):
        page.set_viewport_size({"width": width, "height": 1000})
        page.goto(address)
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
        assert outside == []
