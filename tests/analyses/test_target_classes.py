"""Targets where MOAs can be chosen: training, libraries, evaluations."""

import json

import pandas as pd
import pytest

from gpar_core.analyses.evaluation.evaluate import compare
from gpar_core.analyses.evaluation.plan import plan_evaluation
from gpar_core.analyses.library import result as library
from gpar_core.analyses.library.plan import plan_library
from gpar_core.analyses.method import DrugSet, Method
from gpar_core.analyses.registry import from_json
from gpar_core.analyses.search_evaluation.plan import classes_to_retrieve, plan_search_evaluation
from gpar_core.analyses.training.plan import plan_training
from gpar_core.compare.search_queries import own_queries
from gpar_core.data.class_names import chosen_class
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import negative_words
from gpar_core.errors import NotFoundError, RequestError
from gpar_core.learn.presets import preset
from gpar_core.rank.ranking import known_members
from gpar_core.report.calls import call_of, command_of
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import to_json
from tests import targeted
from tests.pools import Means
from tests.synthetic import build

TARGETS = ("target: HDAC1", "target: HDAC2", "target: MTOR", "target: PIK3CA")
MOAS = ("HDAC inhibitor", "MTOR inhibitor")


@pytest.fixture(scope="module")
def compendium(tmp_path_factory: pytest.TempPathFactory) -> Compendium:
    folder = tmp_path_factory.mktemp("targeted")
    return build(folder, targeted.DRUGS, effect=20, name="targeted", simulated=True)


def test_a_target_is_trained_against_drugs_without_it(compendium: Compendium) -> None:
    request, training_set = plan_training(compendium, DrugSet(moa="TARGET: pik3ca"))
    drugs = ("mtor0", "mtor1", "mtor2", "pik0", "pik1")
    assert request.drug_set == DrugSet(drugs, "target: PIK3CA", label="target: PIK3CA")
    assert request.title == "Train on target: PIK3CA"
    assert set(training_set.drug[training_set.positive]) == set(drugs)
    negative = set(training_set.drug[~training_set.positive])
    assert {"mtor3", "mtor4", "hdac0"} <= negative  # a MOA in common with some is no reason
    assert not negative & set(drugs)
    assert "--target PIK3CA" in command_of(call_of(request))


def test_known_members_of_a_target_are_found_by_its_gene() -> None:
    ranking = pd.DataFrame({"moa": ["", "A", "target"], "target": ["DRD2|DRD3", "DRD", ""]})
    assert known_members(ranking, ["target: DRD2"]).tolist() == [True, False, False]
    assert known_members(ranking, ["target: DRD2", "A"]).tolist() == [True, True, False]


@pytest.mark.parametrize(
    ("among", "classes", "title"),
    [
        ("moas", MOAS, "Library of 2 MOAs of 'targeted'"),
        ("targets", TARGETS, "Library of 4 targets of 'targeted'"),
        ("all", (*MOAS, *TARGETS), "Library of 6 MOAs and targets of 'targeted'"),
    ],
)
def test_a_library_is_of_the_chosen_classes(
    compendium: Compendium, among: str, classes: tuple[str, ...], title: str
) -> None:
    request = plan_library(compendium, among=among)
    assert (request.moas, request.title) == (classes, title)
    for name, training in library.trainings(compendium, request).items():
        assert training == plan_training(compendium, DrugSet(moa=name))[0]


def test_a_library_of_targets_alone_is_not_the_default(
    compendium: Compendium, tmp_path_factory: pytest.TempPathFactory
) -> None:
    cache = Cache(tmp_path_factory.mktemp("cache"))
    for among in ("targets", "moas"):
        request = plan_library(compendium, among=among)
        folder = cache.library(among)
        library.save(folder, request, library.trainings(compendium, request), {})
    found = library.of_compendium(cache, compendium)
    assert [each.library_id for each in found] == ["moas", "targets"]
    assert [each.noun.many for each in found] == ["MOAs", "targets"]


def test_an_evaluation_takes_nested_classes(compendium: Compendium) -> None:
    request = plan_evaluation(compendium, among="all", methods=["cosine"], min_drugs=3)
    assert request.classes == (*MOAS, *TARGETS)
    tables = compare(
        compendium, request.classes, request.methods, preset(request.method.preset),
        cells=(), negatives="others", seed=0, pool=Means(),
    )  # fmt: skip
    measures = tables["measures"].set_index(["class", "protocol"])
    assert set(tables["measures"]["class"]) == set(request.classes)
    assert tables["left_out"].empty
    assert measures.loc[("target: PIK3CA", "drug"), "n_positive"] == 5
    assert measures.loc[("target: MTOR", "drug"), "auroc"] == 1.0
    with pytest.raises(RequestError, match="MOAs or targets as classes, or labels"):
        labels = pd.DataFrame({"pert_id": [""], "pert_iname": ["hdac0"], "label": ["a"]})
        plan_evaluation(compendium, among="targets", labels=labels)


def test_search_scores_are_evaluated_on_targets(compendium: Compendium) -> None:
    request = plan_search_evaluation(compendium, scores=["wtcs"], among="targets")
    assert request.title == "Evaluation of search score wtcs on targets"
    assert from_json(to_json(request)) == request
    assert classes_to_retrieve(compendium, None, "targets") == list(TARGETS)
    queries = own_queries(compendium, seed=0, among="targets")
    of = dict(zip(queries.names, queries.moas, strict=True))
    assert of["mtor0"] == ("target: MTOR", "target: PIK3CA")
    assert of["pik0"] == ("target: PIK3CA",)
    assert queries.drugs[queries.members["target: HDAC2"]].tolist() == ["hdac0", "hdac1", "hdac2"]


def test_an_evaluation_of_moas_keeps_its_id(compendium: Compendium) -> None:
    request = plan_search_evaluation(compendium, scores=["wtcs"])
    assert "among" not in json.loads(to_json(request))
    assert from_json(to_json(request)) == request


def test_several_classes_are_one_positive_set(compendium: Compendium) -> None:
    """The drugs of any of them; none that has one is a negative."""
    asked = DrugSet(moa="MTOR inhibitor|target: hdac2")
    request, training_set = plan_training(compendium, asked, Method(negatives="others"))
    assert request.drug_set.moa == "MTOR inhibitor|target: HDAC2"
    assert request.title == "Train on MTOR inhibitor + target: HDAC2"
    mtor = {f"mtor{n}" for n in range(5)}
    assert set(training_set.drug[training_set.positive]) == mtor | {"hdac0", "hdac1", "hdac2"}
    assert {"hdac3", "pik0"} <= set(training_set.drug[~training_set.positive])
    assert chosen_class(request.drug_set.moa) == {
        "MOAs and targets": "MTOR inhibitor, target: HDAC2"
    }
    assert negative_words("others", request.drug_set.moa) == (
        "all compounds with none of the MOAs and targets"
    )
    with pytest.raises(NotFoundError, match="has the MOA 'magic'"):
        plan_training(compendium, DrugSet(moa="MTOR inhibitor|magic"))
