"""The page Storage: sizes, holders, pins and deletes."""

import pytest

from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import job_id
from tests.pages.conftest import Library
from tests.pages.signed_in import behind_a_proxy, sign_in
from tests.pages.stage import labels, page, press, words
from tests.pages.test_models import select_row


def test_an_empty_cache_says_where_to_begin(cache: Cache) -> None:
    assert "Nothing is stored yet" in words(page("storage").info)


def test_everything_is_listed_with_its_size_the_largest_first(stocked: Library) -> None:
    table = page("storage").dataframe[0].value
    assert sorted(table["Kind"].unique()) == ["Compendium", "Model"]
    assert set(table.loc[table["Kind"] == "Compendium", "Name"]) == {"demo", "measured", "evil"}
    assert "HDAC inhibitor" in set(table["Name"])
    assert table["Size"].is_monotonic_decreasing
    assert (table["Size"] > 0).all()


def test_kinds_narrow_the_list(stocked: Library) -> None:
    app = page("storage")
    app.pills[0].set_value(["compendia"]).run()
    assert set(app.dataframe[0].value["Kind"]) == {"Compendium"}


def test_a_row_is_pinned_and_deleted(stocked: Library) -> None:
    app = page("storage")
    row = app.dataframe[0].value["Name"].tolist().index("MTOR inhibitor")
    name = job_id(stocked.measured)
    select_row(app, "storage", row)
    next(toggle for toggle in app.toggle if toggle.label == "Pinned").set_value(True).run()
    assert stocked.cache.access.record(name).pinned
    select_row(app, "storage", row)
    assert app.dataframe[0].value["Pinned"].tolist()[row] == "yes"
    press(app, "Delete …")
    assert "can compute it again" in words(app)
    # A full run, as this is, opens the dialog anew only if its own button is pressed as well.
    for label in ("Delete …", "Delete"):
        next(button for button in app.button if button.label == label).click()
    app.run()
    assert name not in stocked.cache.model_ids()
    assert name not in stocked.cache.access.records()
    assert "MTOR inhibitor" not in set(app.dataframe[0].value["Name"])


def test_limits_are_told(stocked: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPAR_CACHE_GB", "20")
    assert "exceeds 20 GB" in words(page("storage").caption)


def test_people_see_theirs_and_what_is_shared_and_delete_only_theirs(
    stocked: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    behind_a_proxy(monkeypatch, GPAR_OWNER_GB="2")
    stocked.cache.access.hold("ann", job_id(stocked.simulated), 0, shared=False)
    sign_in(monkeypatch, "bob")
    others = page("storage").dataframe[0].value["Name"].tolist()
    assert "HDAC inhibitor" not in others
    app = page("storage")
    select_row(app, "storage", others.index("MTOR inhibitor"))
    assert "Only its owner or an administrator can delete it." in words(app.caption)
    assert "Delete …" not in labels(app)
    sign_in(monkeypatch, "ann")
    app = page("storage")
    assert "HDAC inhibitor" in app.dataframe[0].value["Name"].tolist()
    app.checkbox[0].set_value(True).run()
    assert app.dataframe[0].value["Name"].tolist() == ["HDAC inhibitor"]
    assert app.dataframe[0].value["Owner"].tolist() == ["you"]


def test_hostile_names_are_shown_as_they_are(stocked: Library) -> None:
    app = page("storage")
    row = app.dataframe[0].value["Name"].tolist().index("![x](http://evil/)")
    select_row(app, "storage", row)
    assert "![x](http" not in words(app.markdown)
    press(app, "Delete …")
    assert "![x](http" not in words(app.markdown)
