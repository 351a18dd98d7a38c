"""What is in use is deleted: the work goes on with what it has open, or says what is gone."""

from pathlib import Path

import pytest

from gpar_core.analyses.method import DrugSet
from gpar_core.analyses.training.plan import plan_training
from gpar_core.analyses.training.request import TrainRequest
from gpar_core.data import compendium as compendia
from gpar_core.jobs import engine
from gpar_core.jobs.job import State
from gpar_core.storage.cache import Cache, remove
from tests.faults import stepping_worker
from tests.faults.ground import Ground
from tests.synthetic import build, drugs_of


@pytest.fixture
def site(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> Ground:
    ground.module = stepping_worker.__name__
    monkeypatch.setattr(engine, "ensure_running", lambda _: ground.supervise())
    return ground


def planned(cache: Cache) -> TrainRequest:
    drugs = [*drugs_of("HDAC inhibitor", 3, replicates=2), *drugs_of("", 30, tas=0.1)]
    build(cache.compendium("tiny"), drugs, effect=20)
    return plan_training(compendia.load(cache.compendium("tiny")), DrugSet(moa="HDAC inhibitor"))[0]


def test_a_training_goes_on_with_the_compendium_it_has_open(site: Ground) -> None:
    stepping_worker.let_begin(site.cache, 1)
    job = engine.submit(site.cache, planned(site.cache))
    site.reached(job, "Learning the space")
    remove(site.cache.compendium("tiny"))
    stepping_worker.let_begin(site.cache, 9)
    assert site.ended(job).state == State.DONE
    site.check_results()


def test_a_training_whose_compendium_is_gone_before_it_begins_says_so(site: Ground) -> None:
    stepping_worker.let_begin(site.cache, 9)
    request = planned(site.cache)
    remove(site.cache.compendium("tiny"))
    job = site.ended(engine.submit(site.cache, request))
    assert job.state == State.FAILED
    assert "No compendium is named 'tiny'" in job.error


def test_an_open_compendium_can_be_read_after_it_was_deleted(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    opened = build(cache.compendium("tiny"), drugs_of("HDAC inhibitor", 3))
    values = opened.matrix[:].copy()
    remove(cache.compendium("tiny"))
    assert (opened.matrix[:] == values).all()
