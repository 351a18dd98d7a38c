"""The request for a map."""

from dataclasses import dataclass
from typing import ClassVar

from gpar_core.data.kind_names import in_words
from gpar_core.fields import COMPOUND_PERT_TYPE
from gpar_core.maps import MAPS


@dataclass(frozen=True)
class MapRequest:
    """Map signatures to the plane.

    method: a key of `maps.MAPS`: 'tsne', 'umap', 'fwd' (cosine graph, after L1000FWD) or 'file'.
    coordinates: id of the uploaded table of coordinates for 'file', else ''.
    cells: cell lines, sorted; empty for all. moas: MOAs, sorted; empty for all signatures.
    representatives: only one signature per compound and cell line.
    perturbagens: the kinds of perturbagens shown, of `fields.PERT_TYPES`, in its order.
    model: id of the model whose last hidden layer defines neighbors, '' for z-scores.
    """

    kind: ClassVar[str] = "map"
    compendium: str
    fingerprint: str
    method: str = "umap"
    cells: tuple[str, ...] = ()
    moas: tuple[str, ...] = ()
    representatives: bool = False
    model: str = ""
    coordinates: str = ""
    seed: int = 0
    perturbagens: tuple[str, ...] = (COMPOUND_PERT_TYPE,)

    @property
    def unused(self) -> tuple[str, ...]:
        return ("perturbagens",) if self.perturbagens == (COMPOUND_PERT_TYPE,) else ()

    @property
    def noun(self) -> str:
        """What a signature is of, in a word."""
        return "compound" if self.perturbagens == (COMPOUND_PERT_TYPE,) else "perturbagen"

    @property
    def title(self) -> str:
        parts = [f"{MAPS[self.method].label} of '{self.compendium}'"]
        for names in (self.cells, self.moas):
            more = f" and {len(names) - 2} more" if len(names) > 3 else ""
            parts += [", ".join(names[: 2 if more else 3]) + more] if names else []
        if self.perturbagens != (COMPOUND_PERT_TYPE,):
            parts.append(in_words(self.perturbagens))
        parts += [f"one per {self.noun} and cell line"] if self.representatives else []
        parts += ["space of a model"] if self.model else []
        return " · ".join(parts)
