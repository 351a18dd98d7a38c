"""The parent of a salt, and what is left as it is."""

import pytest

from gpar_core.data.parent_structure import COUNTER_IONS, parent_block, structure

FLUOXETINE = "CNCCC(c1ccccc1)Oc1ccc(cc1)C(F)(F)F"
PYRANTEL = "CN1CCCN=C1C=Cc1cccs1"
PAMOATE = "OC(=O)c1cc2ccccc2c(Cc2c(O)c(cc3ccccc23)C(O)=O)c1O"


@pytest.mark.parametrize(
    ("salt", "parent"),
    [
        (f"Cl.{FLUOXETINE}", FLUOXETINE),
        (f"{PYRANTEL}.{PAMOATE}", PYRANTEL),
        ("CC(=O)Oc1ccccc1C([O-])=O.[Na+]", "CC(=O)Oc1ccccc1C(O)=O"),
        (f"O.O.{PYRANTEL}.OC(C(O)C(O)=O)C(O)=O", PYRANTEL),
        (f"{PYRANTEL}.{PYRANTEL}.OC(=O)C=CC(O)=O", PYRANTEL),
        ("C[C@H](O)c1ccccc1", "C[C@@H](O)c1ccccc1"),
    ],
)
def test_a_salt_and_a_stereoisomer_are_their_parent(salt: str, parent: str) -> None:
    assert parent_block(salt, "") == parent_block(parent, "")
    assert len(parent_block(parent, "")) == 14


def test_different_drugs_with_one_counter_ion_stay_apart() -> None:
    assert parent_block(f"{PYRANTEL}.Cl", "") != parent_block(f"{FLUOXETINE}.Cl", "")


def test_a_counter_ion_alone_is_a_compound_of_its_own() -> None:
    assert parent_block(PAMOATE, "") == parent_block(f"{PAMOATE}.[Na+].[Na+]", "")
    assert parent_block(PAMOATE, "") != parent_block(PYRANTEL, "")


def test_a_known_key_is_taken_where_nothing_has_to_be_stripped() -> None:
    key = "ABCDEFGHIJKLMN-UHFFFAOYSA-N"
    assert parent_block("", key) == parent_block(PYRANTEL, key) == "ABCDEFGHIJKLMN"
    assert parent_block("nonsense.nonsense", key) == "ABCDEFGHIJKLMN"
    assert parent_block(f"{PYRANTEL}.Cl", key) == parent_block(PYRANTEL, "")


@pytest.mark.parametrize("smiles", ["", "nonsense", "C(", "restricted"])
def test_without_a_structure_there_is_no_block(smiles: str) -> None:
    assert parent_block(smiles, "") == ""


def test_every_counter_ion_is_a_structure() -> None:
    assert all(structure(smiles) is not None for smiles in COUNTER_IONS)
