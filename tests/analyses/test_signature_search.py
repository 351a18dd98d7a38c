"""A search as a job: what is asked for, and what is published."""

from pathlib import Path

import pytest

from gpar_core import fields
from gpar_core.analyses import result as analysis
from gpar_core.analyses.run_job import run_job
from gpar_core.analyses.signature_search.plan import plan_compound_search, plan_list_search
from gpar_core.data.compendium import Compendium
from gpar_core.errors import Cancelled, NotFoundError, RequestError
from gpar_core.progress import Progress, silent
from gpar_core.search.query import of_compound
from gpar_core.search.search import search
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import job_id
from tests.pools import Means
from tests.synthetic import build, drugs_of

SYMBOLS = fields.LANDMARK_SYMBOLS


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path)


@pytest.fixture
def compendium(cache: Cache) -> Compendium:
    drugs = [*drugs_of("X inhibitor", 4), *drugs_of("", 20)]
    return build(cache.compendium("mine"), drugs, effect=40.0, name="mine")


def test_the_same_lists_in_another_order_are_the_same_request(compendium: Compendium) -> None:
    one, _ = plan_list_search(compendium, SYMBOLS[:20], SYMBOLS[30:50], name=" a  query ")
    other, _ = plan_list_search(
        compendium, [*reversed(SYMBOLS[:20]), "FOO"], SYMBOLS[49:29:-1], name="a query"
    )
    assert one == other
    assert job_id(one) == job_id(other)
    assert one.title == "Signature search: a query"


def test_lists_without_a_name_are_called_by_their_sizes(compendium: Compendium) -> None:
    request, _ = plan_list_search(compendium, SYMBOLS[:20], [])
    assert request.title == "Signature search: 20 genes up, 0 down"


def test_a_job_publishes_what_a_search_finds(cache: Cache, compendium: Compendium) -> None:
    request = plan_compound_search(compendium, "X1", genes=30, score="zhang", seed=3)
    run_job(request, cache, silent, Means())
    tables = analysis.load(cache.analysis(job_id(request))).tables
    query = of_compound(compendium, "x1", n_genes=30)
    found = search(compendium, query, score="zhang", seed=3)
    assert set(tables) == {"signatures", "cells", "compounds", "moas"}
    for name, table in found.items():
        assert tables[name].astype(str).equals(table.reset_index(drop=True).astype(str))
    assert tables["moas"]["moa"].tolist() == ["X inhibitor"]


def test_lists_are_searched_as_they_were_planned(cache: Cache, compendium: Compendium) -> None:
    own = of_compound(compendium, "x0")
    names = [[SYMBOLS[gene] for gene in genes] for genes in (own.up, own.down)]
    request, _ = plan_list_search(compendium, *names)
    run_job(request, cache, silent, Means())
    compounds = analysis.load(cache.analysis(job_id(request))).tables["compounds"]
    assert set(compounds["drug"].head(4)) == {"x0", "x1", "x2", "x3"}


def test_a_cancelled_job_publishes_nothing(cache: Cache, compendium: Compendium) -> None:
    def stop(_: Progress) -> None:
        raise Cancelled("Cancelled.")

    request = plan_compound_search(compendium, "x1")
    with pytest.raises(Cancelled):
        run_job(request, cache, stop, Means())
    assert not cache.analysis_ids()


def test_what_cannot_be_searched_is_refused(compendium: Compendium) -> None:
    with pytest.raises(RequestError, match="no score"):
        plan_compound_search(compendium, "x1", score="best")
    with pytest.raises(RequestError, match="number of genes is 0"):
        plan_compound_search(compendium, "x1", genes=0)
    with pytest.raises(NotFoundError, match="nobody"):
        plan_compound_search(compendium, "nobody")
