"""The request for a signature search."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class SearchRequest:
    """Compare a query with every signature of a compendium.

    name: of the query. up, down: symbols of landmark genes, sorted; or compound: a drug of the
    compendium, whose lists are its `genes` most changed genes in each direction. score: a key of
    `search.scores.SCORES`. seed: of the random queries behind the p-values.
    """

    kind: ClassVar[str] = "signature_search"
    compendium: str
    fingerprint: str
    name: str
    score: str
    up: tuple[str, ...] = ()
    down: tuple[str, ...] = ()
    compound: str = ""
    tau: bool = False
    """Compute tau and sRGES of a large compendium too (`search.reference.is_automatic`)."""
    genes: int = 50
    seed: int = 0

    @property
    def title(self) -> str:
        return f"Signature search: {self.name}"
