"""What a network may look at while it learns, and above all what it may not."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from gpar_core.data import learning_set as learning_sets
from gpar_core.data.compendium import Compendium
from gpar_core.data.learning_set import LearningSet, learning_set, without_reference
from gpar_core.data.training_set import TrainingSet, select
from tests.synthetic import Drug, build, drugs_of

HDAC = ("hdac0", "hdac1", "hdac2", "hdac3")


def _rows(compendium: Compendium, learning: LearningSet) -> np.ndarray:
    """The rows of the compendium that these signatures are."""
    by_value = {row.tobytes(): number for number, row in enumerate(compendium.matrix)}
    return np.array([by_value[signature.tobytes()] for signature in learning.x])


def _reference(compendium: Compendium, learning: LearningSet) -> set[str]:
    """Its drugs."""
    rows = _rows(compendium, learning)[learning.n_training :]
    return set(compendium.signatures["drug"].iloc[rows])


def _classes(compendium: Compendium, learning: LearningSet) -> set[frozenset[str]]:
    """The drugs of each MOA."""
    drug = compendium.signatures["drug"].to_numpy()[_rows(compendium, learning)]
    return {frozenset(drug[column]) for column in learning.moas.T}


def _learn(
    folder: Path, drugs: Iterable[Drug], positives: Iterable[str], **traits: object
) -> tuple[Compendium, LearningSet]:
    """60 inactive drugs besides."""
    compendium = build(folder, [*drugs, *drugs_of("", 60, tas=0.1)])
    training_set = select(compendium, positives, **traits)
    return compendium, learning_set(compendium, training_set, seed=0)


def _same(one: LearningSet, other: LearningSet) -> bool:
    return one.n_training == other.n_training and all(
        np.array_equal(getattr(one, name), getattr(other, name)) for name in ("x", "drug", "moas")
    )


# ------------------------------------------------------------------------------------ training set


@pytest.mark.parametrize("negatives", ["inactive", "others"])
def test_the_training_set_comes_first_and_in_its_order(tiny: Compendium, negatives: str) -> None:
    training_set = select(tiny, HDAC, negatives=negatives)
    learning = learning_set(tiny, training_set, seed=0)
    n = len(training_set.rows)
    assert learning.n_training == n
    np.testing.assert_array_equal(learning.x[:n], tiny.matrix[training_set.rows])
    assert learning.x.dtype == np.float32
    assert len(learning.x) == len(learning.drug) == len(learning.moas)


def test_signatures_have_one_code_if_and_only_if_they_are_of_one_drug(tiny: Compendium) -> None:
    learning = learning_set(tiny, select(tiny, ["both"], moa="HDAC inhibitor"), seed=0)
    drug = tiny.signatures["drug"].to_numpy()[_rows(tiny, learning)]
    np.testing.assert_array_equal(
        learning.drug[:, None] == learning.drug[None, :], drug[:, None] == drug[None, :]
    )


# --------------------------------------------------------------------------------------- reference


def test_the_reference_is_the_representatives_of_annotated_drugs(tiny: Compendium) -> None:
    learning = learning_set(tiny, select(tiny, HDAC), seed=0)
    # Not 'both', which shares a MOA with the positives, nor 'annotated elsewhere', without a MOA.
    assert _reference(tiny, learning) == {f"mtor{i}" for i in range(5)}
    rows = _rows(tiny, learning)[learning.n_training :]
    table = tiny.signatures.iloc[rows]
    assert table["representative"].all()
    # Each drug once in each cell line.
    assert len(rows) == len(set(zip(table["drug"], table["cell_id"], strict=True))) == 10
    np.testing.assert_array_equal(rows, np.unique(rows))


def test_the_reference_is_from_the_cell_lines_of_the_training_set(tiny: Compendium) -> None:
    learning = learning_set(tiny, select(tiny, HDAC, cells=["MCF7"]), seed=0)
    assert set(tiny.signatures["cell_id"].iloc[_rows(tiny, learning)]) == {"MCF7"}
    assert len(learning.x) - learning.n_training == 5


@pytest.mark.parametrize("negatives", ["inactive", "others"])
def test_no_drug_of_the_training_set_is_in_the_reference(tiny: Compendium, negatives: str) -> None:
    training_set = select(tiny, HDAC, negatives=negatives)
    learning = learning_set(tiny, training_set, seed=0)
    assert not set(training_set.drug) & _reference(tiny, learning)
    assert not set(learning.drug[: learning.n_training]) & set(learning.drug[learning.n_training :])


def test_a_drug_that_shares_one_of_its_moas_with_a_positive_is_not_in_the_reference(
    tmp_path: Path,
) -> None:
    drugs = [
        *drugs_of("X inhibitor", 3),
        Drug("P-2", "two faced", "X inhibitor|W agonist"),
        Drug("A-1", "one shared", "Y agonist|X inhibitor"),
        Drug("A-2", "second shared", "W agonist"),
        Drug("A-3", "same name", "Y agonist"),
        Drug("A-4", "Same Name", "x INHIBITOR"),
        *drugs_of("Y agonist", 2),
    ]
    compendium, learning = _learn(tmp_path, drugs, ["x0", "x1", "two faced"], moa="X inhibitor")
    # Also left out: 'x2', of the MOA but not chosen.
    assert _reference(compendium, learning) == {"y0", "y1"}
    assert _classes(compendium, learning) == {frozenset({"y0", "y1"})}


def test_moas_are_compared_without_regard_to_case(tmp_path: Path) -> None:
    """As negatives are: else the network would remember drugs that it is to find."""
    drugs = [
        *drugs_of("X inhibitor", 2),
        Drug("A-1", "other letters", "x Inhibitor|Y agonist"),
        Drug("Y-A", "capital", "Y Agonist"),
        Drug("Y-B", "small", "y agonist"),
    ]
    compendium, learning = _learn(tmp_path, drugs, ["x0", "x1"])
    assert _reference(compendium, learning) == {"capital", "small"}
    assert _classes(compendium, learning) == {frozenset({"capital", "small"})}


def test_all_moas_of_the_positives_count_not_only_that_they_were_chosen_by(
    tiny: Compendium,
) -> None:
    learning = learning_set(tiny, select(tiny, ["both"], moa="HDAC inhibitor"), seed=0)
    assert not _reference(tiny, learning)
    assert learning.moas.shape[1] == 0


# -------------------------------------------------------------------------------------------- MOAs


def test_a_moa_is_known_where_two_drugs_have_it(tmp_path: Path) -> None:
    drugs = [
        *drugs_of("X inhibitor", 2),
        *drugs_of("Y agonist", 3),
        Drug("A-1", "alone", "Z blocker", replicates=3),
        Drug("A-2", "first", "Y agonist|V opener"),
        Drug("A-3", "second", "V opener"),
        # Two ids of one drug are one drug.
        Drug("A-4", "twin", "U donor"),
        Drug("A-5", "Twin", "U donor"),
    ]
    compendium, learning = _learn(tmp_path, drugs, ["x0", "x1"])
    assert _classes(compendium, learning) == {
        frozenset({"y0", "y1", "y2", "first"}),
        frozenset({"first", "second"}),
    }
    # All signatures of a drug, in both cell lines.
    assert sorted(learning.moas.sum(axis=0)) == [4, 8]
    assert {"alone", "twin"} < _reference(compendium, learning)


def test_positives_have_no_moa(tmp_path: Path) -> None:
    drugs = [*drugs_of("X inhibitor", 2), Drug("P", "pos", "X inhibitor|Y agonist|Z blocker"),
             *drugs_of("Y agonist", 3), *drugs_of("Z blocker", 3)]  # fmt: skip
    for chosen in (["pos"], ["pos", "y0", "x0"], ["y0", "z1"]):
        compendium = build(tmp_path / "-".join(chosen), [*drugs, *drugs_of("", 60, tas=0.1)])
        for negatives in ("inactive", "others"):
            training_set = select(compendium, chosen, negatives=negatives)
            learning = learning_set(compendium, training_set, seed=0)
            assert not learning.moas[: learning.n_training][training_set.positive].any()


def test_negatives_have_their_moas_but_none_of_a_positive(tmp_path: Path) -> None:
    drugs = [
        Drug("P", "pos", "X inhibitor|Y agonist"),
        *drugs_of("Y agonist", 3),
        *drugs_of("Z blocker", 3),
    ]
    compendium, learning = _learn(
        tmp_path, drugs, ["pos"], moa="X inhibitor", negatives="others"
    )  # fmt: skip
    assert _classes(compendium, learning) == {frozenset({"z0", "z1", "z2"})}
    assert not _reference(compendium, learning)


def test_a_compendium_without_any_annotation_gives_the_training_set_alone(tmp_path: Path) -> None:
    compendium = build(tmp_path, drugs_of("", 60, tas=0.1))
    training_set = select(compendium, ["dark0", "dark1"])
    learning = learning_set(compendium, training_set, seed=0)
    assert learning.moas.shape == (learning.n_training, 0) == (len(training_set.rows), 0)


# ---------------------------------------------------------------------------------------- thinning


@pytest.fixture
def wide(tmp_path: Path) -> tuple[Compendium, TrainingSet]:
    """40 reference drugs in two cell lines."""
    drugs = [*drugs_of("X inhibitor", 3), *drugs_of("Y agonist", 40), *drugs_of("", 60, tas=0.1)]
    compendium = build(tmp_path, drugs)
    return compendium, select(compendium, ["x0", "x1"])


def test_a_large_reference_is_thinned_to_its_limit(
    wide: tuple[Compendium, TrainingSet], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = learning_set(*wide, seed=0)
    assert len(whole.x) - whole.n_training == 80
    for limit in (80, 79, 20, 0):
        monkeypatch.setattr(learning_sets, "MAX_REFERENCE", limit)
        learning = learning_set(*wide, seed=0)
        assert len(learning.x) - learning.n_training == limit
        np.testing.assert_array_equal(
            learning.x[: learning.n_training], whole.x[: whole.n_training]
        )
        rows = _rows(wide[0], learning)[learning.n_training :]
        assert set(rows) <= set(_rows(wide[0], whole))
        np.testing.assert_array_equal(rows, np.unique(rows))
        # Whole drugs, both their signatures.
        assert len(_reference(wide[0], learning)) == (limit + 1) // 2


def test_the_seed_chooses_what_is_left_of_the_reference(
    wide: tuple[Compendium, TrainingSet], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learning_sets, "MAX_REFERENCE", 20)
    of_seed = [learning_set(*wide, seed=seed) for seed in (3, 3, 4)]
    assert _same(of_seed[0], of_seed[1])
    assert _reference(wide[0], of_seed[0]) != _reference(wide[0], of_seed[2])


def test_every_drug_may_be_left(
    wide: tuple[Compendium, TrainingSet], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learning_sets, "MAX_REFERENCE", 20)
    chosen = [_reference(wide[0], learning_set(*wide, seed=seed)) for seed in range(40)]
    times = [sum(f"y{number}" in drugs for drugs in chosen) for number in range(40)]
    assert min(times) >= 1
    assert max(times) <= 22


def test_below_its_limit_a_learning_set_does_not_depend_on_the_seed(tiny: Compendium) -> None:
    training_set = select(tiny, HDAC, negatives="others")
    one, other = (learning_set(tiny, training_set, seed=seed) for seed in (0, 1))
    assert _same(one, other)


# ----------------------------------------------------------------------------------- no reference


def test_signatures_without_reference_are_each_of_a_drug_of_its_own() -> None:
    x = np.random.default_rng(0).normal(size=(5, 3))
    learning = without_reference(x)
    np.testing.assert_array_equal(learning.x, x)
    assert learning.n_training == len(set(learning.drug)) == 5
    assert learning.moas.shape == (5, 0)
