"""What analyses share: the JSON and the ids of their requests, and what a drug set becomes."""

import json

import pytest

from gpar_core.analyses.cell_influence.request import CellInfluenceRequest
from gpar_core.analyses.evaluation.request import EvaluationRequest
from gpar_core.analyses.genes.request import GeneCountRequest
from gpar_core.analyses.hyper_parameters.request import SweepRequest
from gpar_core.analyses.library.request import LibraryRequest
from gpar_core.analyses.method import DrugSet, Method
from gpar_core.analyses.registry import from_json
from gpar_core.analyses.training.request import TrainRequest
from gpar_core.analyses.training_set import known_drug_set, known_method
from gpar_core.data.compendium import Compendium
from gpar_core.errors import RequestError
from gpar_core.storage.requests import Request, job_id, to_json
from tests.synthetic import build, drugs_of

DATA = ("demo", "f" * 8)
CHOSEN = DrugSet(("a", "b"), "moa x", label="A, B")
METHOD = Method(("A375",), "fast", "auto", 3)
REQUESTS: tuple[tuple[Request, str], ...] = (
    (
        TrainRequest(
            *DATA,
            DrugSet(("a", "b"), "moa x", "p1", "A, B"),
            Method(("A375", "MCF7"), "paper", "auto", 3),
            null_repeats=2,
        ),
        "73685653f37c15616fdd",
    ),
    (LibraryRequest(*DATA, ("m1", "m2"), METHOD), "e0ba9a862e2f6c9aa30e"),
    (
        EvaluationRequest(
            *DATA, ("m1",), ("gpar", "gsea"), "t1", Method(("A375",), "fast", "others", 3)
        ),
        "5395d5049135104d8ce9",
    ),
    (
        CellInfluenceRequest(
            *DATA, CHOSEN, (("A375",), ("MCF7",)), ("c",), Method(negatives="auto", seed=3)
        ),
        "644d7d4e068b6d8ab8e5",
    ),
    (SweepRequest(*DATA, CHOSEN, (2, 3), (10, 20), 100, METHOD), "395f8e02ae12be7f3ad2"),
    (GeneCountRequest(*DATA, CHOSEN, (10, 20), 5, METHOD), "074af3bf004aa77fdc40"),
)


@pytest.mark.parametrize(
    ("request_", "known"), REQUESTS, ids=lambda each: getattr(each, "kind", "")
)
def test_saved_requests_keep_their_ids(
    request_: Request, known: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their JSON is as it was when the method had this version."""
    monkeypatch.setattr("gpar_core.storage.requests.METHOD_VERSION", 6)
    # A result is found by the id of its request: another id, and what was computed is lost.
    assert job_id(request_) == known


@pytest.mark.parametrize(
    "request_", [request for request, _ in REQUESTS], ids=lambda each: each.kind
)
def test_a_request_comes_back_from_its_json(request_: Request) -> None:
    content = json.loads(to_json(request_))
    assert not any(isinstance(part, dict) for part in content.values())
    assert from_json(to_json(request_)) == request_


@pytest.mark.parametrize("part", ["profiles", "preset"])
def test_what_a_request_has_no_use_for_is_not_in_its_json(part: str) -> None:
    sweep = next(request for request, _ in REQUESTS if isinstance(request, SweepRequest))
    assert part not in json.loads(to_json(sweep))


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Compendium:
    return build(tmp_path_factory.mktemp("method"), [*drugs_of("HDAC inhibitor", 5)])


def test_drugs_and_cell_lines_become_those_of_the_compendium(tiny: Compendium) -> None:
    known = known_drug_set(tiny, DrugSet(moa=" hdac  INHIBITOR "))
    assert known == DrugSet(known.drugs, "HDAC inhibitor", label="HDAC inhibitor")
    assert len(known.drugs) == 5
    assert known_method(tiny, Method(("mcf7",))).cells == ("MCF7",)


@pytest.mark.parametrize("drug_set", [DrugSet(), DrugSet(("hdac0",), "HDAC inhibitor")])
def test_a_drug_set_is_one_thing(tiny: Compendium, drug_set: DrugSet) -> None:
    with pytest.raises(RequestError, match="what to train on: drugs, MOAs"):
        known_drug_set(tiny, drug_set)
