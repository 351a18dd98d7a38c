"""Searches stopped at each of their stages leave nothing half-written, and work again."""

from dataclasses import replace
from pathlib import Path

import pytest

from gpar_core.analyses import result as analysis
from gpar_core.analyses.run_job import run_job
from gpar_core.analyses.search_evaluation.plan import plan_search_evaluation
from gpar_core.analyses.signature_search.plan import plan_list_search, plan_set_search
from gpar_core.data import compendium as compendia
from gpar_core.data.derived_files import SPACE, is_derived
from gpar_core.data.gene_sets import GeneLists
from gpar_core.data.uploads import publish_table
from gpar_core.errors import Cancelled
from gpar_core.fields import LANDMARK_SYMBOLS
from gpar_core.learn.presets import MatchingSettings
from gpar_core.learn.saved_space import known_space
from gpar_core.progress import Progress, silent
from gpar_core.search.batch_lists import batch_of
from gpar_core.storage import leftovers
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import Request, job_id
from tests.pools import Means
from tests.synthetic import build, drugs_of

UP, DOWN = LANDMARK_SYMBOLS[:12], LANDMARK_SYMBOLS[20:30]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cache:
    """A compendium that is large enough for an index, in blocks of a few signatures."""
    for module in ("index", "scan", "null", "vectors"):
        monkeypatch.setattr(f"gpar_core.search.{module}.INDEXED_FROM", 20)
    for module in ("index", "scan"):
        monkeypatch.setattr(f"gpar_core.search.{module}.BLOCK_SIGNATURES", 16)
    monkeypatch.setattr("gpar_core.search.batch.BLOCK_QUERIES", 1)
    monkeypatch.setattr("gpar_core.search.reference.N_REFERENCE", 4)
    monkeypatch.setattr("gpar_core.search.reference.AT_ONCE", 60)
    monkeypatch.setattr("gpar_core.search.significance.N_RANDOM", 3)
    cache = Cache(tmp_path)
    drugs = [*drugs_of("X inhibitor", 3), *drugs_of("Y agonist", 3), *drugs_of("", 6)]
    build(cache.compendium("mine"), drugs, effect=40.0, name="mine")
    return cache


def asked(cache: Cache, what: str) -> Request:
    compendium = compendia.load(cache.compendium("mine"))
    if what == "evaluation":
        return plan_search_evaluation(
            compendium, scores=["zhang", "xsum"], genes=[10], noise=[0.0], seed=0
        )
    if what == "batch":
        sets = batch_of([GeneLists("a", UP, DOWN), GeneLists("b", UP, ())])
        publish_table(cache, sets)
        return plan_set_search(compendium, sets, name="two", score="zhang")
    return replace(plan_list_search(compendium, UP, DOWN, score=what)[0], tau=True)


def forget(folder: Path) -> None:
    """Delete what was computed from a compendium, but for its space, which takes long to learn."""
    for file in folder.iterdir():
        if (is_derived(file) and not file.match(SPACE)) or file.name.startswith("."):
            file.unlink()


@pytest.mark.parametrize("what", ["zhang", "space", "batch", "evaluation"])
def test_stopped_at_each_stage_it_leaves_nothing_and_works_again(cache: Cache, what: str) -> None:
    request = asked(cache, what)
    folder = cache.compendium("mine")
    if what == "space":
        known_space(compendia.load(folder), MatchingSettings(), seed=0)
    stages: list[str] = []
    while True:
        forget(folder)  # or the next run would have one stage less
        begun: list[str] = []

        def stop(progress: Progress, begun: list[str] = begun, last: int = len(stages)) -> None:
            if progress.stage not in begun:
                begun.append(progress.stage)
            if len(begun) > last:
                raise Cancelled("Cancelled.")

        try:
            run_job(request, cache, stop, Means())
        except Cancelled:
            stages = begun
            assert cache.analysis_ids() == []
            assert leftovers.find(cache) == []
            hidden = [file.name for file in folder.iterdir() if file.name.startswith(".")]
            # The blocks of the index that are done are kept for the next search.
            assert all(name.startswith(".search-") for name in hidden)
            assert not any(name.endswith(".lock") for name in hidden)
        else:
            break
    expected = {
        "zhang": ["Preparing the search", "Signature search", "Reference queries",
                  "p of signatures", "sRGES"],
        "space": ["Preparing the search", "Reference queries", "sRGES"],
        "batch": ["Signature search", "Preparing the search"],
        "evaluation": ["Search evaluation"],
    }  # fmt: skip
    assert stages == expected[what]
    done = analysis.load(cache.existing_analysis(job_id(request))).tables
    cache_again = Cache(cache.root.parent / f"{cache.root.name}-again")
    cache_again.compendia.mkdir(parents=True)
    folder.rename(cache_again.compendium("mine"))
    forget(cache_again.compendium("mine"))
    assert asked(cache_again, what) == request
    run_job(request, cache_again, silent, Means())
    unbroken = analysis.load(cache_again.existing_analysis(job_id(request))).tables
    for name, table in unbroken.items():
        assert table.equals(done[name]), name
