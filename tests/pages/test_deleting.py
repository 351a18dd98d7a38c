"""After a deletion: what was deleted is said, and brought back by one click, for a while."""

import shutil
import time
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from gpar_core.storage.requests import job_id
from gpar_core.upkeep import deletion
from pages._shared import deleting
from tests.pages.conftest import Library
from tests.pages.searched import sent
from tests.pages.stage import labels, page, press, words


def deleted(stocked: Library) -> AppTest:
    """The page Models, after its user has deleted a model."""
    app = page("models", model=job_id(stocked.simulated))
    # A full run, as this is, opens the dialog anew only if its own button is pressed as well.
    press(app, "Delete")
    for button in [button for button in app.button if button.label == "Delete"]:
        button.click()
    app.run()
    assert job_id(stocked.simulated) not in stocked.cache.model_ids()
    return app


def test_a_click_brings_it_back(stocked: Library) -> None:
    app = deleted(stocked)
    assert "Deleted: **HDAC inhibitor**" in words(app)
    press(app, "Undo")
    assert job_id(stocked.simulated) in stocked.cache.model_ids()
    assert "HDAC inhibitor" in set(app.dataframe[0].value["Model"])
    assert "Deleted:" not in words(app)
    assert [each["text"] for each in sent(app, "gpar_notices")["notices"]] == [
        "Restored HDAC inhibitor."
    ]


def test_it_is_offered_on_whatever_page_comes_next_and_can_be_put_away(stocked: Library) -> None:
    app = deleted(stocked)
    app.switch_page("pages/compare.py").run()
    assert "Undo" in labels(app)
    press(app, "Close")
    assert "Undo" not in labels(app)
    assert len(deletion.recent(stocked.cache)) == 1


def test_after_a_while_it_is_offered_on_storage_only(
    stocked: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = deleted(stocked)
    later = time.time() + deleting.OFFERED_SECONDS + 1
    monkeypatch.setattr(deleting, "time", SimpleNamespace(time=lambda: later))
    assert "Undo" not in labels(app.run())
    app = page("storage")
    assert "Deleted within the last hour (1, " in words(app.expander)
    press(app, "Restore")
    assert job_id(stocked.simulated) in stocked.cache.model_ids()
    assert not app.expander


def test_what_is_back_or_gone_for_good_is_no_longer_offered(stocked: Library) -> None:
    app = deleted(stocked)
    app.switch_page("pages/storage.py").run()
    press(app, "Delete permanently")
    assert "Undo" not in labels(app)
    assert deletion.recent(stocked.cache) == []


def test_what_cannot_come_back_says_why(stocked: Library) -> None:
    app = deleted(stocked)
    deletion.purge(stocked.cache, 0, every=True)
    press(app, "Undo")
    assert "permanently deleted" in words(app.error)


def test_where_the_disk_is_short_of_room_nothing_is_offered(
    stocked: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=10**9))
    app = deleted(stocked)
    assert "you cannot undo this" in words(app.info)
    assert "Undo" not in labels(app)
