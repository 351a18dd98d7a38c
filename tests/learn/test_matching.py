"""Scores by what has not seen a drug, against loops; and what they find."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from gpar_core.data.compendium import Compendium
from gpar_core.data.profiles import Profiles
from gpar_core.data.training_set import TrainingSet, select
from gpar_core.learn import space as spaces
from gpar_core.learn.folds import Folds, assign_folds
from gpar_core.learn.matching import FINAL, Matching, without
from gpar_core.learn.presets import MatchingSettings
from gpar_core.learn.space import Space, embedding_without, space_of
from gpar_core.rank.scoring import embed, score
from tests.synthetic import build, drugs_of

CELLS = ("A375", "MCF7", "PC3")
MEMBERS = tuple(f"x{i}" for i in range(5))
SETTINGS = MatchingSettings()


@pytest.fixture(scope="module")
def compendium(tmp_path_factory: pytest.TempPathFactory) -> Compendium:
    """Six drugs of a MOA in three lines, twice in each, another MOA and 24 of none."""
    drugs = [
        *drugs_of("X inhibitor", 6, replicates=2),
        *drugs_of("Y agonist", 6, replicates=2),
        *drugs_of("", 24, tas=0.1),
    ]
    return build(tmp_path_factory.mktemp("matching"), drugs, cells=CELLS, effect=12.0)


@pytest.fixture(scope="module")
def space(compendium: Compendium) -> Space:
    return space_of(compendium, SETTINGS, seed=0)


def _folds(training_set: TrainingSet) -> Folds:
    return assign_folds(training_set.positive, training_set.drug, seed=0)


@pytest.fixture(scope="module")
def matching(compendium: Compendium, space: Space) -> Matching:
    chosen = select(compendium, MEMBERS, negatives="others")
    return Matching(space, compendium, chosen, _folds(chosen), 0)


def _by_loops(matching: Matching, z: np.ndarray, cell: list[str], drug: str, fold: int) -> float:
    """The score of signatures (k, n_genes) of a drug taken together."""
    space, chosen = matching.space, matching.training_set
    known = drug in space.drug
    of = space.embeddings[space.block[space.places([drug])[0]] if known else -1]

    def place(rows: np.ndarray, cells: list[str]) -> np.ndarray:
        total = np.zeros(978)
        for row, name in zip(rows, cells, strict=True):
            line = list(space.cells).index(name) if name in space.cells else None
            total += row - of.center - (0 if line is None else of.shift[line])
        embedded = total @ of.matrix
        return embedded / np.linalg.norm(embedded)

    query = place(z, cell)
    x = chosen.z_scores(matching.compendium)
    lines = chosen.described(matching.compendium, ["cell_id"])["cell_id"].to_numpy()
    kinds: dict[bool, list[float]] = {True: [], False: []}
    for name in sorted(set(chosen.drug)):
        rows = np.flatnonzero(chosen.drug == name)
        if matching.folds.fold[rows[0]] != fold:
            cosine = place(x[rows], list(lines[rows])) @ query
            kinds[bool(chosen.positive[rows[0]])].append(np.exp(SETTINGS.sharpness * cosine))
    odds = np.mean(kinds[True]) / np.mean(kinds[False])
    return float(odds / (1 + odds))


@pytest.mark.parametrize("negatives", ["others", "inactive"])
def test_scores_of_signatures_are_those_of_the_loops(
    compendium: Compendium, space: Space, negatives: str
) -> None:
    chosen = select(compendium, MEMBERS, negatives=negatives)
    matching = Matching(space, compendium, chosen, _folds(chosen), 0)
    scores, scored_by = matching.of_signatures()
    signatures = compendium.signatures
    fold_of = dict(zip(chosen.drug, matching.folds.fold, strict=True))
    np.testing.assert_array_equal(
        scored_by, [fold_of.get(drug, FINAL) for drug in signatures["drug"]]
    )
    for row in range(0, len(scores), 7):
        drug, cell = signatures["drug"][row], signatures["cell_id"][row]
        z = np.asarray(compendium.matrix[[row]])
        expected = _by_loops(matching, z, [cell], drug, scored_by[row])
        assert scores[row] == pytest.approx(expected, rel=1e-3)
    rows = np.array([40, 3, 17])
    np.testing.assert_allclose(matching.of_signatures(rows)[0], scores[rows], rtol=1e-5)


def test_scores_of_compounds_are_of_their_pooled_representatives(matching: Matching) -> None:
    compendium, chosen = matching.compendium, matching.training_set
    scores = matching.of_compounds()
    assert len(scores) == compendium.n_drugs
    fold_of = dict(zip(chosen.drug, matching.folds.fold, strict=True))
    signatures = compendium.signatures
    for drug in ("x0", "x5", "y2", "dark3"):
        ours = np.flatnonzero(signatures["representative"] & (signatures["drug"] == drug))
        expected = _by_loops(
            matching, np.asarray(compendium.matrix[ours]), list(signatures["cell_id"][ours]), drug,
            fold_of.get(drug, FINAL),
        )  # fmt: skip
        place = np.searchsorted(matching.space.drug, drug)
        assert scores[place] == pytest.approx(expected, rel=1e-3)


def test_a_compound_is_pooled_over_the_cell_lines_of_the_training_set(
    compendium: Compendium, space: Space
) -> None:
    """One that has no signature there is pooled over the others."""
    kept = ~((compendium.signatures["drug"] == "x5") & (compendium.signatures["cell_id"] == "A375"))
    rows = np.flatnonzero(kept)
    fewer = replace(
        compendium,
        matrix=compendium.matrix[rows],
        signatures=compendium.signatures.iloc[rows].reset_index(drop=True),
    )
    chosen = select(fewer, MEMBERS, cells=("A375",), negatives="others")
    matching = Matching(space, fewer, chosen, _folds(chosen), 0)
    scores, signatures = matching.of_compounds(), fewer.signatures
    for drug, lines in (("x1", {"A375"}), ("x5", {"MCF7", "PC3"})):
        ours = signatures["representative"] & (signatures["drug"] == drug)
        rows = np.flatnonzero(ours & signatures["cell_id"].isin(lines))
        fold = dict(zip(chosen.drug, matching.folds.fold, strict=True)).get(drug, FINAL)
        z, cell = np.asarray(fewer.matrix[rows]), list(signatures["cell_id"].iloc[rows])
        expected = _by_loops(matching, z, cell, drug, fold)
        assert scores[space.places([drug])[0]] == pytest.approx(expected, rel=1e-3)


def test_a_few_drugs_at_a_time_score_the_same(
    matching: Matching, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = matching.of_compounds()
    monkeypatch.setattr(spaces, "POOLED_DRUGS", 7)
    monkeypatch.setattr(spaces, "EMBEDDED_DRUGS", 2)
    np.testing.assert_allclose(matching.of_compounds(), expected, rtol=1e-4)


def test_a_planted_moa_is_found_and_its_sixth_drug_leads(matching: Matching) -> None:
    held_out = matching.held_out()
    assert roc_auc_score(matching.training_set.positive, held_out) > 0.95
    scores = dict(zip(matching.space.drug, matching.of_compounds(), strict=True))
    others = [scores[drug] for drug in scores if not drug.startswith("x")]
    assert scores["x5"] > max(others)


def test_where_there_is_nothing_to_find_nothing_is_found(tmp_path: Path) -> None:
    made = build(tmp_path, drugs_of("", 40), cells=CELLS)
    space, found = space_of(made, SETTINGS, seed=0), []
    for seed in range(20):
        drugs = np.random.default_rng(seed).choice(space.drug, 6, replace=False)
        chosen = select(made, drugs, negatives="others")
        matching = Matching(space, made, chosen, _folds(chosen), 0)
        found.append(roc_auc_score(chosen.positive, matching.held_out()))
    assert abs(np.mean(found) - 0.5) < 0.06


def test_what_a_fold_holds_out_has_no_part_in_its_scores(
    compendium: Compendium, matching: Matching
) -> None:
    """The values of one drug are changed: nothing that is compared without it moves."""
    drug = "x2"
    fold = matching.folds.fold[matching.training_set.drug == drug][0]
    matrix = np.array(compendium.matrix)
    of_drug = (compendium.signatures["drug"] == drug).to_numpy()
    matrix[of_drug] = matrix[of_drug][:, ::-1] * 3
    changed = replace(compendium, matrix=matrix)
    space = space_of(changed, SETTINGS, seed=0)
    other = Matching(space, changed, matching.training_set, matching.folds, matching.seed)
    one, two = matching.of_signatures()[0], other.of_signatures()[0]
    own_block = space.block[space.places([drug])[0]]
    blocks = space.block[space.places(compendium.signatures["drug"])]
    folds = matching.of_signatures()[1]
    without = (blocks == own_block) & (folds == fold) & ~of_drug
    assert without.any()
    np.testing.assert_array_equal(one[without], two[without])
    with_it = (folds != fold) & ~of_drug
    assert not np.array_equal(one[with_it], two[with_it])


def test_the_network_scores_new_signatures_as_the_whole_set_does(matching: Matching) -> None:
    network = matching.network()
    rng = np.random.default_rng(0)
    z = rng.normal(size=(5, 978)).astype(np.float32)
    cells = ["A375", "PC3", "HELA", "", "MCF7"]
    expected = [_by_loops(matching, z[[i]], [cells[i]], "?", FINAL) for i in range(5)]
    np.testing.assert_allclose(score(network, z, cell=np.array(cells)), expected, rtol=1e-3)


def test_a_network_without_a_fold_has_seen_nothing_of_it(matching: Matching) -> None:
    fold = 1
    network = matching.network_without(fold)
    held_out = set(matching.training_set.drug[matching.folds.fold == fold])
    of = embedding_without(matching.space, matching.compendium, held_out)
    np.testing.assert_array_equal(network.embedding, of.matrix)
    assert len(network.memory) == len(set(matching.training_set.drug) - held_out)


def test_signatures_of_a_single_drug_are_remembered_one_by_one(
    compendium: Compendium, space: Space
) -> None:
    chosen = select(compendium, MEMBERS[:1], negatives="others")
    matching = Matching(space, compendium, chosen, _folds(chosen), 0)
    assert matching.folds.by == "signature"
    assert matching.memory.positive.sum() == chosen.n_positive_signatures == 3
    assert roc_auc_score(chosen.positive, matching.held_out()) > 0.95
    scores = matching.of_compounds()
    assert np.flatnonzero(np.isnan(scores)).tolist() == [np.searchsorted(space.drug, "x0")]


def test_memory_is_limited_for_each_kind_and_what_is_left_is_seeded(matching: Matching) -> None:
    def kept(seed: int) -> Matching:
        space = replace(matching.space, settings=MatchingSettings(max_memory=3))
        return replace(matching, space=space, seed=seed)

    one = kept(0).memory
    assert (one.positive.sum(), (~one.positive).sum()) == (3, 3)
    np.testing.assert_array_equal(one.total, kept(0).memory.total)
    assert not np.array_equal(one.total, kept(1).memory.total)


def _profiles(compendium: Compendium, rows: np.ndarray, name: Callable[[int], str]) -> Profiles:
    drug = tuple(name(number) for number in range(len(rows)))
    return Profiles(drug, drug, np.array(compendium.matrix[rows]), ())


def test_uploads_are_held_out_by_a_space_that_has_not_seen_their_drugs(
    compendium: Compendium, space: Space
) -> None:
    signatures = compendium.signatures
    rows = np.flatnonzero(signatures["drug"].isin(MEMBERS) & signatures["representative"])[::3]
    profiles = _profiles(compendium, rows, lambda number: MEMBERS[number])
    chosen = select(compendium, (), negatives="others", uploaded=profiles)
    matching = Matching(space, compendium, chosen, _folds(chosen), 0)
    held_out = matching.held_out()
    assert len(held_out) == len(chosen.positive)
    assert roc_auc_score(chosen.positive, held_out) > 0.95
    changed = np.array(compendium.matrix)
    changed[signatures["drug"].isin(MEMBERS).to_numpy()] *= -5
    other = replace(compendium, matrix=changed)
    known = replace(chosen, uploaded=profiles)
    again = Matching(space_of(other, SETTINGS, seed=0), other, known, matching.folds, 0).held_out()
    np.testing.assert_array_equal(again[chosen.positive], held_out[chosen.positive])


def test_a_network_forgets_one_negative(matching: Matching) -> None:
    chosen = matching.training_set
    negatives = chosen.drug[~chosen.positive]
    z = chosen.z_scores(matching.compendium)
    cells = chosen.described(matching.compendium, ["cell_id"])
    for settings in (SETTINGS, replace(SETTINGS, max_memory=7)):
        small = replace(matching, space=replace(matching.space, settings=settings))
        network = small.network()
        left = [
            without(network, drug, negatives, settings, seed=0) for drug in np.unique(negatives)
        ]
        n_forgotten = [len(network.memory) - len(each.memory) for each in left]
        assert sum(n_forgotten) == (~network.positive).sum()
        for drug, each in zip(np.unique(negatives), left, strict=True):
            assert each.positive.sum() == network.positive.sum()
            if len(each.memory) == len(network.memory):
                continue
            own = chosen.drug == drug
            mean = network.inputs(z[own], cells["cell_id"][own].to_numpy(str)).mean(axis=0)
            query = embed(mean[None], network.center, network.embedding)[0]
            kept = {row.tobytes() for row in each.memory}
            (gone,) = [row for row in network.memory if row.tobytes() not in kept]
            assert gone @ query == pytest.approx(1, abs=1e-4)
