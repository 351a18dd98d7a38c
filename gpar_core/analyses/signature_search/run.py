"""Run a signature search and publish the result."""

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.analyses.run import publish_analysis
from gpar_core.analyses.signature_search.queries import batch_of, query_of, upload_of
from gpar_core.analyses.signature_search.request import SearchRequest
from gpar_core.analyses.signature_search.verdict import besides
from gpar_core.data.compendium import Compendium
from gpar_core.learn.engine import Pool
from gpar_core.progress import Remember, Report, Tables
from gpar_core.search.batch import search_batch
from gpar_core.search.classes import moas, targets
from gpar_core.search.combinations import combinations
from gpar_core.search.heat_map import heat_map
from gpar_core.search.query import Query
from gpar_core.search.search import search
from gpar_core.storage.cache import Cache


def run_search(request: SearchRequest, cache: Cache, report: Report, pool: Pool) -> None:
    """Answer the request: the tables of `answer`.

    For a batch, the tables of `search.batch`; for gene sets, `queries` also has n_given, n_found,
    missing and problem (`search.batch_lists`), and those that cannot be searched. Raises GparError.
    """

    def compute(compendium: Compendium, remember: Remember) -> Tables:
        searched = compendium.of_kinds([request.against])
        if not request.is_batch:
            query = query_of(request, compendium, cache)
            return answer(searched, query, request, pool, report)
        uploaded = upload_of(request, cache)
        tables = search_batch(
            searched,
            batch_of(request, uploaded),
            score=request.score,
            seed=request.seed,
            threads=pool.processes,
            pool=pool,
            report=report,
            remember=remember,
        )
        if isinstance(uploaded, pd.DataFrame):
            read = uploaded.drop(columns=["up", "down"])
            tables = {**tables, "queries": read.merge(tables["queries"], on="query", how="left")}
        return tables

    publish_analysis(request, cache, compute)


def answer(
    compendium: Compendium, query: Query, request: SearchRequest, pool: Pool, report: Report
) -> Tables:
    """The tables of one query.

    Those of `search.search`; heat_map, of the module of this name; and query: symbol, direction
    ('up' or 'down') and z, NaN if only lists are known. Among compounds also moas and, if any is
    known, targets (`search.classes`), in which the query itself does not count, and combinations.
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
    found = {
        **tables, "heat_map": heat_map(compendium, query, compounds), "query": _genes(query),
    }  # fmt: skip
    if request.against != fields.COMPOUND_PERT_TYPE:
        return found
    others = besides(compounds, request.compound)
    if not compendium.targets.empty:
        found["targets"] = targets(compendium, others)
    return found | {
        "moas": moas(compendium, others),
        "combinations": combinations(compendium, query, compounds),
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
