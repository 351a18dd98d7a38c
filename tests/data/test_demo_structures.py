"""The structures of the demo's drugs are those of the drugs."""

import csv
from importlib import resources

import numpy as np
import pytest

from gpar_core import fields
from gpar_core.data import demo
from gpar_core.data import demo_catalogue as catalogue

Chem = pytest.importorskip("rdkit.Chem", reason="RDKit, which is optional, is not installed")
rdMolDescriptors = pytest.importorskip("rdkit.Chem.rdMolDescriptors")
rdFingerprintGenerator = pytest.importorskip("rdkit.Chem.rdFingerprintGenerator")
DataStructs = pytest.importorskip("rdkit.DataStructs")

INCHI_KEYS = {
    "vorinostat": "WAEXFXRVDQXREF-UHFFFAOYSA-N", "trichostatin-a": "RTKIYFITIVXBLE-QEQCGCAPSA-N",
    "bortezomib": "GXJABQQUPOEUTA-RDJZCZTQSA-N", "simvastatin": "RYMZZMVNJRMUDD-HGQWONQESA-N",
    "atorvastatin": "XUKUURHRXDUEBC-KAYWLYCHSA-N", "escitalopram": "WSEQXVZVJXJVFP-FQEVSTJZSA-N",
    "sertraline": "VGKDLMBJGBXTGI-SJCJKPOMSA-N", "dexamethasone": "UREBDLICKHMUKA-CXSFZGCWSA-N",
    "imipramine": "BCGWQEUPMDMJNV-UHFFFAOYSA-N", "topotecan": "UCFGDBYHRUNTLO-QHCPKHFHSA-N",
    "tofacitinib": "UJLAWZDWDVHWOW-YPMHNXCESA-N", "talazoparib": "HWGQMRYQVZSGDQ-HZPDHXFCSA-N",
    "ethinyl-estradiol": "BFPYWIDHMRZLRN-SLHNCBLASA-N",
    "vinblastine": "JXLYSJRDGCGARV-CFWMRBGOSA-N", "vincristine": "OGWKCGZFUXNPDA-CFWMRBGOSA-N",
    "homoharringtonine": "HYFHYPWGAURHIV-JFIAXGOJSA-N", "JSH-23": "YMFNPBSZFWXMAD-UHFFFAOYSA-N",
    "clozapine": "QZUDBNBUXVUHMW-UHFFFAOYSA-N", "olanzapine": "KVWDHTXUZHCGIO-UHFFFAOYSA-N",
}  # fmt: skip
"""As public databases have them; of vincristine, the one that shares the centres of vinblastine."""


def test_every_drug_with_a_structure_is_in_the_demo_and_once() -> None:
    annotation = demo.draw_compounds(np.random.default_rng(0)).annotation
    names = set(annotation[fields.PERT_INAME])
    structures = catalogue.structures()
    assert set(structures) <= names
    assert len(structures) > 450
    drawn = annotation.set_index(fields.PERT_INAME)[fields.SMILES]
    assert drawn["vorinostat"].tolist() == [structures["vorinostat"]] * 2
    assert not drawn[drawn.index.str.startswith("SIM-")].any()


def test_each_has_the_formula_that_is_known_of_it() -> None:
    text = resources.files("gpar_core.data").joinpath("demo_structures.tsv").read_text("utf-8")
    for row in csv.DictReader(text.splitlines(), delimiter="\t"):
        molecule = Chem.MolFromSmiles(row[fields.SMILES])
        assert rdMolDescriptors.CalcMolFormula(molecule) == row["formula"], row
        assert "." not in row[fields.SMILES], "a salt"


@pytest.mark.parametrize("name", INCHI_KEYS)
def test_it_is_the_molecule_that_the_name_means(name: str) -> None:
    molecule = Chem.MolFromSmiles(catalogue.structures()[name])
    assert Chem.MolToInchiKey(molecule) == INCHI_KEYS[name]


def test_no_two_drugs_share_a_structure() -> None:
    structures = catalogue.structures()
    keys: dict[str, list[str]] = {}
    for name, smiles in structures.items():
        keys.setdefault(Chem.MolToInchiKey(Chem.MolFromSmiles(smiles)), []).append(name)
    assert [names for names in keys.values() if len(names) > 1] == []


def test_drugs_of_one_mechanism_are_more_alike_than_others() -> None:
    """As every medicinal chemist would expect of the whole table: a mix-up would spoil it."""
    structures = catalogue.structures()
    names = sorted(structures)
    generator = rdFingerprintGenerator.GetMorganGenerator()
    prints = [generator.GetFingerprint(Chem.MolFromSmiles(structures[name])) for name in names]
    alike = np.array([DataStructs.BulkTanimotoSimilarity(one, prints) for one in prints])
    members = [{*m.drugs.split(", ")} for m in catalogue.MECHANISMS]
    share = np.array([[any({a, b} <= m for m in members) for b in names] for a in names])
    pairs = np.triu(np.ones_like(share, dtype=bool), 1)
    assert alike[pairs & share].mean() > 1.8 * alike[pairs & ~share].mean()
