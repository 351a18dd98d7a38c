"""From a request for a selection to a published compendium."""

from dataclasses import replace
from pathlib import Path

import pytest

from gpar_core.analyses.registry import from_json
from gpar_core.data import compendium as compendia
from gpar_core.data.compendium import Compendium
from gpar_core.data.plan_select import plan_select
from gpar_core.data.quality import QualityFilter
from gpar_core.data.requests import SelectRequest
from gpar_core.data.run_select import run_select
from gpar_core.errors import NotFoundError, RequestError
from gpar_core.progress import silent
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import job_id, to_json
from tests.synthetic import build, drugs_of

ACTIVE = QualityFilter(min_tas=0.2)


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


@pytest.fixture
def source(cache: Cache) -> Compendium:
    drugs = [*drugs_of("HDAC inhibitor", 3), *drugs_of("", 4, tas=0.1)]
    return build(cache.compendium("tiny"), drugs)


def _plan(cache: Cache, source: Compendium, **asked: object) -> SelectRequest:
    return plan_select(cache, source, **{"name": "active", "quality": ACTIVE, **asked})


def test_a_selection_is_published_under_its_name(cache: Cache, source: Compendium) -> None:
    request = _plan(cache, source)
    run_select(request, cache, silent)
    made = compendia.load(cache.existing_compendium("active"))
    assert made.compounds["pert_iname"].tolist() == ["hdac0", "hdac1", "hdac2"]
    assert cache.compendium_made_by("active") == job_id(request)
    assert _plan(cache, source) == request


def test_a_request_for_a_selection_comes_back_from_json(cache: Cache, source: Compendium) -> None:
    quality = QualityFilter(min_tas=0.2, times=(24.0, 6.0, 24.0), cells=("mcf7", "a375"))
    request = _plan(cache, source, quality=replace(quality, times=(24.0,)))
    assert request.quality.cells == ("A375", "MCF7")
    assert from_json(to_json(request)) == request
    assert job_id(request) != job_id(replace(request, quality=ACTIVE))


def test_a_source_that_has_changed_is_refused(cache: Cache, source: Compendium) -> None:
    request = replace(_plan(cache, source), fingerprint="0" * 64)
    with pytest.raises(RequestError, match="has changed"):
        run_select(request, cache, silent)


def test_another_compendium_of_the_name_stays_unless_it_may_be_replaced(
    cache: Cache, source: Compendium
) -> None:
    first = _plan(cache, source)
    run_select(first, cache, silent)
    other = QualityFilter(min_tas=0.1)
    with pytest.raises(RequestError, match="already a compendium 'active'"):
        _plan(cache, source, quality=other)
    with pytest.raises(RequestError, match="already a compendium 'active'"):
        run_select(replace(first, quality=other), cache, silent)
    run_select(_plan(cache, source, quality=other, replace=True), cache, silent)
    assert compendia.load(cache.compendium("active")).filters == (other,)


@pytest.mark.parametrize(
    ("asked", "error", "words"),
    [
        ({"name": "tiny"}, RequestError, "another name"),
        ({"name": "../x"}, RequestError, "is not a valid name for a compendium"),
        ({"quality": QualityFilter()}, RequestError, "has no limits"),
        ({"quality": QualityFilter(cells=("PC3",))}, NotFoundError, "is from 'PC3'"),
        ({"quality": QualityFilter(min_tas=0.9)}, RequestError, "keeps none of the 14"),
    ],
)
def test_what_cannot_be_selected_is_refused_beforehand(
    cache: Cache, source: Compendium, asked: dict[str, object], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        _plan(cache, source, **asked)
