"""Every page, in a browser and on a server of which neither reaches anything outside."""

import os
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import expect

from gpar_core.jobs.request import job_id
from tests.pages.browser import NO_NETWORK, SLOW_MS, browsing, serving
from tests.pages.conftest import Library
from tests.pages.stage import APP

PAGES = sorted(path.stem for path in (APP.parent / "pages").glob("*.py") if path.stem != "home")

expect.set_options(timeout=SLOW_MS)


def test_the_guard_sees_what_turns_outside(tmp_path: Path) -> None:
    code = (
        "import socket\n"
        "for host in ('localhost', 'gpar.invalid'):\n"
        "    try: socket.create_connection((host, 9), timeout=0.1)\n"
        "    except OSError: pass\n"
    )
    noted = tmp_path / "outside"
    guarded = {**os.environ, "PYTHONPATH": str(NO_NETWORK), "GPAR_TEST_OUTSIDE": str(noted)}
    subprocess.run([sys.executable, "-c", code], env=guarded, check=True)
    assert noted.read_text() == "socket.getaddrinfo gpar.invalid\n"


def test_no_page_calls_anything_outside_nor_takes_names_for_markup(stocked: Library) -> None:
    with serving(stocked.cache) as server, browsing() as (page, outside):
        for path in ("", *PAGES, f"models?model={job_id(stocked.evil)}"):
            joint = "&" if "?" in path else "?"
            page.goto(f"{server.address}/{path}{joint}compendium=evil")
            expect(page.get_by_role("heading").first).to_be_visible()
            expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)
            marked = page.locator("img[src*=evil], img[src=x], .katex, [onerror]")
            assert marked.count() == 0, path
            assert page.get_by_text("Something went wrong").count() == 0, path
        assert outside == []
