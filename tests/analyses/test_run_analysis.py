"""Analyses: published whole, gone on with where they were stopped."""

import json
from pathlib import Path

import pandas as pd
import pytest

from gpar_core.analyses import result as analysis
from gpar_core.analyses.evaluation.plan import plan_evaluation
from gpar_core.analyses.evaluation.request import EvaluationRequest
from gpar_core.analyses.finished_parts import kept_in
from gpar_core.analyses.method import Method
from gpar_core.analyses.registry import from_json
from gpar_core.analyses.run_job import run_job
from gpar_core.data.compendium import Compendium
from gpar_core.data.labels import read_labels
from gpar_core.data.uploads import publish_table
from gpar_core.errors import Cancelled, DataError, RequestError
from gpar_core.jobs import engine
from gpar_core.jobs.job import State
from gpar_core.jobs.store import JobStore
from gpar_core.progress import Progress, Tables, silent
from gpar_core.storage.cache import MANIFEST, Cache, remove
from gpar_core.storage.requests import job_id, to_json
from tests.asked import asked
from tests.pools import Means
from tests.synthetic import build, drugs_of

CLASSES = ("HDAC inhibitor", "MTOR inhibitor", "PARP inhibitor")
METHODS = ("gpar", "cosine")


@pytest.fixture
def compendium(cache: Cache) -> Compendium:
    drugs = [drug for name in CLASSES for drug in drugs_of(name, 5)]
    return build(
        cache.compendium("tiny"), [*drugs, *drugs_of("", 30, tas=0.1)], effect=9, simulated=True
    )


@pytest.fixture
def request_(compendium: Compendium) -> EvaluationRequest:
    method = Method(preset="paper", negatives="others")  # which asks the pool
    return plan_evaluation(compendium, method, methods=METHODS)


def test_an_evaluation_is_published_with_its_provenance(
    cache: Cache, request_: EvaluationRequest
) -> None:
    run_job(request_, cache, silent, Means())
    done = analysis.load(cache.existing_analysis(job_id(request_)))
    assert done.request == request_
    assert (done.compendium, done.simulated) == ("tiny", True)
    assert {"gpar", "python", "numpy", "tensorflow"} <= set(done.versions)
    assert set(done.tables["measures"]["class"]) == set(CLASSES)
    assert not cache.parts_of(job_id(request_)).exists()
    assert analysis.load(cache.analysis(job_id(request_)), tables=False).tables == {}


def test_stopped_in_the_middle_it_goes_on_where_it_was(
    cache: Cache, request_: EvaluationRequest
) -> None:
    def stop(progress: Progress) -> None:
        if progress.stage == "Evaluation" and progress.done:
            raise Cancelled("Cancelled.")

    first, second = Means(), Means()
    with pytest.raises(Cancelled):
        run_job(request_, cache, stop, first)
    assert cache.analysis_ids() == []
    of_cosine = 1
    n_kept = len(list(cache.parts_of(job_id(request_)).iterdir())) - of_cosine
    assert 1 <= n_kept <= 3
    run_job(request_, cache, silent, second)
    assert len(second.calls) == len(CLASSES) - n_kept
    measures = analysis.load(cache.analysis(job_id(request_))).tables["measures"]
    assert measures["class"].drop_duplicates().tolist() == list(CLASSES)


def test_one_that_is_done_is_done_again_only_if_its_result_is_gone(
    cache: Cache, request_: EvaluationRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "ensure_running", lambda cache: None)
    run_job(request_, cache, silent, Means())
    store = JobStore(cache)
    job = store.submit(request_)
    store.claim(limit=9, limit_per_owner=9)
    store.finish(job.id, 1, State.DONE, "")
    assert not engine.submit(cache, request_).active
    remove(cache.analysis(job.id))
    assert engine.submit(cache, request_).active


def test_uploaded_labels_are_evaluated_like_moas(cache: Cache, compendium: Compendium) -> None:
    rows = [
        f"{name}{i},{label}" for name, label in (("hdac", "a"), ("mtor", "b")) for i in range(5)
    ]
    labels = read_labels("\n".join(["name,label", *rows]).encode(), "a.csv")
    publish_table(cache, labels)
    request = plan_evaluation(compendium, methods=["cosine"], labels=labels)
    assert request.classes == ("a", "b")
    run_job(request, cache, silent, Means())
    measures = analysis.load(cache.analysis(job_id(request))).tables["measures"]
    assert set(measures["class"]) == {"a", "b"}


def test_of_a_compendium_that_has_changed_nothing_is_said(
    cache: Cache, request_: EvaluationRequest
) -> None:
    other = EvaluationRequest(**{**vars(request_), "fingerprint": "0" * 64})
    with pytest.raises(RequestError, match="has changed since"):
        run_job(other, cache, silent, Means())


def test_a_damaged_analysis_is_refused(cache: Cache, request_: EvaluationRequest) -> None:
    run_job(request_, cache, silent, Means())
    folder = cache.analysis(job_id(request_))
    (folder / "measures.parquet").write_bytes(b"PAR1")
    with pytest.raises(DataError, match="Delete it and run it again"):
        analysis.load(folder)
    manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    (folder / MANIFEST).write_text(json.dumps({**manifest, "format_version": 99}), "utf-8")
    with pytest.raises(DataError, match="format 99"):
        analysis.load(folder)


def test_a_damaged_part_is_computed_anew(tmp_path: Path) -> None:
    remember = kept_in(tmp_path / "parts")
    computed = []

    def compute() -> Tables:
        computed.append(1)
        return {"a": pd.DataFrame({"x": [1.5, 2.5]})}

    first = remember("../key", compute)
    pd.testing.assert_frame_equal(remember("../key", compute)["a"], first["a"])
    assert len(computed) == 1
    [part] = (tmp_path / "parts").iterdir()
    (part / "a.parquet").write_bytes(b"PAR1")
    remember("../key", compute)
    remember("../key", compute)
    assert len(computed) == 2


def test_an_evaluation_survives_json(request_: EvaluationRequest) -> None:
    assert from_json(to_json(request_)) == request_


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"methods": ["gpar", "magic"]}, "no method 'magic'"),
        ({"methods": []}, "Choose at least one to evaluate"),
        ({"min_drugs": 1}, "none to hold out"),
        ({"min_drugs": 50}, "the largest has 5"),
        ({"classes": ["HDAC inhibitr"]}, "Did you mean: HDAC inhibitor"),
        ({"preset": "slow"}, "no preset 'slow'"),
    ],
)
def test_what_cannot_be_evaluated_is_said_before_it_starts(
    compendium: Compendium, changes: dict[str, object], what: str
) -> None:
    with pytest.raises(RequestError, match=what):
        plan_evaluation(compendium, **asked(**changes))


def test_labels_of_too_few_drugs_are_called_labels(compendium: Compendium) -> None:
    labels = read_labels(b"name,label\nhdac0,mine\nhdac1,mine\n", "a.csv")
    with pytest.raises(RequestError, match="No uploaded label of 'tiny' has 4 drugs") as caught:
        plan_evaluation(compendium, labels=labels)
    assert "MOA" not in str(caught.value)
