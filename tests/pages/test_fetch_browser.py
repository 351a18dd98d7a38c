"""Real data in a real browser, from a mirror on this computer: fetched, paused, gone on with."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from gpar_core.data import compendium as compendia
from gpar_core.storage.cache import Cache
from tests.http_files import serving as publishing
from tests.pages.browser import browsing, serving
from tests.published import publish_lincs2020
from tests.synthetic import build, drugs_of


def test_a_new_user_gets_real_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    published = tmp_path / "published"
    published.mkdir()
    made = publish_lincs2020(published)
    cache = Cache(tmp_path / "cache")
    build(cache.compendium("demo"), drugs_of("", 30, tas=0.1), name="demo", simulated=True)
    with publishing(published) as site:
        monkeypatch.setenv("GPAR_MIRROR", site.url)
        site.faults.held = ".gctx"  # so it is not done before it is paused
        with serving(cache) as server, browsing() as (page, outside):
            page.goto(f"{server.address}/compendium")
            page.get_by_role("tab", name="Download data").click()
            page.get_by_text("LINCS 2020 (clue.io)").click()
            cells = page.get_by_label("Cell lines to download")
            cells.fill("MCF7, PC3")
            cells.press("Enter")
            page.get_by_role("button", name="Download", exact=True).click()
            expect(page.get_by_text("Reading the ids of the files on the server")).to_be_visible()
            page.get_by_role("button", name="Pause").click()
            expect(page.get_by_text("is paused. Downloaded data are kept.")).to_be_visible()
            site.faults.held = ""
            page.get_by_role("button", name="Resume").click()
            expect(page.get_by_text("is downloaded")).to_be_visible()
            page.get_by_label("Name of the compendium").fill("mine")
            page.get_by_label("Name of the compendium").press("Enter")
            page.get_by_role("button", name="Import", exact=True).click()
            expect(page.get_by_text("Imported from")).to_be_visible()
            assert outside == []
    mine = compendia.load(cache.compendium("mine"))
    chosen = [sig_id for sig_id in made.sig_ids if "_MCF7:" in sig_id or "_PC3:" in sig_id]
    assert sorted(mine.signatures["sig_id"]) == sorted(chosen)
