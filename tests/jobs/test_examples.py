"""What comes with the demo: asked for once, by the server, last."""

from pathlib import Path

import pytest

from gpar_core.analyses.cell_influence.request import CellInfluenceRequest
from gpar_core.analyses.library.request import LibraryRequest
from gpar_core.analyses.map.request import MapRequest
from gpar_core.analyses.signature_search.request import SearchRequest
from gpar_core.analyses.target_prediction.request import TargetRequest
from gpar_core.analyses.training.request import TrainRequest
from gpar_core.data.compendium import Compendium
from gpar_core.jobs import engine, examples
from gpar_core.jobs.store import JobStore
from gpar_core.storage.access import LOCAL, SERVER, Visitor
from gpar_core.storage.cache import Cache
from tests.synthetic import Drug, build, drugs_of

ANN = Visitor("ann@lab.org")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cache:
    monkeypatch.setattr(engine, "ensure_running", lambda _: None)
    monkeypatch.setenv("GPAR_EXAMPLES", "1")
    return Cache(tmp_path, ANN)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Compendium:
    """With the MOAs of the examples, and the cell lines of the map."""
    drugs = [drug for moa in examples.MOAS for drug in drugs_of(moa, 4)]
    drugs += drugs_of("", 20, tas=0.1)
    drugs += [Drug(name, name, target="ATP1A1") for name in (examples.QUERY, examples.COMPOUND)]
    folder = tmp_path_factory.mktemp("demo") / "demo"
    return build(folder, drugs, name="demo", simulated=True, cells=examples.CELLS)


def test_a_result_of_each_kind_is_queued_for_all(cache: Cache, demo: Compendium) -> None:
    examples.queue_examples(cache, demo)
    jobs = JobStore(cache).active_jobs()
    assert {type(job.request) for job in jobs} == {
        MapRequest, TrainRequest, SearchRequest, TargetRequest, LibraryRequest,
        CellInfluenceRequest,
    }  # fmt: skip
    assert {job.owner for job in jobs} == {SERVER.name}
    assert not cache.may_change(jobs[0].id)


def test_the_model_is_one_of_the_library(demo: Compendium) -> None:
    _, training, *_, library, _ = examples.examples(demo)
    assert isinstance(training, TrainRequest)
    assert isinstance(library, LibraryRequest)
    assert training.drug_set.moa in library.moas


def test_they_are_queued_once(cache: Cache, demo: Compendium) -> None:
    examples.queue_examples(cache, demo)
    store = JobStore(cache.unrestricted)
    for job in store.active_jobs():
        store.request_cancel(job.id)
        store.forget(job.id)
    examples.queue_examples(cache, demo)
    assert store.recent() == []


def test_a_visitor_who_asks_for_one_no_longer_waits_behind_others(
    cache: Cache, demo: Compendium
) -> None:
    examples.queue_examples(cache, demo)
    job = engine.submit(cache, examples.examples(demo)[0])
    assert job.owner == ANN.name
    assert Cache(cache.root, Visitor("bob@lab.org")).sees(job.id)


@pytest.mark.parametrize("setting", ["0", "1"])
def test_only_with_the_demo_and_unless_turned_off(
    cache: Cache, demo: Compendium, tiny: Compendium, monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    monkeypatch.setenv("GPAR_EXAMPLES", setting)
    examples.queue_examples(cache, demo if setting == "0" else tiny)
    assert JobStore(Cache(cache.root, LOCAL)).recent() == []
