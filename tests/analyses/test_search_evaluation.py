"""An evaluation of search scores as a job: what is asked for, kept and published."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gpar_core.analyses import result as analysis
from gpar_core.analyses.registry import from_json
from gpar_core.analyses.run_job import run_job
from gpar_core.analyses.search_evaluation.plan import plan_search_evaluation
from gpar_core.compare.search_evaluation import evaluate_scores
from gpar_core.compare.search_queries import own_queries
from gpar_core.data.compendium import Compendium
from gpar_core.errors import Cancelled, RequestError
from gpar_core.progress import Progress, silent
from gpar_core.search.scores import SCORES
from gpar_core.storage.cache import Cache, remove
from gpar_core.storage.requests import job_id, to_json
from tests.pools import Means
from tests.synthetic import Drug, build, drugs_of


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path)


@pytest.fixture
def compendium(cache: Cache) -> Compendium:
    drugs = [*drugs_of("X inhibitor", 4), *drugs_of("Y agonist", 3), *drugs_of("", 20)]
    return build(cache.compendium("mine"), drugs, effect=40.0, name="mine", simulated=True)


@pytest.fixture
def source(cache: Cache) -> Compendium:
    drugs = [Drug("N-1", "x1", "X inhibitor"), Drug("N-2", "new", "y agonist")]
    return build(cache.compendium("other"), drugs, seed=3, effect=40.0, name="other")


def test_a_request_is_sorted_and_the_same_in_any_order(compendium: Compendium) -> None:
    one = plan_search_evaluation(compendium, scores=["xsum", "wtcs"], genes=[50, 10], noise=[1, 0])
    other = plan_search_evaluation(
        compendium, scores=["wtcs", "xsum", "wtcs"], genes=[10, 50, 10], noise=[0, 1.0]
    )
    assert job_id(one) == job_id(other)
    assert (one.scores, one.genes, one.noise) == (("wtcs", "xsum"), (10, 50), (0.0, 1.0))
    assert from_json(to_json(one)) == one
    assert one.title == "Evaluation of 2 search scores"


def test_without_choices_all_scores_are_compared(
    compendium: Compendium, source: Compendium
) -> None:
    request = plan_search_evaluation(compendium, queries=source)
    assert request.scores == tuple(SCORES)
    assert request.queries_fingerprint == source.fingerprint
    assert request.title == f"Evaluation of {len(SCORES)} search scores with queries from other"
    assert plan_search_evaluation(compendium, queries=compendium).queries == ""


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"scores": ["best"]}, "There is no score 'best'"),
        ({"genes": []}, "0 values of length were chosen"),
        ({"genes": range(1, 50)}, "49 values of length were chosen. Choose 1 to 10"),
        ({"genes": [0]}, "0 is not a possible length. Choose values from 1 to 489"),
        ({"genes": [490]}, "490 is not a possible length"),
        ({"noise": [-1]}, "-1 is not a possible noise. Choose values from 0 to 10"),
        ({"noise": [float("nan")]}, "nan is not a possible noise"),
        ({"noise": [float("inf")]}, "inf is not a possible noise"),
    ],
)
def test_what_cannot_be_evaluated_is_refused(
    compendium: Compendium, settings: dict[str, Any], said: str
) -> None:
    with pytest.raises(RequestError, match=said):
        plan_search_evaluation(compendium, **settings)


def test_without_a_shared_mechanism_there_is_nothing_to_retrieve(
    compendium: Compendium, tmp_path: Path
) -> None:
    alone = build(tmp_path / "alone", [*drugs_of("Z blocker", 1), *drugs_of("", 9)], name="alone")
    with pytest.raises(RequestError, match="No two drugs of 'alone' share a MOA"):
        plan_search_evaluation(alone)
    with pytest.raises(RequestError, match="'alone' and 'mine' have no MOA in common"):
        plan_search_evaluation(compendium, queries=alone)


def test_a_job_publishes_what_the_core_finds(cache: Cache, compendium: Compendium) -> None:
    request = plan_search_evaluation(compendium, scores=["zhang", "cosine"], genes=[20], seed=4)
    run_job(request, cache, silent, Means())
    tables = analysis.load(cache.analysis(job_id(request))).tables
    queries = own_queries(compendium, seed=4)
    found = evaluate_scores(compendium, queries, ["zhang", "cosine"], [20], [0.0, 1.0], seed=4)
    assert set(tables) == {"moas", "identity", "summary", "scope"}
    assert len(tables["moas"]) == 2 * 2 * 2
    for name, table in found.items():
        assert tables[name].astype(str).equals(table.astype(str))


def test_a_cancelled_job_resumes_where_it_stopped(cache: Cache, compendium: Compendium) -> None:
    request = plan_search_evaluation(compendium, scores=["zhang", "cosine"], genes=[20], noise=[0])

    def stop(progress: Progress) -> None:
        if progress.done == 1:
            raise Cancelled("Cancelled.")

    with pytest.raises(Cancelled):
        run_job(request, cache, stop, Means())
    assert not cache.analysis_ids()
    told: list[Progress] = []
    run_job(request, cache, told.append, Means())
    assert {each.done for each in told} == {1}
    assert cache.analysis_ids() == [job_id(request)]


def test_queries_of_another_compendium_are_those_that_were_planned(
    cache: Cache, compendium: Compendium, source: Compendium
) -> None:
    request = plan_search_evaluation(
        compendium, scores=["cosine"], genes=[20], noise=[0], queries=source
    )
    run_job(request, cache, silent, Means())
    tables = analysis.load(cache.analysis(job_id(request))).tables
    assert tables["moas"]["moa"].tolist() == ["X inhibitor", "Y agonist"]
    assert tables["identity"]["drug"].tolist() == ["x1"]
    assert np.isnan(tables["summary"]["low"]).all()
    later = replace(request, seed=1)
    remove(cache.compendium("other"))
    build(cache.compendium("other"), [Drug("N-9", "z", "X inhibitor")], seed=4, name="other")
    with pytest.raises(RequestError, match="'other' has changed"):
        run_job(later, cache, silent, Means())


def test_queries_that_only_meet_themselves_are_refused(
    cache: Cache, compendium: Compendium
) -> None:
    drugs = [*drugs_of("Q inhibitor", 1), *drugs_of("", 9)]
    here = build(cache.compendium("here"), drugs, name="here")
    there = build(cache.compendium("there"), drugs_of("Q inhibitor", 1), seed=2, name="there")
    request = plan_search_evaluation(here, scores=["cosine"], queries=there)
    with pytest.raises(RequestError, match="No compound of 'there' shares a MOA with another"):
        run_job(request, cache, silent, Means())
