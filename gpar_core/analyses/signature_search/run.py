"""Run a signature search and publish the result."""

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.analyses.run import publish_analysis
from gpar_core.analyses.signature_search.request import SearchRequest
from gpar_core.data.compendium import Compendium
from gpar_core.learn.engine import Pool
from gpar_core.progress import Remember, Report, Tables
from gpar_core.search.classes import moas
from gpar_core.search.combinations import combinations
from gpar_core.search.heat_map import heat_map
from gpar_core.search.query import Query, of_compound, of_lists
from gpar_core.search.search import search
from gpar_core.storage.cache import Cache


def run_search(request: SearchRequest, cache: Cache, report: Report, pool: Pool) -> None:
    """Answer the request with the tables of `answer`. Raises GparError."""

    def compute(compendium: Compendium, remember: Remember) -> Tables:
        return answer(compendium, _query(request, compendium), request, pool, report)

    publish_analysis(request, cache, compute)


def answer(
    compendium: Compendium, query: Query, request: SearchRequest, pool: Pool, report: Report
) -> Tables:
    """The tables of one query.

    Those of `search.search`; moas, heat_map and combinations of the modules of these names; and
    query: symbol, direction ('up' or 'down') and z, NaN if only
    lists are known.
    """
    tables = search(
        compendium,
        query,
        score=request.score,
        tau=request.tau,
        seed=request.seed,
        threads=pool.processes,
        report=report,
    )
    compounds = tables["compounds"]
    return {
        **tables,
        "moas": moas(compendium, compounds),
        "heat_map": heat_map(compendium, query, compounds),
        "combinations": combinations(compendium, query, compounds),
        "query": _genes(query),
    }


def _genes(query: Query) -> pd.DataFrame:
    genes = np.concatenate([query.up, query.down]).astype(int)
    return pd.DataFrame(
        {
            "symbol": [fields.LANDMARK_SYMBOLS[gene] for gene in genes],
            "direction": np.repeat(["up", "down"], [len(query.up), len(query.down)]),
            "z": np.nan if query.profile is None else query.profile[genes],
        }
    )


def _query(request: SearchRequest, compendium: Compendium) -> Query:
    if request.compound:
        return of_compound(compendium, request.compound, n_genes=request.genes)
    return of_lists(request.name, request.up, request.down)[0]
