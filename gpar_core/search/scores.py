"""The scores for comparing a query, by name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from gpar_core import fields
from gpar_core.data.compendium import Compendium
from gpar_core.errors import RequestError
from gpar_core.search.connectivity import weighted_connectivity
from gpar_core.search.correlation import cosine, pearson, spearman
from gpar_core.search.extreme_sum import extreme_sum
from gpar_core.search.layers import Block
from gpar_core.search.query import Query
from gpar_core.search.zhang import connection_strength

Compare = Callable[[np.ndarray | Block, Sequence[Query]], np.ndarray]
"""(n, 978) z-scores, or a block, and q queries to (n, q) scores, positive where a signature
mimics."""


@dataclass(frozen=True)
class SearchScore:
    """label: its name on screen. about: what it does, in one line. reference: its paper.

    of: the function; None for the score in GPAR's space, which compares whole compounds
    (`space_score`). layers: of the index that the function reads.
    compares_profiles: whether it compares the values of a profile, and not its lists. centered:
    whether it is 0 for a query that does not vary.
    """

    label: str
    about: str
    reference: str
    of: Compare | None
    layers: tuple[str, ...] = ()
    compares_profiles: bool = False
    centered: bool = False


SPACE = "space"

SCORES: dict[str, SearchScore] = {
    SPACE: SearchScore(
        "GPAR's space",
        "cosine in the space of 'fast', signatures of a compound pooled",
        "docs/training.md",
        None,
        compares_profiles=True,
    ),
    "wtcs": SearchScore(
        "Weighted connectivity",
        "enrichment of both lists at the two ends of a signature, as in CMap",
        "Subramanian et al. 2017, doi:10.1016/j.cell.2017.10.049",
        weighted_connectivity,
        ("z", "rank"),
    ),
    "xsum": SearchScore(
        "XSum",
        "sum over the query's genes among the most changed ones of a signature",
        "Cheng et al. 2014, doi:10.1186/s13073-014-0095-1",
        extreme_sum,
        ("z", "limits"),
    ),
    "zhang": SearchScore(
        "Connection strength",
        "sum of the signed ranks of the query's genes",
        "Zhang and Gant 2008, doi:10.1186/1471-2105-9-258",
        connection_strength,
        ("signed_rank",),
    ),
    "cosine": SearchScore(
        "Cosine", "cosine of the angle", "", cosine, ("z",), compares_profiles=True
    ),
    "pearson": SearchScore(
        "Pearson",
        "correlation of values; needs both lists",
        "",
        pearson,
        ("z",),
        compares_profiles=True,
        centered=True,
    ),
    "spearman": SearchScore(
        "Spearman",
        "correlation of ranks; needs both lists",
        "",
        spearman,
        ("z", "rank"),
        compares_profiles=True,
        centered=True,
    ),
}

FEWEST = fields.N_LANDMARKS
"""Signatures needed to learn a space; learned from fewer than there are genes, it is mostly
noise."""


def check_score(score: str) -> None:
    """Raises RequestError for an unknown score."""
    if score not in SCORES:
        raise RequestError(f"There is no score '{score[:20]}'. Use {', '.join(SCORES)}.")


def check_varies(score: str, queries: Sequence[Query]) -> None:
    """Raises RequestError if a score of `SCORES` would be 0 for all signatures by some query.

    Correlations are, by a single list, as all its genes count as 1 or all as -1.
    """
    constant = [query.name for query in queries if SCORES[score].centered and not _varies(query)]
    if constant:
        which = (
            "this query has one"
            if len(queries) == 1
            else (
                f"{len(constant):,} of {len(queries):,} queries have one, such as "
                f"'{constant[0][:80]}'"
            )
        )
        raise RequestError(
            f"{SCORES[score].label} compares genes with one another, so it needs both lists, up "
            f"and down; {which}. Give both lists, or choose another score."
        )


def _varies(query: Query) -> bool:
    if query.profile is None:
        return bool(len(query.up)) and bool(len(query.down))
    return bool(np.ptp(query.profile) > 0)


def default_score(compendium: Compendium) -> str:
    """GPAR's space if there are enough signatures for it, else weighted connectivity.

    docs/benchmarks.md compares what each score retrieves.
    """
    return SPACE if compendium.n_signatures >= FEWEST else "wtcs"
