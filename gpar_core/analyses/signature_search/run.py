"""Run a signature search and publish the result."""

from gpar_core.analyses.run import publish_analysis
from gpar_core.analyses.signature_search.request import SearchRequest
from gpar_core.data.compendium import Compendium
from gpar_core.learn.engine import Pool
from gpar_core.progress import Remember, Report, Tables
from gpar_core.search.classes import moas
from gpar_core.search.query import Query, of_compound, of_lists
from gpar_core.search.search import search
from gpar_core.storage.cache import Cache


def run_search(request: SearchRequest, cache: Cache, report: Report, pool: Pool) -> None:
    """Answer the request: the tables of `search.search`, and moas of `search.classes`.

    Raises GparError.
    """

    def compute(compendium: Compendium, remember: Remember) -> Tables:
        return answer(compendium, _query(request, compendium), request, pool, report)

    publish_analysis(request, cache, compute)


def answer(
    compendium: Compendium, query: Query, request: SearchRequest, pool: Pool, report: Report
) -> Tables:
    """The tables of one query."""
    tables = search(
        compendium,
        query,
        score=request.score,
        tau=request.tau,
        seed=request.seed,
        threads=pool.processes,
        report=report,
    )
    return {**tables, "moas": moas(compendium, tables["compounds"])}


def _query(request: SearchRequest, compendium: Compendium) -> Query:
    if request.compound:
        return of_compound(compendium, request.compound, n_genes=request.genes)
    return of_lists(request.name, request.up, request.down)[0]
