"""Which drugs of two compendia are the same molecule."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gpar_core.data.compendium import Compendium
from gpar_core.data.shared_molecules import shared_molecules
from tests.synthetic import Drug, build, drugs_of

KEY = "{}-UHFFFAOYSA-N"
PENTANE, PENTANE_KEY = "CCCCC", "OFBQJSOFQDEBGM-UHFFFAOYSA-N"


@pytest.fixture
def here(tmp_path: Path) -> Compendium:
    drugs = [
        Drug("BRD-K11111111-001-01-1", "alpha"),
        Drug("H-2", "BML 210"),
        Drug("H-3", "gamma", inchi_key=PENTANE_KEY),
        Drug("H-4", "delta"),
        *drugs_of("", 5),
    ]
    return build(tmp_path / "here", drugs, seed=1)


def test_ids_names_and_structures_are_compared(here: Compendium, tmp_path: Path) -> None:
    drugs = [
        Drug("BRD-K11111111-300-02-7", "other batch"),
        Drug("T-2", "bml-210"),
        Drug("T-3", "of structure", smiles=PENTANE),
        Drug("T-4", "stranger"),
    ]
    there = build(tmp_path / "there", drugs, seed=2)
    assert shared_molecules(here, there) == {
        "other batch": {"alpha"},
        "bml-210": {"bml 210"},
        "of structure": {"gamma"},
        "stranger": frozenset(),
    }


def test_the_same_measurement_under_another_name_is_the_same_molecule(
    here: Compendium, tmp_path: Path
) -> None:
    """Though it is clipped, scaled and rounded in one of the two."""
    there = build(tmp_path / "there", [Drug("T-1", "one"), Drug("T-2", "two")], seed=2)
    z = np.array(here.matrix)
    row = int(np.flatnonzero(here.signatures["drug"] == "delta")[0])
    z[row, :5] = 30, -25, 17, 12, -40
    theirs = np.array(there.matrix)
    place = int(np.flatnonzero(there.signatures["drug"] == "two")[0])
    theirs[place] = np.round(np.clip(z[row], -10, 10) * 1.05, 2)
    found = shared_molecules(replace(here, matrix=z), replace(there, matrix=theirs))
    assert found == {"one": frozenset(), "two": {"delta"}}
