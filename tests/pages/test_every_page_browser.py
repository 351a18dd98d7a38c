"""Every page in a real browser: nothing of the network, names are but names, all can read it."""

import base64
import os
import re
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error, Locator, Page, expect

from gpar_core.jobs.job import State
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import job_id
from tests.pages.browser import NO_NETWORK, Server, browsing, serving, settled
from tests.pages.charted import charted
from tests.pages.conftest import Library
from tests.pages.searched import searched
from tests.pages.shelf import shelve, train_the_rest
from tests.pages.stage import APP, EVIL, EVIL_DRUGS, ended
from tests.pages.test_cell_influence import compared
from tests.pages.test_curation import find
from tests.pages.test_evaluation import evaluated
from tests.pages.test_genes import counted, found
from tests.pages.test_hyper_parameters import planned, swept

PAGES = {path.stem for path in (APP.parent / "pages").glob("*.py")} - {"home"}
OUTSIDE = "192.0.2.1"
"""An address that belongs to nobody."""

INJECTED = ", ".join(
    (
        "img[src*=evil]", "img[src=x]", "[onerror]", "script", "iframe", ".katex",
        "a[href*='//evil']", "a[href*='evil.example']", "a[href^=javascript]",
        "[data-testid=stMarkdownContainer] table",
        "[data-testid=stMarkdownContainer] [data-testid=stIconMaterial]",
        "[data-testid=stMarkdownContainer] code", ".stMarkdownColoredText",
        "[data-testid=stMarkdownContainer] [role=img]",
    )
)  # fmt: skip
"""What would be there if a name were taken for markup."""

NOT_OURS = {"list", "listitem", "presentation-role-conflict", "svg-img-alt"}
"""Rules that others break: groups of links in Streamlit's sidebar are lists within a list, its area
to drop files on is said to be no element and has a name, and Vega calls parts of a chart pictures
without words (the chart itself has a description)."""

PANEL = "[role=tabpanel]"
STATUS = "[data-testid=stStatusWidget]"


def everything(stocked: Library) -> list[str]:
    """Addresses of what pages can show, made from the compendium whose names are markup."""
    cache, moa = stocked.cache, EVIL[0]
    influence = compared(cache, "evil", moa=moa, selections=((EVIL[2],), (EVIL[3],)))
    library = shelve(cache, "evil", {EVIL[3]: EVIL[1]})
    train_the_rest(cache, library)
    find(stocked, stocked.evil)
    failed = ended(cache, planned(cache, "evil", EVIL[2]), State.FAILED, " ".join(EVIL))
    shown = {
        "cell_influence": [job_id(influence)],
        "evaluation": [job_id(evaluated(cache, "evil"))],
        "hyper_parameters": [job_id(swept(cache, "evil", moa)), failed.id],
        "genes": [job_id(found(cache, stocked.evil)), job_id(counted(cache, "evil", moa=moa))],
        "signature_search": [job_id(searched(cache, "evil", EVIL_DRUGS[0].name))],
        "map": [job_id(charted(cache, "evil", moas=[EVIL[2]]))],
    }
    results = [f"{name}?job={job}" for name, jobs in shown.items() for job in jobs]
    return [
        *results,
        f"models?model={job_id(stocked.evil)}",
        f"library?library={job_id(library)}",
        "moa_prediction?compound=%3Cimg%20src%3Dx%20onerror%3D1%3E",
        "compound?compound=EVIL-2",
        "gene?gene=TP53",
        "gene?gene=%3Cimg%20src%3Dx%20onerror%3D1%3E",
        "learn?learn=Glossary",
    ]


def test_no_page_asks_the_network_or_takes_a_name_for_markup(
    stocked: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GPAR_SPARE_WORKERS", "0")
    addresses = everything(stocked)
    with serving(stocked.cache) as server, browsing() as (page, outside):
        page.goto(f"{server.address}/?compendium=evil")
        settled(page)
        listed = leading_to(page.get_by_test_id("stSidebarNavLink"))
        assert len(listed) <= 9
        beside: set[str] = set()
        for address in ["", *sorted(PAGES), *addresses]:
            page.goto(f"{server.address}/{address}{'&' if '?' in address else '?'}compendium=evil")
            assert_harmless(page)
            if address in listed:
                beside |= leading_to(page.locator(".st-key-beside a"))
        assert listed | beside == PAGES | {""}
        assert_names_stand(page, server.address, job_id(stocked.evil))
        assert_paper_has_what_can_be_read(page)
        assert outside == []
        assert server.outside() == ""


def leading_to(links: Locator) -> set[str]:
    """The pages that links lead to."""
    return {
        (link.get_attribute("href") or "").split("?")[0].rsplit("/", 1)[-1] for link in links.all()
    }


def assert_names_stand(page: Page, address: str, model: str) -> None:
    """Names that are markup can be read as they are, in headings, in text and in lists."""
    main = page.get_by_test_id("stMain")
    page.goto(f"{address}/models?model={model}")
    expect(main.get_by_role("heading", name=EVIL[0])).to_be_visible()
    page.goto(f"{address}/compendium?compendium=evil")
    expect(main.get_by_text(EVIL[0]).first).to_be_visible()
    page.goto(f"{address}/drug_prediction?compendium=evil")
    page.get_by_role("combobox", name="MOA").click()
    page.get_by_role("option").first.click()
    page.keyboard.press("Escape")  # a list of several stays open
    for name in EVIL:
        expect(main.get_by_text(name).last).to_be_visible()
    assert injected(page).count() == 0


def assert_paper_has_what_can_be_read(page: Page) -> None:
    """Neither sidebar nor buttons are printed."""
    page.emulate_media(media="print")
    expect(page.get_by_test_id("stSidebar")).to_be_hidden()
    expect(page.get_by_test_id("stMain").get_by_role("heading").first).to_be_visible()
    for button in page.get_by_test_id("stButton").all():
        expect(button).to_be_hidden()
    page.emulate_media(media="screen")


def assert_harmless(page: Page) -> None:
    """Of all tabs and what they hide."""
    settled(page)
    tabs = page.get_by_test_id("stMain").get_by_role("tab")
    for number in range(max(tabs.count(), 1)):
        if tabs.count():
            tabs.nth(number).click()
            settled(page)
        assert injected(page).count() == 0, (
            page.url,
            number,
            markup(injected(page)),
        )
        assert broken_rules(page, PANEL if number else None) == [], page.url
        assert "Something went wrong" not in page.get_by_test_id("stMain").inner_text(), page.url
        assert page.get_by_test_id("stException").count() == 0, page.url


def injected(page: Page) -> Locator:
    """The page for teachers alone has code in a text of its own."""
    code = "[data-testid=stMarkdownContainer] code, "
    found = INJECTED.replace(code, "") if "learn=Teachers" in page.url else INJECTED
    return page.get_by_test_id("stApp").locator(found)


def broken_rules(page: Page, within: str | None = None) -> list[str]:
    """What axe finds against WCAG and good practice, by rule, with the first element of each.

    Without Streamlit's own sign that a script runs, which a click on a tab brings up for a moment.
    """
    axe = Axe("") if page.evaluate("'axe' in window") else Axe()
    part = {"include": [[within]]} if within else {}
    found = axe.run(page, {**part, "exclude": [[STATUS]]}).response["violations"]
    return [
        f"{each['id']}: {each['nodes'][0]['html'][:200]}"
        for each in found
        if each["id"] not in NOT_OURS
    ]


def markup(found: Locator) -> str:
    return found.first.evaluate("node => node.parentElement.outerHTML")[:500]


def test_an_error_nobody_foresaw_and_a_foreign_page(stocked: Library) -> None:
    stocked.cache.inbox.write_text("a file where a folder should be")
    with serving(stocked.cache) as server, browsing() as (page, _):
        assert_an_error_shows_an_id_and_the_log_has_the_rest(page, server, stocked.cache)
        assert_a_foreign_page_cannot_connect(server)


def assert_an_error_shows_an_id_and_the_log_has_the_rest(
    page: Page, server: Server, cache: Cache
) -> None:
    page.goto(f"{server.address}/compendium")
    page.get_by_role("tab", name="Import", exact=True).click()
    page.get_by_text("From the server's inbox").click()
    main = page.get_by_test_id("stMain")
    expect(main).to_contain_text(re.compile("Error id [0-9A-F]{8}"))
    said = main.inner_text()
    (error_id,) = re.findall("Error id ([0-9A-F]{8})", said)
    assert "FileExistsError" not in said
    assert "Traceback" not in page.content()
    assert str(cache.root) not in said
    log = server.log()
    assert re.search(rf"\d\d:\d\d:\d\d.* Error id {error_id} on the page 'Compendium'", log)
    assert "FileExistsError" in log.split(error_id)[1]


def assert_a_foreign_page_cannot_connect(server: Server) -> None:
    """Streamlit asks Amazon for its own address before it refuses a foreign origin."""
    assert "101" in handshake(server, server.address)
    assert "403" in handshake(server, "https://evil.example")
    assert server.outside() == ""


def test_the_browser_reaches_nothing_else_and_every_try_is_noted() -> None:
    with browsing() as (page, outside):
        for address in (f"http://{OUTSIDE}/a", "https://evil.example/b"):
            with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
                page.goto(address)
        assert outside == [f"http://{OUTSIDE}/a", "https://evil.example/b"]


def handshake(server: Server, origin: str) -> str:
    """First line of the answer to a websocket that a page of `origin` opens."""
    host = server.address.removeprefix("http://")
    key = base64.b64encode(os.urandom(16)).decode()
    lines = [
        "GET /_stcore/stream HTTP/1.1", f"Host: {host}", f"Origin: {origin}", "Upgrade: websocket",
        "Connection: Upgrade", f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13", "", "",
    ]  # fmt: skip
    name, port = host.split(":")
    with closing(socket.create_connection((name, int(port)), timeout=60)) as connection:
        connection.sendall("\r\n".join(lines).encode())
        return connection.recv(4096).decode("ascii", "replace").splitlines()[0]


@pytest.mark.parametrize(
    ("code", "refused"),
    [
        (f"import socket; socket.create_connection(('{OUTSIDE}', 80), 1)", True),
        (f"import urllib.request as u; u.urlopen('http://{OUTSIDE}/', timeout=1)", True),
        ("import socket; socket.getaddrinfo('evil.example', 80)", True),
        (
            f"import socket as s; s.socket(s.AF_INET, s.SOCK_DGRAM).sendto(b'x', ('{OUTSIDE}', 1))",
            True,
        ),
        ("import socket; socket.getaddrinfo('localhost', 80)", False),
    ],
)
def test_the_guard_itself_sees_every_way_out(tmp_path: Path, code: str, refused: bool) -> None:
    notes = tmp_path / "outside"
    environment = {"GPAR_TEST_OUTSIDE": str(notes), "PYTHONPATH": str(NO_NETWORK)}
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=False,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )
    assert ("A test allows no way out" in done.stderr) == refused
    assert notes.exists() == refused
