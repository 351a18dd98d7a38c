"""Time until each page is complete in a browser: `python -m benchmarks.page_loads --cache DIR`.

If necessary, the cache is filled like a lab's after some weeks. Every page, a model and a compound
are opened by their addresses in a new tab, and those of the sidebar by a click in an open tab.
Timed until the script has run, a new title is there and nothing is a gray placeholder any more, as
the browser sees it. The server has been asked for every page once; what is
kept in memory from then on is kept for everybody. A new tab includes Streamlit's own start, given
beside it: that of a page of one line, in the same browser.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from playwright.sync_api import Page

from benchmarks.figures import Figure, table, to_json
from benchmarks.map_page import browser
from benchmarks.populated import populate
from benchmarks.server import APP, serving
from gpar_core.storage.cache import Cache

GOAL_SECONDS = 1.0
ROUNDS = 5
COMPOUND = "vorinostat"

WHOLE = """before => {
    const app = document.querySelector('[data-testid=stApp][data-test-script-state=notRunning]')
    const heading = document.querySelector('[data-testid=stMain] h1')
    return app && heading && heading.innerText.trim() !== before
        && !document.querySelector('[data-testid=stSkeleton]')
}"""


def run(cache: Cache, rounds: int) -> list[Figure]:
    """Seconds of every page, both ways. Raises playwright's TimeoutError where one never comes."""
    populate(cache)
    pages = sorted(path.stem for path in (APP.parent / "pages").glob("*.py"))
    addresses = {name: "" if name == "home" else name for name in pages} | {
        "a model": f"models?model={cache.model_ids()[0]}",
        "a compound": f"compound?compound={COMPOUND}",
    }
    found: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder, browser() as page_of:
        plain = Path(folder) / "plain.py"
        plain.write_text("import streamlit as st\n\nst.title('Plain')\n", "utf-8")
        with serving(plain, cache.root) as server, page_of() as page:
            server.wait_until_healthy()
            for number in range(rounds + 1):
                seconds = _opened(page, f"http://localhost:{server.port}")
                if number:
                    found.setdefault("Streamlit's own start", []).append(seconds)
        with serving(APP, cache.root) as server, page_of() as page:
            server.wait_until_healthy()
            root = f"http://localhost:{server.port}"
            for number in range(rounds + 1):
                for name, seconds in _every_page(page, root, addresses):
                    if number:  # the first round is the server's first viewer
                        found.setdefault(name, []).append(seconds)
    return [_figure(name, tuple(values)) for name, values in found.items()]


def _every_page(page: Page, root: str, addresses: Mapping[str, str]) -> Iterator[tuple[str, float]]:
    _opened(page, root)
    links, heading = page.get_by_test_id("stSidebarNavLink"), page.locator("h1").first
    for number in range(links.count()):
        name = links.nth(number).inner_text().strip()
        before = heading.inner_text()
        links.nth(number - 1 if number else 1).click()  # another page is open before
        page.wait_for_function(WHOLE, arg=before if number == 0 else "")
        page.wait_for_timeout(300)
        before = heading.inner_text().strip()
        started = time.perf_counter()
        links.nth(number).click()
        page.wait_for_function(WHOLE, arg=before)
        yield f"{name}, by a click", time.perf_counter() - started
    for name, address in addresses.items():
        yield f"{name}, in a new tab", _opened(page, f"{root}/{address}")


def _opened(page: Page, address: str) -> float:
    """Seconds from the request to the whole page."""
    page.goto("about:blank")
    started = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.wait_for_function(WHOLE, arg="")
    return time.perf_counter() - started


def _figure(name: str, seconds: tuple[float, ...]) -> Figure:
    own = name != "Streamlit's own start"
    how = "until all of it is there" if own else "a page of one line, in a new tab"
    return Figure(f"page: {name}", seconds, "s", how, at_most=GOAL_SECONDS if own else None)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.page_loads")
    parser.add_argument("--cache", type=Path, required=True, help="filled where it is not yet")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    figures = run(Cache(options.cache.resolve()), options.rounds)
    print(table(figures))
    if options.json:
        options.json.write_text(to_json(figures), "utf-8")


if __name__ == "__main__":
    main()
