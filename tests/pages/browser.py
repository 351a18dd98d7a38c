"""A real server and a real browser, neither of which reaches anything but this computer."""

import os
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Error, Locator, Page, Request, WebSocket, expect, sync_playwright

from benchmarks.ports import free_port
from gpar_core.storage.cache import Cache
from tests.pages.stage import APP
from tests.processes import end_jobs
from tests.waiting import PATIENCE, until

NO_NETWORK = Path(__file__).resolve().parent / "no_network"
LOCAL = {"localhost", "127.0.0.1"}
NETWORK = {"http", "https", "ws", "wss"}
SLOW_MS = PATIENCE * 1000

expect.set_options(timeout=SLOW_MS)


class Server:
    """`streamlit run` on one cache; it can be killed and started again at the same address.

    notes: a folder for its log and for what it and its jobs tried to reach outside. settings: more
    of its environment.
    """

    def __init__(
        self, cache: Cache, notes: Path, settings: Mapping[str, str] | None = None
    ) -> None:
        self._cache = cache
        self._settings = settings or {}
        self.options: list[str] = []
        self._log = notes / "log"
        self._outside = notes / "outside"
        self._port = free_port()
        self.address = f"http://localhost:{self._port}"

    def start(self) -> None:
        command = [sys.executable, "-m", "streamlit", "run", str(APP), "--server.headless=true"]
        command += [f"--server.port={self._port}", "--server.fileWatcherType=none"]
        command += self.options
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                cwd=APP.parent,
                env={
                    **os.environ,
                    **self._settings,
                    "GPAR_CACHE": str(self._cache.root),
                    "GPAR_READING_SECONDS": str(int(PATIENCE)),
                    "GPAR_TEST_OUTSIDE": str(self._outside),
                    "PYTHONPATH": str(NO_NETWORK),
                },
                stdout=subprocess.DEVNULL,
                stderr=log,
            )
        until(
            self._answers,
            saw=self.log,
            unless=lambda: self._process.poll() is not None and "the server has ended",
        )

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """End the server and every supervisor and worker of its cache."""
        self.kill()
        end_jobs(self._cache)

    def log(self) -> str:
        return self._log.read_text("utf-8")

    def outside(self) -> str:
        """What the server and its jobs tried to reach outside this computer, one a line."""
        return self._outside.read_text("utf-8") if self._outside.exists() else ""

    def _answers(self) -> bool:
        with suppress(OSError), urllib.request.urlopen(f"{self.address}/_stcore/health"):  # noqa: S310
            return True
        return False


@contextmanager
def serving(cache: Cache, settings: Mapping[str, str] | None = None) -> Iterator[Server]:
    """A server that runs meanwhile. Fails if it tried to reach anything outside this computer."""
    with TemporaryDirectory() as notes:
        server = Server(cache, Path(notes), settings)
        try:
            server.start()
            yield server
        finally:
            server.stop()
        assert server.outside() == ""


@contextmanager
def browsing() -> Iterator[tuple[Page, list[str]]]:
    """A page, and the addresses outside this computer that it asked for (none is answered)."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(f"no browser on the PATH (looked for {', '.join(names)})")
    outside: list[str] = []

    def note(asked: Request | WebSocket) -> None:
        address = urlsplit(asked.url)
        if address.scheme in NETWORK and address.hostname not in LOCAL:
            outside.append(asked.url)

    with sync_playwright() as playwright:
        # By the browser's own rule: to route requests through Python would switch its cache off.
        nowhere = "--host-resolver-rules=MAP * ~NOTFOUND, " + ", ".join(
            f"EXCLUDE {host}" for host in sorted(LOCAL)
        )
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", nowhere])
        context = browser.new_context(viewport={"width": 1300, "height": 1400})
        context.set_default_timeout(SLOW_MS)
        context.on("request", note)
        page = context.new_page()
        page.on("websocket", note)
        yield page, outside
        browser.close()


def press_until(button: Locator, done: Callable[[], bool]) -> None:
    """Press until it is done: a press is lost where the button is drawn again at that moment."""

    def pressed() -> bool:
        if not done():
            with suppress(Error):
                button.click(timeout=5000)
        return done()

    until(pressed, saw=lambda: button.page.get_by_test_id("stMain").inner_text())


def choose(page: Page, label: str, name: str, chosen: Locator) -> None:
    """Choose an entry of a list, until `chosen` is there: a press is lost as in `press_until`."""

    def is_chosen() -> bool:
        with suppress(Error, AssertionError):
            page.get_by_role("combobox", name=label).fill(name, timeout=5000)
            page.get_by_role("option", name=name, exact=True).click(timeout=5000)
            expect(chosen).to_be_visible(timeout=5000)
        return chosen.count() > 0

    until(is_chosen, saw=lambda: page.get_by_test_id("stMain").inner_text())


def choose_of_several(page: Page, label: str, name: str) -> None:
    """Choose an entry of a list that takes several."""
    # Not by its role: while the list is open, what is outside it is hidden from screen readers.
    choose(page, label, name, page.get_by_test_id("stMultiSelect").get_by_text(name, exact=True))


def settled(page: Page) -> None:
    """The script has run and what it drew is there, with no gray placeholder any more.

    The heading first: before a page's script begins, it is not running either.
    """
    expect(page.get_by_test_id("stMain").get_by_role("heading").first).to_be_visible()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
