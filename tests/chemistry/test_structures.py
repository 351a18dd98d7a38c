"""Structures are drawn, and what is no structure is none."""

from urllib.parse import unquote

import pytest

from gpar_core.chemistry.structures import picture, svg
from gpar_core.data.parent_structure import MAX_SMILES, structure

ASPIRIN = "CC(=O)Oc1ccccc1C(=O)O"


def test_a_smiles_is_drawn() -> None:
    address = picture(ASPIRIN)
    prefix, content = address.split(",", 1)
    assert prefix == "data:image/svg+xml;utf8"
    assert unquote(content) == svg(ASPIRIN)
    assert "<svg" in svg(ASPIRIN)
    assert svg(ASPIRIN) != svg("CCO")


@pytest.mark.parametrize(
    "text",
    ["", "restricted", "C(", "<svg onload=1>", "-666", "C" * (MAX_SMILES + 1), "\x00", "[Zz]"],
)
def test_what_is_no_molecule_is_none(text: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert structure(text) is None
    assert picture(text) == ""
    assert capfd.readouterr().err == ""
