"""Evaluate search scores and publish the result."""

from gpar_core.analyses.run import publish_analysis
from gpar_core.analyses.search_evaluation.request import SearchEvaluationRequest
from gpar_core.compare.search_evaluation import evaluate_scores
from gpar_core.compare.search_queries import QuerySet, outside_queries, own_queries
from gpar_core.data import compendium as compendia
from gpar_core.data.class_names import NOUNS
from gpar_core.data.compendium import Compendium
from gpar_core.errors import RequestError
from gpar_core.learn.engine import Pool
from gpar_core.progress import Remember, Report, Tables
from gpar_core.storage.cache import Cache


def run_search_evaluation(
    request: SearchEvaluationRequest, cache: Cache, report: Report, pool: Pool
) -> None:
    """Answer the request with the tables of `evaluate_scores`. Raises GparError."""

    def compute(compendium: Compendium, remember: Remember) -> Tables:
        return evaluate_scores(
            compendium,
            _queries(request, compendium, cache),
            request.scores,
            request.genes,
            request.noise,
            seed=request.seed,
            threads=pool.processes,
            report=report,
            remember=remember,
        )

    publish_analysis(request, cache, compute)


def _queries(request: SearchEvaluationRequest, compendium: Compendium, cache: Cache) -> QuerySet:
    if not request.queries:
        return own_queries(compendium, seed=request.seed, among=request.among)
    source = compendia.load(cache.existing_compendium(request.queries))
    if source.fingerprint != request.queries_fingerprint:
        raise RequestError(
            f"The compendium '{request.queries}' has changed since this request was made. Start a "
            "new evaluation."
        )
    found = outside_queries(compendium, source, seed=request.seed, among=request.among)
    if not found.names:
        raise RequestError(
            f"No compound of '{request.queries}' shares a {NOUNS[request.among].one} with "
            f"another compound of '{compendium.name}'. Choose other queries."
        )
    return found
