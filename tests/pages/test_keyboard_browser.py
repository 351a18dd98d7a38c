"""All that a pharmacologist does, without a mouse: every step by keys, and the focus is seen."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import ElementHandle, Locator, Page, expect

from gpar_core.jobs.job import State
from gpar_core.jobs.store import JobStore
from gpar_core.jobs.workers import supervisor_lock
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import job_id
from tests.pages.browser import Server, browsing, serving, settled
from tests.pages.charted import charted
from tests.pages.conftest import Library
from tests.pages.stage import ended, waiting
from tests.pages.test_every_page_browser import broken_rules
from tests.waiting import until

MAX_STEPS = 80
"""More stops than any page has before what is looked for."""

ACTIVE = """(() => {
    let active = document.activeElement
    while (active.shadowRoot?.activeElement) active = active.shadowRoot.activeElement
    return active
})()"""
"""The element that has the focus; a component's own are hidden within it."""

TRIES = 5
MARGIN, TRANSITION_MS = 8, 400
"""Pixels around an element in which its focus may show, and how long that may take."""


@pytest.fixture(scope="module")
def own(library: Library, tmp_path_factory: pytest.TempPathFactory) -> Library:
    """A library of this module, with a map."""
    cache = Cache(tmp_path_factory.mktemp("keyboard") / "cache")
    shutil.copytree(library.cache.root, cache.root)
    charted(cache)
    return replace(library, cache=cache)


@pytest.fixture(scope="module")
def server(own: Library) -> Iterator[Server]:
    own.cache.jobs.mkdir(exist_ok=True)
    # As if a supervisor were there: a training stays in the queue until it is canceled.
    with supervisor_lock(own.cache), serving(own.cache, {"GPAR_SPARE_WORKERS": "0"}) as server:
        yield server


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with browsing() as (page, _):
        yield page


def test_a_result_is_found_read_deleted_and_brought_back(
    own: Library, server: Server, page: Page
) -> None:
    model = job_id(own.simulated)
    page.goto(server.address)
    settled(page)
    go_to(page, page.get_by_test_id("stSidebarNavLink").filter(has_text="Models"))
    expect(page.get_by_role("heading", name="Models")).to_be_visible()
    settled(page)

    expect(main(page)).to_contain_text("Check a row")
    # A table is one stop, arrows move in it, and what they come to is offered below.
    tab_to(page, page.get_by_test_id("stDataFrame").locator("canvas").first)
    opening = main(page).get_by_role("button", name=re.compile("^Open "))
    first = opening.inner_text()
    page.keyboard.press("ArrowDown")
    expect(opening).not_to_have_text(first)
    settled(page)
    assert "model=" not in page.url
    go_to(page, opening)
    expect(page).to_have_url(re.compile("model="))
    settled(page)

    page.goto(f"{server.address}/models?model={model}")
    settled(page)
    tabs = main(page).get_by_role("tab")
    reach(page, tabs.first)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(tabs.nth(1)).to_have_attribute("aria-selected", "true")

    page.goto(f"{server.address}/models?model={model}")
    settled(page)
    go_to(page, main(page).get_by_role("button", name="Delete"))
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("can train it again")
    close(page, dialog)
    assert model in own.cache.model_ids()
    go_to(page, main(page).get_by_role("button", name="Delete"))
    go_to(page, dialog.get_by_role("button", name="Delete"))
    expect(main(page)).to_contain_text("Deleted: HDAC inhibitor")
    assert model not in own.cache.model_ids()
    go_to(page, main(page).get_by_role("button", name="Undo"))
    expect(main(page)).not_to_contain_text("Deleted: HDAC inhibitor")
    assert model in own.cache.model_ids()


def test_a_drug_is_looked_up_and_a_training_asked_for(
    own: Library, server: Server, page: Page
) -> None:
    page.goto(f"{server.address}/compound")
    settled(page)
    reach(page, main(page).get_by_role("combobox").first)
    page.keyboard.type("hdac1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="hdac1")).to_be_visible()
    settled(page)

    page.goto(f"{server.address}/compound?compound=hdac1&about=Map")
    settled(page)
    stage = page.get_by_role("application", name="Map of signatures")
    expect(stage).to_be_visible()
    reach(page, stage)

    page.goto(f"{server.address}/drug_prediction")
    settled(page)
    main(page).get_by_text("Drugs by name").click()
    settled(page)
    reach(page, main(page).get_by_role("combobox", name=re.compile("Drugs")).first)
    page.keyboard.type("dark1")  # as ten other names begin
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")  # the list stays open for more
    settled(page)
    expect(main(page).get_by_test_id("stMetricValue").first).to_have_text("1")
    expect(main(page)).to_contain_text("dark1")

    page.goto(f"{server.address}/drug_prediction")
    settled(page)
    reach(page, main(page).get_by_role("combobox", name=re.compile("MOA")).first)
    page.keyboard.type("MTOR")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    settled(page)
    train = main(page).get_by_role("button", name="Start training", exact=True)
    expect(train).to_be_enabled()
    go_to(page, train)
    expect(page).to_have_url(re.compile("job="))
    go_to(page, main(page).get_by_role("button", name="Cancel"))
    expect(main(page)).to_contain_text("canceled")


def test_jobs_are_looked_up_opened_and_canceled(own: Library, server: Server, page: Page) -> None:
    ended(own.cache, own.simulated, State.DONE)
    watched = waiting(own.cache, own.by_name)
    canceled = waiting(own.cache, own.measured)
    page.goto(f"{server.address}/jobs")
    settled(page)
    cards = main(page).get_by_role("button", name="Cancel", exact=True)
    expect(cards).to_have_count(2)
    go_to(page, cards.last)
    expect(cards).to_have_count(1)
    assert JobStore(own.cache).get(canceled.id).state is State.CANCELLED

    # One that ends meanwhile is told without taking the focus, and closed by a key.
    reach(page, main(page).get_by_role("textbox", name="Find"))
    store = JobStore(own.cache)
    assert store.claim(limit=9, limit_per_owner=9)
    store.finish(watched.id, 1, State.DONE)
    told = page.get_by_role("status").filter(has_text="is done.")
    expect(told).to_be_visible()
    assert broken_rules(page) == []
    go_to(page, told.get_by_role("button", name="Close notice"))
    expect(told).to_have_count(0)

    reach(page, main(page).get_by_role("textbox", name="Find"))
    page.keyboard.type("hdac inhibitor")
    page.keyboard.press("Enter")
    # Only once the table is the one that was asked for: the choice in another is lost with it.
    rows = page.get_by_test_id("stDataFrame").locator("[role=grid]")
    expect(rows).to_have_attribute("aria-rowcount", "2")
    settled(page)
    tab_to(page, page.get_by_test_id("stDataFrame").locator("canvas").first)
    page.keyboard.press("ArrowDown")
    go_to(page, main(page).get_by_role("button", name="Open result"))
    expect(page).to_have_url(re.compile(f"job={job_id(own.simulated)}"))


def main(page: Page) -> Locator:
    return page.get_by_test_id("stMain")


def go_to(page: Page, wanted: Locator) -> None:
    """Reach it and press it."""
    reach(page, wanted)
    page.keyboard.press("Enter")


def close(page: Page, dialog: Locator) -> None:
    """Press Escape until it is closed: one that is still being opened does not hear it."""

    def closed() -> bool:
        if dialog.count():
            page.keyboard.press("Escape")
        return dialog.count() == 0

    until(closed)


def reach(page: Page, wanted: Locator) -> None:
    """Press Tab until it has the focus, and see that one can see so."""
    tab_to(page, wanted)
    assert shows_focus(page), f"nothing shows that {wanted} has the focus"


def tab_to(page: Page, wanted: Locator) -> None:
    """A table marks its cell also without the focus."""
    expect(wanted).to_be_visible()
    for _ in range(MAX_STEPS):
        if wanted.evaluate(f"node => node.contains({ACTIVE})"):
            break
        page.keyboard.press("Tab")
    else:
        pytest.fail(f"Tab never comes to {wanted}")


def shows_focus(page: Page) -> bool:
    """Whether the focused element looks otherwise than once the focus has gone on.

    On a busy computer a picture may be taken before what it is of is drawn.
    """
    focused = page.evaluate_handle(ACTIVE).as_element()
    assert focused is not None
    for _ in range(TRIES):
        with_focus = picture(page, focused)
        page.keyboard.press("Tab")
        without = picture(page, focused)
        page.keyboard.press("Shift+Tab")
        if with_focus != without:
            return True
    return False


def picture(page: Page, element: ElementHandle) -> bytes:
    """Of the element and a little around it."""
    page.wait_for_timeout(TRANSITION_MS)
    element.scroll_into_view_if_needed()
    box = element.bounding_box()
    assert box is not None
    left, top = max(box["x"] - MARGIN, 0), max(box["y"] - MARGIN, 0)
    right, bottom = box["x"] + box["width"] + MARGIN, box["y"] + box["height"] + MARGIN
    around = {"x": left, "y": top, "width": right - left, "height": bottom - top}
    return page.screenshot(clip=around, caret="initial")  # type: ignore[arg-type]
