"""The request for a signature search."""

from dataclasses import dataclass
from typing import ClassVar

from gpar_core.data.kind_names import plural
from gpar_core.fields import COMPOUND_PERT_TYPE, PERT_TYPES

ALL = -1
"""The number of the profile in a request for all profiles of a file."""


def sizes(n_up: int, n_down: int) -> str:
    """The numbers of genes of two lists, in words.

    >>> sizes(1, 0), sizes(20, 1)
    ('1 gene up, 0 down', '20 genes up, 1 down')
    """
    return f"{n_up} {'gene' if n_up == 1 else 'genes'} up, {n_down} down"


@dataclass(frozen=True)
class SearchRequest:
    """Compare a query, or a batch of queries, with every signature of a compendium.

    name: of the query or the batch. The query is one of
    up, down: symbols of landmark genes, sorted.
    compound: a drug of the compendium; cell: one of its cell lines, '' for all.
    signature: a sig_id of the compendium, of any kind of perturbagen.
    profiles: id of uploaded profiles; profile: the position of one of them, `ALL` for a batch.
    sets: id of an uploaded table of queries (`search.batch_lists`), a batch.

    against: the kind of perturbagen that is searched, of `fields.PERT_TYPES`.
    genes: the most changed genes in each direction that are the lists of a compound, signature or
    profile. score: a key of `search.scores.SCORES`. seed: of the random queries behind the
    p-values.
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
    cell: str = ""
    signature: str = ""
    profiles: str = ""
    profile: int = 0
    sets: str = ""
    against: str = COMPOUND_PERT_TYPE

    @property
    def unused(self) -> tuple[str, ...]:
        return ("against",) if self.against == COMPOUND_PERT_TYPE else ()

    @property
    def title(self) -> str:
        return f"Signature search: {self.name}{self.among}"

    @property
    def among(self) -> str:
        """What is searched in place of compounds, to follow the query, or ''."""
        return "" if self.against == COMPOUND_PERT_TYPE else f" among {self.nouns}"

    @property
    def noun(self) -> str:
        """What is searched, in a word."""
        return PERT_TYPES[self.against]

    @property
    def nouns(self) -> str:
        """What is searched, in the plural."""
        return plural(self.against)

    @property
    def is_batch(self) -> bool:
        """Whether there may be several queries."""
        return bool(self.sets) or (bool(self.profiles) and self.profile == ALL)

    @property
    def large(self) -> bool:
        return self.is_batch

    @property
    def what(self) -> str:
        """What is searched with, in words."""
        if self.is_batch:
            return f"Batch {self.name}"
        if self.compound:
            return f"Compound {self.name}"
        if self.signature:
            return f"Signature {self.signature} ({self.name})"
        if self.profiles:
            return f"Profile {self.name}"
        return sizes(len(self.up), len(self.down))
