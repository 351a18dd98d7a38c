"""Plan a search with gene lists or a compound, ready to be queued."""

from collections.abc import Sequence

import numpy as np

from gpar_core import fields
from gpar_core.analyses.signature_search.request import SearchRequest
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import drug_name, known_drugs
from gpar_core.errors import RequestError
from gpar_core.search.query import TOP_GENES, QueryMatch, of_lists
from gpar_core.search.scores import SCORES, default_score

MAX_NAME = 80


def plan_list_search(
    compendium: Compendium,
    up: Sequence[str],
    down: Sequence[str],
    *,
    name: str = "",
    score: str = "",
    seed: int = 0,
) -> tuple[SearchRequest, QueryMatch]:
    """A search with gene lists, and how their names were found.

    up, down: symbols, Entrez or Ensembl ids; one may be empty. name: the query's name on screen.
    score: '' for `default_score`. Raises RequestError.
    """
    query, match = of_lists(name, up, down)
    shown = " ".join(name.split())[:MAX_NAME]
    request = SearchRequest(
        compendium.name,
        compendium.fingerprint,
        shown or f"{len(query.up)} genes up, {len(query.down)} down",
        _known(compendium, score),
        _symbols(query.up),
        _symbols(query.down),
        seed=seed,
    )
    return request, match


def plan_compound_search(
    compendium: Compendium,
    compound: str,
    *,
    genes: int = TOP_GENES,
    score: str = "",
    seed: int = 0,
) -> SearchRequest:
    """A search with a compound of the compendium. score: as for lists.

    Raises RequestError or NotFoundError.
    """
    (drug,) = known_drugs(compendium, [compound])
    if genes < 1:
        raise RequestError(f"The number of genes is {genes}. Take at least 1 from either end.")
    return SearchRequest(
        compendium.name,
        compendium.fingerprint,
        drug_name(compendium, drug),
        _known(compendium, score),
        compound=drug,
        genes=genes,
        seed=seed,
    )


def _symbols(genes: np.ndarray) -> tuple[str, ...]:
    return tuple(sorted(fields.LANDMARK_SYMBOLS[gene] for gene in genes))


def _known(compendium: Compendium, score: str) -> str:
    score = score or default_score(compendium)
    if score not in SCORES:
        raise RequestError(f"There is no score '{score[:20]}'. Use {', '.join(SCORES)}.")
    return score
