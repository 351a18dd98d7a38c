"""Compare methods on identical folds and publish the comparison."""

from gpar_core.analyses.evaluation.evaluate import compare
from gpar_core.analyses.evaluation.request import EvaluationRequest
from gpar_core.analyses.run import publish_analysis
from gpar_core.data import labels, uploaded_table
from gpar_core.data.compendium import Compendium
from gpar_core.learn.engine import Pool
from gpar_core.learn.presets import preset
from gpar_core.progress import Remember, Report, Tables
from gpar_core.storage.cache import Cache


def run_evaluation(request: EvaluationRequest, cache: Cache, report: Report, pool: Pool) -> None:
    """Answer the request. Raises GparError."""

    def compute(compendium: Compendium, remember: Remember) -> Tables:
        if request.labels:
            uploaded = uploaded_table.load(cache.existing_table(request.labels))
            compendium, _ = labels.relabelled(compendium, uploaded)
        return compare(
            compendium,
            request.classes,
            request.methods,
            preset(request.method.preset),
            cells=request.method.cells,
            negatives=request.method.negatives,
            seed=request.method.seed,
            pool=pool,
            report=report,
            remember=remember,
        )

    publish_analysis(request, cache, compute)
