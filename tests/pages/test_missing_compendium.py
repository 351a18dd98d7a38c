"""A compendium that is not there is said to be missing; no other one takes its place unasked."""

import pytest

from gpar_core.storage.cache import remove
from pages._shared.error_box import plain
from tests.pages.conftest import Library
from tests.pages.stage import EVIL, labels, page, press, words

USES_ONE = (
    "home", "learn", "drug_prediction", "moa_prediction", "library", "compare", "case_studies",
    "compound", "gene", "map", "evaluation", "cell_influence", "signature_search",
    "hyper_parameters", "genes", "compendium",
)  # fmt: skip


@pytest.mark.parametrize("name", USES_ONE)
def test_every_page_says_so_and_shows_nothing_else(stocked: Library, name: str) -> None:
    app = page(name, compendium="nope")
    assert "There is no compendium 'nope' here" in words(app.error)
    assert "Simulated data" not in words(app.warning)
    assert {"Use this compendium", "Import or download data"} <= set(labels(app))


def test_a_name_that_is_markup_is_shown_as_it_stands(stocked: Library) -> None:
    app = page("compound", compendium=EVIL[0])
    assert plain(f"There is no compendium '{EVIL[0]}' here") in words(app.error)


def test_one_click_uses_another(stocked: Library) -> None:
    app = page("compendium", compendium="nope")
    app.selectbox(key="compendium-instead").set_value("measured").run()
    press(app, "Use this compendium")
    assert not app.error
    assert app.sidebar.selectbox(key="compendium").value == "measured"


def test_one_click_leads_to_the_import(stocked: Library) -> None:
    app = press(page("genes", compendium="nope"), "Import or download data")
    assert words(app.title) == "Compendium demo"
    assert "Import" in [tab.label for tab in app.tabs]


@pytest.mark.parametrize("name", ["demo", "measured"])
def test_one_that_is_deleted_elsewhere_is_missed(stocked: Library, name: str) -> None:
    app = page("drug_prediction", compendium=name)
    assert not app.error
    remove(stocked.cache.compendium(name))
    app.run()
    assert f"There is no compendium '{name}' here" in words(app.error)
    app.run()
    assert f"There is no compendium '{name}' here" in words(app.error)
    press(app, "Use this compendium")
    assert not app.error


def test_one_that_was_deleted_on_purpose_is_not_missed(stocked: Library) -> None:
    app = press(page("compendium", compendium="measured", tab="Delete"), "Delete compendium")
    for button in app.button:  # a full run opens the dialog only if its own button is pressed too
        if button.label in {"Delete", "Delete compendium"}:
            button.click()
    app.run()
    assert "measured" not in stocked.cache.compendium_names()
    assert not app.error
    assert app.sidebar.selectbox(key="compendium").value == "demo"
