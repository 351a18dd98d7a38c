"""Find the genes that a model uses, or how many it needs, and publish the answer."""

from gpar_core.analyses.genes.counts import gene_counts
from gpar_core.analyses.genes.importance import gene_importance
from gpar_core.analyses.genes.request import GeneCountRequest, GeneImportanceRequest
from gpar_core.analyses.run import publish_analysis
from gpar_core.analyses.training import result as model
from gpar_core.analyses.training_set import training_set_of
from gpar_core.data.compendium import Compendium
from gpar_core.learn.engine import Pool
from gpar_core.learn.presets import preset
from gpar_core.progress import Remember, Report, Tables
from gpar_core.storage.cache import Cache


def run_gene_importance(
    request: GeneImportanceRequest, cache: Cache, report: Report, pool: Pool
) -> None:
    """Answer the request. Raises GparError."""

    def compute(compendium: Compendium, remember: Remember) -> Tables:
        folder = cache.existing_model(request.model)
        summary = model.load_summary(folder)
        return gene_importance(
            compendium,
            training_set_of(compendium, summary.drug_set, summary.method),
            model.load_network(folder),
            preset(summary.preset),
            seed=summary.seed,
            pool=pool,
            report=report,
            remember=remember,
        )

    publish_analysis(request, cache, compute)


def run_gene_counts(request: GeneCountRequest, cache: Cache, report: Report, pool: Pool) -> None:
    """Answer the request. Raises GparError."""

    def compute(compendium: Compendium, remember: Remember) -> Tables:
        return gene_counts(
            compendium,
            training_set_of(compendium, request.drug_set, request.method),
            preset(request.method.preset),
            counts=request.counts,
            repeats=request.repeats,
            seed=request.method.seed,
            pool=pool,
            report=report,
            remember=remember,
        )

    publish_analysis(request, cache, compute)
