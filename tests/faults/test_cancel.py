"""A training cancelled at each stage of the real science, but for the networks."""

from functools import partial

import pytest

from gpar_core.analyses.method import DrugSet
from gpar_core.analyses.training.plan import plan_training
from gpar_core.data import compendium as compendia
from gpar_core.data.derived_files import SPACE
from gpar_core.jobs import engine
from gpar_core.jobs.events import read_events
from gpar_core.jobs.job import State
from gpar_core.storage.cache import Cache
from tests.faults import stepping_worker
from tests.faults.ground import Ground
from tests.synthetic import build, drugs_of
from tests.waiting import until

MODULE = stepping_worker.__name__


@pytest.fixture
def site(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> Ground:
    ground.module = MODULE
    monkeypatch.setattr(engine, "ensure_running", lambda _: ground.supervise())
    return ground


def _seen(cache: Cache, job_id: str) -> list[str]:
    """Stages so far, each once."""
    return list(dict.fromkeys(event.progress.stage for event in read_events(cache.job(job_id))))


def test_a_training_is_cancelled_at_each_of_its_stages(site: Ground) -> None:
    drugs = [*drugs_of("HDAC inhibitor", 3, replicates=2), *drugs_of("", 30, tas=0.1)]
    build(site.cache.compendium("tiny"), drugs, effect=20)
    compendium = compendia.load(site.cache.compendium("tiny"))
    request, _ = plan_training(compendium, DrugSet(moa="HDAC inhibitor"))
    stages: list[str] = []
    while True:
        for kept in site.cache.compendium("tiny").glob(SPACE):
            kept.unlink()  # or the next training would have one stage less
        # The worker goes on with each stage but the last it comes to, which is one more each time.
        stepping_worker.let_begin(site.cache, len(stages) + 1)
        job = engine.submit(site.cache, request)
        until(partial(_is_further, site, job.id, len(stages)), saw=site.told)
        if not site.store.get(job.id).active:
            break
        stages = _seen(site.cache, job.id)
        engine.cancel(site.cache, job.id)
        assert site.ended(job).state == State.CANCELLED
        assert site.cache.model_ids() == []
        site.check_clean()
    assert site.store.get(job.id).state == State.DONE
    assert stages == [
        "Learning the space",
        "Scoring",
        "Cross-validation",
        "Logistic regression",
        "Ranking",
        "Map",
    ]
    site.check_results()
    site.check_clean()


def _is_further(site: Ground, job_id: str, n_stages: int) -> bool:
    return len(_seen(site.cache, job_id)) > n_stages or not site.store.get(job_id).active
