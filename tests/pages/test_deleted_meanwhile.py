"""Another session deletes what a page shows, or is about to show: the page says so and lives."""

import pytest

from gpar_core.analyses.map.request import MapRequest
from gpar_core.storage.cache import Cache, remove
from gpar_core.storage.requests import job_id
from tests.pages.conftest import Library
from tests.pages.searched import searched
from tests.pages.stage import page, words


@pytest.mark.parametrize(
    "name", ["models", "drug_prediction", "moa_prediction", "map", "genes", "library", "compendium"]
)
def test_the_compendium_of_an_open_model_is_deleted(stocked: Library, name: str) -> None:
    model = job_id(stocked.simulated)
    app = page(name, model=model, compendium="demo")
    words(app)
    remove(stocked.cache.compendium("demo"))
    words(app.run())
    words(page(name, model=model, compendium="demo"))


def test_the_model_that_is_shown_is_deleted(stocked: Library) -> None:
    model = job_id(stocked.simulated)
    app = page("models", model=model)
    remove(stocked.cache.model(model))
    assert "There is no model at this link" in words(app.run())


@pytest.mark.parametrize("name", ["models", "map"])
def test_what_was_listed_is_deleted_before_it_is_read(
    stocked: Library, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    models, analyses = Cache.model_ids, Cache.analysis_ids
    gone = job_id(MapRequest("demo", "f"))
    monkeypatch.setattr(Cache, "model_ids", lambda cache: [*models(cache), gone])
    monkeypatch.setattr(Cache, "analysis_ids", lambda cache: [*analyses(cache), gone])
    words(page(name))


@pytest.mark.parametrize("tab", ["Compounds", "Map"])
def test_the_search_that_is_shown_is_deleted(stocked: Library, tab: str) -> None:
    request = searched(stocked.cache)
    app = page("signature_search", job=job_id(request), tab=tab)
    assert not app.error
    remove(stocked.cache.analysis(job_id(request)))
    said = words(app.run())
    assert len(app.error) == 1
    assert "Traceback" not in said
    assert [each.label for each in app.button if each.label == "New analysis"]
