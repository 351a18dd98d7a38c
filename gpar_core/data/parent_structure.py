"""The parent structure of a compound: a salt without its counter-ions."""

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from gpar_core.data.compound_keys import BLOCK_LENGTH

if TYPE_CHECKING:
    from rdkit.Chem import Mol

MAX_SMILES: Final = 1000
"""Characters; a longer text in a file is not a drug."""

CARBON: Final = 6

COUNTER_IONS: Final = (
    "OC(=O)CC(O)(CC(O)=O)C(O)=O",  # citrate
    "OC(C(O)C(O)=O)C(O)=O",  # tartrate
    "OC(CC(O)=O)C(O)=O",  # malate
    "OC(=O)C=CC(O)=O",  # maleate, fumarate
    "OC(=O)CCC(O)=O",  # succinate
    "OC(=O)CCCCC(O)=O",  # adipate
    "CC(O)C(O)=O",  # lactate
    "OC(=O)C(F)(F)F",  # trifluoroacetate
    "OC(=O)c1ccccc1",  # benzoate
    "OC(=O)c1ccccc1O",  # salicylate
    "OCC(O)C(O)C(O)C(O)C(O)=O",  # gluconate
    "OCC1OC(OC(C(O)CO)C(O)C(O)C(O)=O)C(O)C(O)C1O",  # lactobionate
    "OC(=O)C1OC(O)C(O)C(O)C1O",  # glucuronate
    "OS(=O)(=O)c1ccccc1",  # besylate
    "Cc1ccc(cc1)S(O)(=O)=O",  # tosylate
    "OS(=O)(=O)c1ccc2ccccc2c1",  # napsylate
    "OS(=O)(=O)c1cccc2c(cccc12)S(O)(=O)=O",  # napadisylate
    "OS(=O)(=O)CCS(O)(=O)=O",  # edisylate
    "CC1(C)C2CCC1(CS(O)(=O)=O)C(=O)C2",  # camsylate
    "OC(=O)c1ccc2ccccc2c1O",  # xinafoate
    "OC(=O)c1cc2ccccc2c(Cc2c(O)c(cc3ccccc23)C(O)=O)c1O",  # pamoate
    "CCCCCCCCCCCCCCCC(O)=O",  # palmitate
    "CCCCCCCCCCCCCCCCCC(O)=O",  # stearate
    "CNCC(O)C(O)C(O)C(O)CO",  # meglumine
    "OCC(N)(CO)CO",  # tromethamine
    "NC(CCCN=C(N)N)C(O)=O",  # arginine
    "NCCCCC(N)C(O)=O",  # lysine
    "C(CNCc1ccccc1)NCc1ccccc1",  # benzathine
    "C1CCC(CC1)NC1CCCCC1",  # dicyclohexylamine
)
"""Organic counter-ions of drugs that can have more atoms than the drug, without stereochemistry."""


def structure(smiles: str) -> "Mol | None":
    """The structure of a SMILES, None if it is invalid."""
    from rdkit import Chem, rdBase  # noqa: PLC0415 -- half a second that most callers do not need

    if not smiles or len(smiles) > MAX_SMILES:
        return None
    with rdBase.BlockLogs():  # errors in users' files do not belong in the server's log
        found = Chem.MolFromSmiles(smiles)
    return found if found is not None and found.GetNumAtoms() else None


def parent_block(smiles: str, inchi_key: str) -> str:
    """First block of the InChIKey of the parent structure, '' if no structure is known.

    The parent of a salt or solvate is its largest organic fragment, by heavy atoms, that is not in
    `COUNTER_IONS`; without one, the largest counter-ion, and without that, the largest fragment. It
    is taken from the SMILES; a single fragment keeps its InChIKey, and so does a structure that
    RDKit cannot read. Protonation and stereochemistry are not in the first block (Heller et al., J
    Cheminform 2015, 7:23).
    """
    given = inchi_key[:BLOCK_LENGTH]
    if given and "." not in smiles:
        return given
    whole = structure(smiles)
    if whole is None:
        return given
    from rdkit import Chem  # noqa: PLC0415 -- see above

    def preference(fragment: "Mol") -> tuple[bool, bool, int, str]:
        block = _block(fragment)
        organic = any(atom.GetAtomicNum() == CARBON for atom in fragment.GetAtoms())
        return organic, block not in _counter_ions(), fragment.GetNumHeavyAtoms(), block

    return _block(max(Chem.GetMolFrags(whole, asMols=True), key=preference)) or given


@lru_cache(maxsize=1)
def _counter_ions() -> frozenset[str]:
    return frozenset(_block(found) for smiles in COUNTER_IONS if (found := structure(smiles)))


def _block(found: "Mol") -> str:
    from rdkit import Chem, rdBase  # noqa: PLC0415 -- see above

    with rdBase.BlockLogs():
        return str(Chem.MolToInchiKey(found))[:BLOCK_LENGTH]
