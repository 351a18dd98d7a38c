"""Structures from SMILES: whether they can be read, and pictures of them."""

from functools import lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

if TYPE_CHECKING:
    from rdkit.Chem import Mol

MAX_SMILES: Final = 1000
"""Characters; a longer text of a file is no drug."""

INSTALL: Final = "pip install -r requirements-chemistry.txt"

WIDTH, HEIGHT = 150, 90
"""Of a picture, in pixels."""


@lru_cache(maxsize=1)
def has_rdkit() -> bool:
    """Whether RDKit is installed."""
    return find_spec("rdkit") is not None


def molecule(smiles: str) -> "Mol | None":
    """The molecule that a SMILES says, None where it says none."""
    from rdkit import Chem, rdBase  # noqa: PLC0415 -- optional

    if not smiles or len(smiles) > MAX_SMILES:
        return None
    with rdBase.BlockLogs():  # what files say is no news for the server's log
        found = Chem.MolFromSmiles(smiles)
    return found if found is not None and found.GetNumAtoms() else None


@lru_cache(maxsize=2_000)
def picture(smiles: str, width: int = WIDTH, height: int = HEIGHT) -> str:
    """A drawing as an address that holds it (SVG on white), '' where there is no molecule."""
    drawn = svg(smiles, width, height)
    return f"data:image/svg+xml;utf8,{quote(drawn)}" if drawn else ""


def svg(smiles: str, width: int = WIDTH, height: int = HEIGHT) -> str:
    """A drawing as SVG, '' where there is no molecule."""
    from rdkit.Chem.Draw import rdMolDraw2D  # noqa: PLC0415 -- optional

    if (drawn := molecule(smiles)) is None:
        return ""
    canvas = rdMolDraw2D.MolDraw2DSVG(width, height)
    canvas.drawOptions().fixedBondLength = 18  # type: ignore[assignment]  # wrong in its stubs
    rdMolDraw2D.PrepareAndDrawMolecule(canvas, drawn)
    canvas.FinishDrawing()
    return str(canvas.GetDrawingText())
