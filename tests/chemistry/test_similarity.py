"""Similarity of structures, against counting bits by hand."""

import numpy as np
import pandas as pd
import pytest

from gpar_core import fields
from gpar_core.chemistry.similarity import (
    ANALOGUE,
    beside_training,
    fingerprint,
    nearest,
    not_more_alike,
)

VORINOSTAT = "ONC(=O)CCCCCCC(=O)Nc1ccccc1"
BELINOSTAT = "ONC(=O)C=Cc1cccc(c1)S(=O)(=O)Nc1ccccc1"
SUBERIC_ANILIDE = "OC(=O)CCCCCCC(=O)Nc1ccccc1"
ASPIRIN = "CC(=O)Oc1ccccc1C(=O)O"
ALL = [VORINOSTAT, BELINOSTAT, SUBERIC_ANILIDE, ASPIRIN]


def naive(one: str, other: str) -> float:
    """Tanimoto by sets of bits."""
    a, b = (set(each.GetOnBits()) for each in map(fingerprint, (one, other)))
    return len(a & b) / len(a | b)


def test_the_nearest_is_that_of_all_pairs() -> None:
    references = [ASPIRIN, "nonsense", VORINOSTAT, BELINOSTAT]
    place, similarity = nearest(ALL, references)
    for row, smiles in enumerate(ALL):
        of_all = [naive(smiles, each) if each != "nonsense" else -1.0 for each in references]
        assert place[row] == int(np.argmax(of_all))
        assert similarity[row] == pytest.approx(max(of_all))


def test_an_analogue_is_told_from_a_new_scaffold() -> None:
    _, similarity = nearest([SUBERIC_ANILIDE, ASPIRIN], [VORINOSTAT])
    assert similarity[0] > ANALOGUE > similarity[1]


def test_what_has_no_structure_is_like_nothing() -> None:
    place, similarity = nearest(["", VORINOSTAT], [""])
    assert place.tolist() == [-1, -1]
    assert np.isnan(similarity).all()
    place, similarity = nearest(["nonsense", VORINOSTAT], [VORINOSTAT])
    assert place.tolist() == [-1, 0]
    assert np.isnan(similarity[0])
    assert similarity[1] == 1.0


@pytest.fixture
def compounds() -> pd.DataFrame:
    names = ["Vorinostat", "belinostat", "anilide", "aspirin", "unknown"]
    return pd.DataFrame(
        {
            fields.PERT_ID: [f"P{number}" for number in range(5)],
            fields.PERT_INAME: names,
            fields.DRUG: [name.casefold() for name in names],
            fields.SMILES: [*ALL, ""],
        }
    )


def test_compounds_stand_beside_the_training_drugs(compounds: pd.DataFrame) -> None:
    table = beside_training(compounds, ("vorinostat", "unknown")).set_index(fields.PERT_ID)
    assert table.index.tolist() == ["P0", "P1", "P2", "P3"]
    assert set(table["nearest_drug"]) == {"Vorinostat"}
    assert table.loc["P2", "similarity"] == pytest.approx(naive(SUBERIC_ANILIDE, VORINOSTAT))
    nobody = beside_training(compounds, ("unknown",))
    assert nobody["similarity"].isna().all()
    assert set(nobody["nearest_drug"]) == {""}


def test_a_limit_leaves_new_scaffolds(compounds: pd.DataFrame) -> None:
    structures = beside_training(compounds, ("vorinostat",))
    ids = compounds[fields.PERT_ID].iloc[::-1].reset_index(drop=True)
    assert not_more_alike(ids, structures, 1.0).all()
    left = ids[not_more_alike(ids, structures, ANALOGUE)].tolist()
    expected = structures.loc[structures["similarity"] <= ANALOGUE, fields.PERT_ID]
    assert left == sorted(expected, reverse=True)
    assert "P3" in left
    assert "P4" not in left
