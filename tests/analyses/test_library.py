"""What a library says is true of the models as they are."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from gpar_core.analyses.library import result as library
from gpar_core.analyses.library.plan import plan_library
from gpar_core.analyses.library.request import LibraryRequest
from gpar_core.analyses.method import DrugSet, Method
from gpar_core.analyses.training import result as model
from gpar_core.analyses.training.plan import plan_training
from gpar_core.analyses.training.request import TrainRequest
from gpar_core.data.compendium import Compendium
from gpar_core.errors import DataError, NotFoundError, RequestError
from gpar_core.learn.metrics import Metrics
from gpar_core.storage import requests
from gpar_core.storage.cache import MANIFEST, Cache, publishing, remove
from gpar_core.storage.requests import job_id
from tests.saved_model import SUMMARY
from tests.saved_model import model as saved_model

METRICS = {
    "good": replace(SUMMARY.metrics, mean_auroc=0.8),
    "poor": replace(SUMMARY.metrics, mean_auroc=0.55),
}


def publish(cache: Cache, training: TrainRequest, metrics: Metrics = METRICS["good"]) -> None:
    with publishing(cache.model(job_id(training))) as folder:
        model.save(saved_model(model_id=job_id(training), metrics=metrics), folder)


@pytest.fixture
def planned(cache: Cache, tiny: Compendium) -> tuple[LibraryRequest, dict[str, TrainRequest]]:
    request = plan_library(tiny)
    trainings = library.trainings(tiny, request)
    library.save(cache.library(job_id(request)), request, trainings, {})
    return request, trainings


Planned = tuple[LibraryRequest, dict[str, TrainRequest]]


def test_its_models_are_those_of_drug_prediction(tiny: Compendium, planned: Planned) -> None:
    for moa, training in planned[1].items():
        assert training == plan_training(tiny, DrugSet(moa=moa))[0]


def test_nothing_is_trained_before_its_model_is_there(cache: Cache, planned: Planned) -> None:
    request, trainings = planned
    assert not library.is_complete(cache, job_id(request))
    first, second = trainings.values()
    publish(cache, first)
    loaded = library.load(cache, job_id(request))
    assert [entry.summary is not None for entry in loaded.entries] == [True, False]
    assert loaded.request == request
    publish(cache, second, METRICS["poor"])
    loaded = library.load(cache, job_id(request))
    assert [entry.asked for entry in loaded.entries] == [True, False]
    assert [entry.moa for entry in loaded.asked] == [first.drug_set.moa]
    assert library.is_complete(cache, job_id(request))


def test_a_deleted_or_damaged_model_is_to_be_trained_again(cache: Cache, planned: Planned) -> None:
    request, trainings = planned
    for training in trainings.values():
        publish(cache, training)
    first, second = map(job_id, trainings.values())
    remove(cache.model(first))
    (cache.model(second) / MANIFEST).write_text("{}")
    assert [entry.summary for entry in library.load(cache, job_id(request)).entries] == [None, None]
    assert not library.is_complete(cache, job_id(request))


def test_a_moa_with_a_reason_is_complete_without_a_model(cache: Cache, planned: Planned) -> None:
    request, trainings = planned
    moas = list(trainings)
    library.save(
        cache.library(job_id(request)), request, trainings, dict.fromkeys(moas, "Too few.")
    )
    assert library.is_complete(cache, job_id(request))
    entries = library.load(cache, job_id(request)).entries
    assert [entry.reason for entry in entries] == ["Too few."] * len(moas)


def test_another_compendium_or_method_makes_it_stale(
    cache: Cache, planned: Planned, tiny: Compendium, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = library.load(cache, job_id(planned[0]))
    assert loaded.why_stale(tiny.fingerprint) == ""
    assert "has changed" in loaded.why_stale("0" * 64)
    monkeypatch.setattr(library, "METHOD_VERSION", requests.METHOD_VERSION + 1)
    assert "method has changed" in loaded.why_stale(tiny.fingerprint)
    with pytest.raises(RequestError, match="Build the library again"):
        library.chosen(cache, tiny)


def test_models_of_another_method_are_not_its_own(
    cache: Cache, planned: Planned, monkeypatch: pytest.MonkeyPatch
) -> None:
    request, trainings = planned
    name = job_id(request)
    for training in trainings.values():
        publish(cache, training)
    monkeypatch.setattr(requests, "METHOD_VERSION", requests.METHOD_VERSION + 1)
    assert not library.load(cache, name).asked


def test_the_one_with_most_usable_models_is_chosen(
    cache: Cache, planned: Planned, tiny: Compendium
) -> None:
    request, trainings = planned
    small = plan_library(tiny, Method(seed=1), moas=["MTOR inhibitor"])
    of_small = library.trainings(tiny, small)
    library.save(cache.library(job_id(small)), small, of_small, {})
    assert len(library.of_compendium(cache, tiny)) == 2
    publish(cache, of_small["MTOR inhibitor"])
    assert library.chosen(cache, tiny).library_id == job_id(small)
    for training in trainings.values():
        publish(cache, training)
    assert library.chosen(cache, tiny).library_id == job_id(request)
    assert library.chosen(cache, tiny, job_id(small)).library_id == job_id(small)


def test_there_may_be_none(cache: Cache, tiny: Compendium) -> None:
    assert library.of_compendium(cache, tiny) == []
    with pytest.raises(NotFoundError, match="no library of models for 'tiny'"):
        library.chosen(cache, tiny)
    with pytest.raises(NotFoundError, match="library"):
        library.load(cache, "0" * 20)


@pytest.mark.parametrize(
    "harm",
    [
        lambda text: text[: len(text) // 2],
        lambda text: text.replace("library", "train"),
        lambda text: text.replace('"format_version": 1', '"format_version": 99'),
        lambda text: "[]",
    ],
)
def test_a_damaged_one_is_told_apart_and_left_out(
    cache: Cache, planned: Planned, tiny: Compendium, harm: Callable[[str], str]
) -> None:
    manifest = cache.library(job_id(planned[0])) / MANIFEST
    manifest.write_text(harm(manifest.read_text()))
    with pytest.raises(DataError, match="build it again"):
        library.load(cache, job_id(planned[0]))
    assert library.of_compendium(cache, tiny) == []
    assert not library.is_complete(cache, job_id(planned[0]))
