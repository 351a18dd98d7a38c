"""Visitors of a small server, for seconds; whatever they meet is told, and nothing is timed."""

from pathlib import Path

import pytest

from benchmarks import journeys, load
from benchmarks.figures import Figure
from benchmarks.load import Plan, Seen
from benchmarks.populated import fill_with_private
from gpar_core.cache import Cache
from gpar_core.data import compendium as compendia
from gpar_core.jobs.request import job_id
from gpar_core.jobs.store import JobStore, State
from gpar_core.planning import plan_training
from tests.pages.shelf import shelve, train_the_rest
from tests.pages.stage import ended, running
from tests.synthetic import build, drugs_of

MOAS = ("HDAC inhibitor", "MTOR inhibitor", "PARP inhibitor")


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    """A compendium with a library of three models."""
    cache = Cache(tmp_path / "cache")
    drugs = [drug for moa in MOAS for drug in drugs_of(moa, 4, replicates=3)]
    inactive = drugs_of("", 60, tas=0.1)
    build(cache.compendium("demo"), [*drugs, *inactive], effect=20, name="demo", simulated=True)
    train_the_rest(cache, shelve(cache))
    return cache


def _by_name(figures: list[Figure]) -> dict[str, Figure]:
    return {figure.name: figure for figure in figures}


def test_people_visit_all_pages_and_every_training_is_done_once(
    cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    walks = (
        journeys.look_round, journeys.name_mechanisms, journeys.read_the_library,
        journeys.plan_a_training, journeys.plan_analyses, journeys.look_inside_the_compendium,
    )  # fmt: skip
    monkeypatch.setattr(load, "JOURNEYS", walks)
    plan = Plan(
        visitors=5, minutes=0.05, think=0.1, sessions=len(walks), hurried=0, people=True, private=4
    )
    found = _by_name(load.measure(cache, plan))
    for name in (
        "pages broken", "jobs lost", "jobs failed", "jobs run twice", "jobs asked for in vain",
    ):  # fmt: skip
        assert found[f"load: {name}"].reached, found[f"load: {name}"].how
    shown = found["load: errors shown"].how.split("; ")
    no_such_drugs = [each for each in shown if "case_studies: 'demo' has no signature" in each]
    assert shown == (no_such_drugs or ["none"])
    assert found["load: jobs lost"].how.startswith("5 asked for, 3 different, 3 done")
    for page in ("home", "models", "map", "storage"):
        assert found[f"load: page: {page}"].value > 0
    assert found["load: polls"].value > 0


def test_a_job_that_is_lost_failed_or_run_twice_is_told(cache: Cache) -> None:
    data = compendia.load(cache.compendium("demo"))
    trained = [plan_training(data, moa=moa, seed=seed)[0] for moa in MOAS[:2] for seed in (0, 1)]
    without_model = ended(cache, trained[1], State.DONE)
    failed = ended(cache, trained[3], State.FAILED, "no memory")
    again = running(cache, trained[2])
    assert JobStore(cache).requeue(again.id, 1)
    JobStore(cache).claim(limit=9, limit_per_owner=9)
    JobStore(cache).finish(again.id, 2, State.DONE)
    two_workers = ended(cache, trained[0], State.DONE)
    log = cache.job(two_workers.id) / "events.jsonl"
    log.write_text(log.read_text() * 2)
    asked = [without_model.id, failed.id, again.id, two_workers.id, two_workers.id, "gone"]
    found = _by_name(load._job_figures(cache, Seen(asked=asked, answered=[again.id])))
    assert found["load: jobs lost"].value == 2
    assert found["load: jobs failed"].value == 1
    assert found["load: jobs run twice"].value == 2
    assert found["load: jobs asked for in vain"].value == 5


def test_people_have_models_that_no_other_sees(cache: Cache) -> None:
    before = set(cache.model_ids())
    fill_with_private(cache, ["ann", "bob"], 3)
    fill_with_private(cache, ["ann", "bob"], 3)
    private = set(cache.model_ids()) - before
    assert len(private) == 3
    assert len(cache.access.held_by("ann") & private) == 2
    assert private - cache.access.hidden_from("ann") == cache.access.held_by("ann")
    assert job_id(plan_training(compendia.load(cache.compendium("demo")), moa=MOAS[0])[0]) in before
