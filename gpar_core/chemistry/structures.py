"""Draw structures."""

from functools import lru_cache
from urllib.parse import quote

from gpar_core.data.parent_structure import structure

WIDTH, HEIGHT = 150, 90
"""Size of a drawing, in pixels."""


@lru_cache(maxsize=2_000)
def picture(smiles: str, width: int = WIDTH, height: int = HEIGHT) -> str:
    """A drawing as a data URL (SVG on white), '' if there is no molecule."""
    drawn = svg(smiles, width, height)
    return f"data:image/svg+xml;utf8,{quote(drawn)}" if drawn else ""


def svg(smiles: str, width: int = WIDTH, height: int = HEIGHT) -> str:
    """A drawing as SVG, '' if there is no molecule."""
    from rdkit.Chem.Draw import rdMolDraw2D  # noqa: PLC0415 -- pages start without it

    if (drawn := structure(smiles)) is None:
        return ""
    canvas = rdMolDraw2D.MolDraw2DSVG(width, height)
    canvas.drawOptions().fixedBondLength = 18  # type: ignore[assignment]  # wrong in its stubs
    rdMolDraw2D.PrepareAndDrawMolecule(canvas, drawn)
    canvas.FinishDrawing()
    return str(canvas.GetDrawingText())
