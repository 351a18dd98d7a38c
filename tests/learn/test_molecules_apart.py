"""No molecule is on both sides of a fold, whatever it is called."""

from dataclasses import replace

import numpy as np
import pytest

from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import drugs_of_moa, known_drugs, select
from gpar_core.learn.compendium_scores import FINAL, score_compendium
from gpar_core.learn.folds import assign_folds
from gpar_core.learn.presets import MatchingSettings
from gpar_core.learn.space import space_of
from gpar_core.rank.ranking import rank_compounds, rank_signatures
from gpar_core.rank.scoring import LayeredNetwork
from tests.synthetic import Drug, build

KEY = "{}-UHFFFAOYSA-N"


@pytest.fixture(scope="module")
def salts(tmp_path_factory: pytest.TempPathFactory) -> Compendium:
    """Six drugs of a MOA and 60 others, each as base and as hydrochloride; the salt has no MOA."""
    drugs = []
    for number in range(66):
        block = f"{number:02}".translate(str.maketrans("0123456789", "ABCDEFGHIJ")) * 7
        member = number < 6
        for form, moa in (("", "X inhibitor" if member else ""), (" hydrochloride", "")):
            drugs.append(
                Drug(
                    f"P{number:02}{'S' if form else 'B'}",
                    f"drug{number}{form}",
                    moa,
                    tas=0.5 if member else 0.1,
                    inchi_key=KEY.format(block),
                )
            )
    return build(tmp_path_factory.mktemp("salts"), drugs, cells=("A375", "MCF7"), effect=5.0)


def test_base_and_salt_are_one_drug_in_the_training_set(salts: Compendium) -> None:
    assert (salts.n_compounds, salts.n_drugs) == (132, 66)
    chosen = select(salts, drugs_of_moa(salts, "X inhibitor"), negatives="others")
    assert chosen.n_positive_compounds == 6
    # The salts have no annotation of their own, and are no negatives for that.
    assert not set(chosen.drug[~chosen.positive]) & set(chosen.drug[chosen.positive])
    assert {"drug0 hydrochloride", "drug0"} & set(chosen.drug) == {"drug0"}
    assert known_drugs(salts, ["DRUG0 hydrochloride", "P00B"]) == ("drug0",)


def test_no_molecule_is_on_both_sides_of_a_fold(salts: Compendium) -> None:
    chosen = select(salts, drugs_of_moa(salts, "X inhibitor"), negatives="others")
    folds = assign_folds(chosen.positive, chosen.drug, seed=0)
    block = salts.compounds.set_index("pert_id")["inchi_key"].str[:14]
    molecule = block.loc[salts.signatures["pert_id"].iloc[chosen.rows]].to_numpy()
    for fold in range(folds.k):
        held_out = folds.fold == fold
        assert not set(molecule[held_out]) & set(molecule[~held_out])


def test_an_embedding_that_has_not_seen_the_base_has_not_seen_the_salt(salts: Compendium) -> None:
    of_drug = (salts.signatures["drug"] == "drug0").to_numpy()
    assert set(salts.signatures["pert_id"][of_drug]) == {"P00B", "P00S"}
    matrix = np.array(salts.matrix)
    matrix[of_drug] = 1e6
    space, other = (
        space_of(made, MatchingSettings(), seed=0)
        for made in (salts, replace(salts, matrix=matrix))
    )
    pairs = zip(space.embeddings, other.embeddings, strict=True)
    same = [np.array_equal(one.matrix, another.matrix) for one, another in pairs]
    assert np.flatnonzero(same).tolist() == space.block[space.drug == "drug0"].tolist()


def test_every_signature_of_a_negative_is_scored_by_its_own_fold(salts: Compendium) -> None:
    chosen = select(salts, drugs_of_moa(salts, "X inhibitor"), negatives="others")
    folds = assign_folds(chosen.positive, chosen.drug, seed=0)
    network = LayeredNetwork((np.ones((978, 1), np.float32),), (np.zeros(1, np.float32),), "none")
    scores, scored_by = score_compendium(salts, chosen, folds, network, [network] * folds.k)
    fold_of = dict(zip(chosen.drug, folds.fold, strict=True))
    assert [fold_of[drug] for drug in salts.signatures["drug"]] == scored_by.tolist()
    assert FINAL not in scored_by
    ranked = rank_signatures(salts, chosen, scores, scored_by >= 0, seed=0)
    ranking = rank_compounds(salts, ranked, seed=0)
    assert len(ranking) == 60
    assert set(ranking["k"]) == {4}  # base and salt in two cell lines
    assert not ranking["drug"].isin(chosen.drug[chosen.positive]).any()


def test_a_drug_lists_all_its_ids_and_names(salts: Compendium) -> None:
    row = salts.drugs.set_index("drug").loc["drug7"]
    assert row["pert_ids"] == "P07B|P07S"
    assert row["names"] == "drug7|drug7 hydrochloride"
    assert (row["n_signatures"], row["n_cell_lines"]) == (4, 2)
