"""Purity among neighbors: planted MOAs come together, nothing does by chance."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import TrainingSet, drugs_of_moa, select
from gpar_core.learn.folds import assign_folds
from gpar_core.learn.presets import PRESETS, LayeredSettings
from gpar_core.maps.purity import COLUMNS, held_out_purity, n_neighbours, summary
from tests import targeted
from tests.pools import Means
from tests.synthetic import build, drugs_of

QUICK = PRESETS["fast"]
AS_IT_IS = LayeredSettings(scaling="none")
"""With `Means`, whose networks have no hidden layer: after is as before."""

CELLS = ("A375", "MCF7", "PC3")


def _compendium(
    folder: Path, *, effect: float, batch: float = 0.0, varying: float = 0.0, inactive: int = 60
) -> Compendium:
    """Drugs of three MOAs and none.

    batch: what each cell line adds to all of its signatures, by gene. varying: what signatures of
    one drug differ by along four directions that all drugs share, in units of the noise of a gene.
    """
    drugs = [
        drug
        for moa in ("Planted inhibitor", "Other agonist", "Third blocker")
        for drug in drugs_of(moa, 6)
    ]
    made = build(
        folder, [*drugs, *drugs_of("", inactive, tas=0.1)], cells=CELLS, effect=effect, seed=1
    )
    rng = np.random.default_rng(5)
    of_cell = {cell: rng.normal(size=made.matrix.shape[1]) for cell in CELLS}
    added = np.array([of_cell[cell] for cell in made.signatures["cell_id"]])
    shared = rng.normal(size=(4, made.matrix.shape[1]))
    shared /= np.linalg.norm(shared, axis=1, keepdims=True)
    varied = rng.normal(size=(len(added), 4)) @ shared
    return replace(made, matrix=(made.matrix + batch * added + varying * varied).astype(np.float32))


def _chosen(compendium: Compendium) -> TrainingSet:
    return select(compendium, drugs_of_moa(compendium, "Planted inhibitor"), negatives="inactive")


def _slowly(training_set: TrainingSet, x: np.ndarray, label: np.ndarray, k: int) -> pd.Series:
    """Share of like labels among the k nearest signatures of other drugs, by drug."""
    shares: dict[str, list[float]] = {}
    for i in np.flatnonzero(training_set.positive):
        cosine = x @ x[i] / np.linalg.norm(x, axis=1) / np.linalg.norm(x[i])
        order = [j for j in np.argsort(-cosine) if training_set.drug[j] != training_set.drug[i]]
        alike = np.mean([label[j] == label[i] for j in order[:k]])
        shares.setdefault(str(training_set.drug[i]), []).append(float(alike))
    return pd.Series({drug: np.mean(each) for drug, each in sorted(shares.items())})


def test_shares_are_those_of_a_slow_count(tmp_path: Path) -> None:
    made = _compendium(tmp_path, effect=6, batch=0.3)
    training_set = _chosen(made)
    pool = Means()
    found = held_out_purity(made, training_set, AS_IT_IS, seed=0, pool=pool)
    x = training_set.z_scores(made).astype(float)
    cell = made.signatures["cell_id"].to_numpy()[training_set.rows]
    purity = _slowly(training_set, x, training_set.positive, 15)
    batch = _slowly(training_set, x, cell, 15)
    assert found["drug"].tolist() == purity.index.tolist()
    for when in ("before", "after"):
        np.testing.assert_allclose(found[f"purity_{when}"], purity, atol=1e-9)
        np.testing.assert_allclose(found[f"batch_{when}"], batch, atol=1e-9)
    np.testing.assert_allclose(found["purity_chance"], 15 / (15 + 180))
    np.testing.assert_allclose(found["batch_chance"], 1 / 3)
    assert (found["n_signatures"] == 3).all()


def test_shares_of_a_target_cross_its_moas(tmp_path: Path) -> None:
    """Drugs of a target are positive whatever their MOA; others of that MOA are not."""
    made = build(tmp_path, targeted.DRUGS, cells=CELLS, effect=6, seed=1)
    drugs = drugs_of_moa(made, "target: PIK3CA")
    assert drugs == ("mtor0", "mtor1", "mtor2", "pik0", "pik1")
    training_set = select(made, drugs, negatives="others", moa="target: PIK3CA")
    found = held_out_purity(made, training_set, AS_IT_IS, seed=0, pool=Means())
    x = training_set.z_scores(made).astype(float)
    sizes = training_set.positive.sum()
    k = n_neighbours(training_set.positive, training_set.drug.astype(str))
    purity = _slowly(training_set, x, training_set.positive, k)
    assert found["drug"].tolist() == list(drugs) == purity.index.tolist()
    for when in ("before", "after"):
        np.testing.assert_allclose(found[f"purity_{when}"], purity, atol=1e-9)
    chance = [training_set.positive[training_set.drug != drug].mean() for drug in drugs]
    np.testing.assert_allclose(found["purity_chance"], chance)
    assert sizes == k + found["n_signatures"].max()
    # mtor3 and mtor4 resemble mtor0 as much, and are no drugs of the target.
    assert found.set_index("drug").loc["mtor0", "purity_before"] < 0.7


def test_each_drug_is_judged_by_the_fold_that_held_it_out(tmp_path: Path) -> None:
    made = _compendium(tmp_path, effect=6)
    training_set, pool = _chosen(made), Means()
    found = held_out_purity(made, training_set, AS_IT_IS, seed=4, pool=pool)
    folds = assign_folds(training_set.positive, training_set.drug, seed=4)
    [tasks] = pool.calls
    assert [task.seed for task in tasks] == [4 + k + 1 for k in range(folds.k)]
    for row in found.itertuples():
        seen = training_set.drug[tasks[row.fold - 1].rows]
        assert row.drug not in seen


def test_learning_pulls_held_out_drugs_to_their_moa_and_cell_lines_apart(tmp_path: Path) -> None:
    """By what varies within the other drugs, whose MOAs it is not told."""
    made = _compendium(tmp_path, effect=14, batch=0.35, varying=15, inactive=150)
    found = summary(held_out_purity(made, _chosen(made), QUICK, seed=0, pool=Means()))
    assert found["purity_gain"] > 2 * found["purity_gain_se"] > 0
    assert found["purity_before"] > 2 * found["purity_chance"]
    assert found["batch_gain"] < -2 * found["batch_gain_se"]
    assert found["n_drugs"] == 6


def test_where_there_is_nothing_to_learn_nothing_is_gained(tmp_path: Path) -> None:
    made = _compendium(tmp_path, effect=0)
    found = summary(held_out_purity(made, _chosen(made), QUICK, seed=0, pool=Means()))
    for when in ("before", "after"):
        off = found[f"purity_{when}"] - found["purity_chance"]
        assert abs(off) < 3 * found[f"purity_{when}_se"] + 0.02
    assert abs(found["purity_gain"]) < 3 * found["purity_gain_se"] + 0.02


def test_of_one_drug_nothing_is_said_and_nothing_trained(tmp_path: Path) -> None:
    made = build(tmp_path, [*drugs_of("One", 1), *drugs_of("", 20, tas=0.1)], cells=CELLS)
    alone, pool = select(made, ["one0"], negatives="inactive"), Means()
    nothing = held_out_purity(made, alone, AS_IT_IS, seed=0, pool=pool)
    assert nothing.empty
    assert nothing.columns.tolist() == COLUMNS
    assert pool.calls == []
    assert np.isnan(summary(nothing)["purity_before"])
    assert summary(nothing)["n_drugs"] == 0


def test_of_one_cell_line_no_batch_is_told(tmp_path: Path) -> None:
    made = build(tmp_path, [*drugs_of("One", 2), *drugs_of("", 20, tas=0.1)], cells=("A",))
    both = select(made, ["one0", "one1"], negatives="inactive")
    found = held_out_purity(made, both, AS_IT_IS, seed=0, pool=Means())
    assert found["batch_before"].isna().all()
    assert found["purity_before"].notna().all()


@pytest.mark.parametrize(
    ("drug", "k"), [("aabb", 2), ("aaab", 1), ("abc", 2), ("a" * 30 + "b" * 20 + "c", 15)]
)
def test_so_many_neighbors_can_all_be_positive(drug: str, k: int) -> None:
    names = np.array([*drug, "z"])
    assert n_neighbours(names != "z", names) == k
