"""A library is trained MOA by MOA, and what is done is never done again."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gpar_core.analyses.library import result as library
from gpar_core.analyses.library.plan import plan_library
from gpar_core.analyses.library.request import LibraryRequest
from gpar_core.analyses.library.run import run_library
from gpar_core.analyses.training.request import TrainRequest
from gpar_core.analyses.training.result import Model
from gpar_core.data.compendium import Compendium
from gpar_core.errors import Cancelled, RequestError, TrainingSetError
from gpar_core.learn.engine import FitPool, Pool
from gpar_core.learn.space import Space
from gpar_core.progress import Progress, Report, silent
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import job_id
from tests.saved_model import model as saved_model
from tests.synthetic import build, drugs_of

MOAS = ("A inhibitor", "B inhibitor", "C inhibitor", "D inhibitor")


class Scripted:
    """Trains in no time; notes what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.spaces: list[Space | None] = []
        self.fail: dict[str, Exception] = {}
        self.wait_in: str = ""
        self.others_are_kept: Callable[[], bool] = lambda: True

    def __call__(
        self, shared: tuple[Compendium, Space | None], training: TrainRequest, pool: Pool,
        report: Report,
    ) -> Model:  # fmt: skip
        self.spaces.append(shared[1])
        self.asked.append(training.drug_set.moa)
        report(Progress("Cross-validation", 1, 2))
        while training.drug_set.moa == self.wait_in:
            report(Progress("Cross-validation", 1, 2))
            threading.Event().wait(0.01)
        while training.drug_set.moa in self.fail and not self.others_are_kept():
            threading.Event().wait(0.01)
        if training.drug_set.moa in self.fail:
            raise self.fail[training.drug_set.moa]
        return saved_model(model_id=job_id(training))


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    cache = Cache(tmp_path)
    drugs = [drug for moa in MOAS for drug in drugs_of(moa, 3)]
    build(cache.compendium("tiny"), [*drugs, *drugs_of("", 10)])
    return cache


@pytest.fixture
def request_(cache: Cache) -> LibraryRequest:
    from gpar_core.data import compendium as compendia

    return plan_library(compendia.load(cache.compendium("tiny")))


@pytest.fixture
def pool() -> Iterator[FitPool]:
    with FitPool(1) as pool:
        yield pool


def _usable(cache: Cache, request: LibraryRequest) -> list[str]:
    return [entry.moa for entry in library.load(cache, job_id(request)).asked]


def test_every_moa_is_trained_once(cache: Cache, request_: LibraryRequest, pool: FitPool) -> None:
    train, heard = Scripted(), list[Progress]()
    run_library(request_, cache, heard.append, pool, train=train)
    assert sorted(train.asked) == list(MOAS)
    assert _usable(cache, request_) == list(MOAS)
    assert library.is_complete(cache, job_id(request_))
    done = [progress.done for progress in heard]
    assert done == sorted(done)
    assert (done[-1], heard[-1].total) == (4, 4)
    assert "mean AUROC 0.80" in heard[-1].message
    run_library(request_, cache, silent, pool, train=train)
    assert len(train.asked) == 4


def test_after_cancelling_only_the_rest_is_trained(
    cache: Cache, request_: LibraryRequest, pool: FitPool
) -> None:
    train = Scripted()
    train.wait_in = "C inhibitor"

    def stop_at_two(progress: Progress) -> None:
        if progress.done == 3:  # all but the one that waits
            raise Cancelled("Cancelled.")

    with pytest.raises(Cancelled):
        run_library(request_, cache, stop_at_two, pool, train=train)
    assert _usable(cache, request_) == ["A inhibitor", "B inhibitor", "D inhibitor"]
    train.wait_in = ""
    train.asked.clear()
    run_library(request_, cache, silent, pool, train=train)
    assert train.asked == ["C inhibitor"]
    assert _usable(cache, request_) == list(MOAS)


def test_a_moa_that_cannot_be_trained_has_its_reason(
    cache: Cache, request_: LibraryRequest, pool: FitPool
) -> None:
    train = Scripted()
    train.fail["B inhibitor"] = TrainingSetError("Too few drugs.")
    run_library(request_, cache, silent, pool, train=train)
    loaded = library.load(cache, job_id(request_))
    assert {entry.moa: entry.reason for entry in loaded.entries}["B inhibitor"] == "Too few drugs."
    assert len(loaded.asked) == 3
    assert library.is_complete(cache, job_id(request_))


def test_a_bug_ends_the_job_and_keeps_what_is_done(
    cache: Cache, request_: LibraryRequest, pool: FitPool
) -> None:
    train = Scripted()
    train.others_are_kept = lambda: len(_usable(cache, request_)) == len(MOAS) - 1
    train.fail["D inhibitor"] = ZeroDivisionError("a bug")
    with pytest.raises(ZeroDivisionError):
        run_library(request_, cache, silent, pool, train=train)
    assert _usable(cache, request_) == list(MOAS[:3])


def test_a_changed_compendium_is_refused(
    cache: Cache, request_: LibraryRequest, pool: FitPool
) -> None:
    build(cache.compendium("tiny"), drugs_of("A inhibitor", 5), seed=9)
    with pytest.raises(RequestError, match="has changed"):
        run_library(request_, cache, silent, pool, train=Scripted())
