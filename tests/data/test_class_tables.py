"""MOAs and targets as tables of classes, and what is said where there are none."""

import doctest
from collections import defaultdict
from pathlib import Path

import pytest

from gpar_core import fields
from gpar_core.data import class_names
from gpar_core.data.class_names import BOTH, MOA, TARGET, chosen_class, noun_of, shown
from gpar_core.data.class_tables import class_pairs, class_table, known_columns
from gpar_core.data.compendium import Compendium
from gpar_core.data.labels import read_labels, relabelled
from gpar_core.data.training_set import drugs_of_moa, negative_words, with_enough_drugs
from gpar_core.errors import NotFoundError, RequestError
from tests import targeted
from tests.synthetic import build, drugs_of


@pytest.fixture(scope="module")
def compendium(tmp_path_factory: pytest.TempPathFactory) -> Compendium:
    return build(tmp_path_factory.mktemp("targeted"), targeted.DRUGS)


@pytest.fixture(scope="module")
def without(tmp_path_factory: pytest.TempPathFactory) -> Compendium:
    return build(tmp_path_factory.mktemp("without"), drugs_of("HDAC inhibitor", 3))


def test_examples() -> None:
    assert doctest.testmod(class_names).failed == 0


def members() -> dict[str, set[str]]:
    """The drugs of each class, drug by drug."""
    found: dict[str, set[str]] = defaultdict(set)
    for drug in targeted.DRUGS:
        for gene in filter(None, drug.target.split("|")):
            found[f"target: {gene}"].add(drug.name)
        if drug.moa:
            found[drug.moa].add(drug.name)
    return found


@pytest.mark.parametrize(
    ("choice", "kept"),
    [
        ("moas", lambda name: not name.startswith("target: ")),
        ("targets", lambda name: name.startswith("target: ")),
        ("all", lambda name: True),
    ],
)
def test_classes_have_the_drugs_that_are_annotated_with_them(
    compendium: Compendium, choice: str, kept
) -> None:
    expected = {name: own for name, own in members().items() if kept(name)}
    pairs = class_pairs(compendium, choice).groupby("moa")["drug"].agg(set).to_dict()
    assert pairs == expected
    table = class_table(compendium, choice).set_index("moa")["n_drugs"].to_dict()
    assert table == {name: len(own) for name, own in expected.items()}


def test_an_unknown_choice_is_an_error(compendium: Compendium) -> None:
    for of in (class_pairs, class_table):
        with pytest.raises(RequestError, match="Use moas, targets, all"):
            of(compendium, "genes")


def test_targets_are_known_columns_only_where_there_are_any(
    compendium: Compendium, without: Compendium
) -> None:
    assert known_columns(compendium) == [fields.MOA, fields.TARGET]
    assert known_columns(without) == [fields.MOA]


def test_classes_are_called_what_they_are() -> None:
    assert noun_of([]) is noun_of(["HDAC inhibitor"]) is MOA
    assert noun_of(["target: HDAC1"]) is TARGET
    assert noun_of(["target: HDAC1", "HDAC inhibitor"]) is BOTH
    assert [noun.counted(n) for noun in (MOA, TARGET) for n in (1, 2)] == [
        "1 MOA", "2 MOAs", "1 target", "2 targets",
    ]  # fmt: skip
    assert shown(["target: HDAC1"]) == ["HDAC1"]
    assert chosen_class("HDAC inhibitor") == {"MOA": "HDAC inhibitor"}
    assert "share the target" in negative_words("others", "target: HDAC1")
    assert "share the MOA" in negative_words("others")


def test_enough_drugs_are_counted_among_the_chosen_kind(compendium: Compendium) -> None:
    assert with_enough_drugs(compendium, [], 5) == ("MTOR inhibitor",)
    targets = ("target: MTOR", "target: PIK3CA")
    assert with_enough_drugs(compendium, [], 5, among="targets") == targets
    assert with_enough_drugs(compendium, [], 5, among="all") == ("MTOR inhibitor", *targets)
    named = ["target: hdac2", "hdac inhibitor"]
    assert with_enough_drugs(compendium, named, 3) == ("HDAC inhibitor", "target: HDAC2")
    with pytest.raises(RequestError, match="No target of 'tiny' has 9 drugs; the largest has 5"):
        with_enough_drugs(compendium, [], 9, among="targets")


def test_an_unknown_target_is_an_error_that_names_near_ones(compendium: Compendium) -> None:
    with pytest.raises(NotFoundError, match=r"the target 'HDAC3'.*Did you mean: target: HDAC"):
        drugs_of_moa(compendium, "target: hdac3")
    with pytest.raises(NotFoundError, match=r"the MOA 'hdac2'.*Did you mean: target: HDAC2; "):
        drugs_of_moa(compendium, "hdac2")


def test_without_targets_an_error_says_which_table_to_import(without: Compendium) -> None:
    for ask in (
        lambda: drugs_of_moa(without, "target: HDAC1"),
        lambda: with_enough_drugs(without, [], 2, among="targets"),
    ):
        with pytest.raises((NotFoundError, RequestError), match=r"compoundinfo_beta\.txt"):
            ask()


def test_a_table_of_targets_can_be_labels(tmp_path: Path, without: Compendium) -> None:
    labels = read_labels(b'name,target\nhdac0,"HDAC1, HDAC2"\nhdac1,HDAC1;HDAC6\n', "a.csv")
    labelled, _ = relabelled(without, labels)
    assert labelled.moas["moa"].tolist() == ["HDAC1", "HDAC2", "HDAC6"]
    assert drugs_of_moa(labelled, "HDAC1") == ("hdac0", "hdac1")
