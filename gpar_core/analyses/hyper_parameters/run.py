"""Cross-validate networks of many sizes and publish the results."""

from gpar_core.analyses.hyper_parameters.compute import sweep
from gpar_core.analyses.hyper_parameters.request import SweepRequest
from gpar_core.analyses.run import publish_analysis
from gpar_core.analyses.training_set import training_set_of
from gpar_core.data.compendium import Compendium
from gpar_core.learn.engine import Pool
from gpar_core.progress import Remember, Report, Tables
from gpar_core.storage.cache import Cache


def run_sweep(request: SweepRequest, cache: Cache, report: Report, pool: Pool) -> None:
    """Answer the request. Raises GparError."""

    def compute(compendium: Compendium, remember: Remember) -> Tables:
        return sweep(
            compendium,
            training_set_of(compendium, request.drug_set, request.method),
            request.layers,
            request.nodes,
            steps=request.steps,
            seed=request.method.seed,
            pool=pool,
            report=report,
            remember=remember,
        )

    publish_analysis(request, cache, compute)
