"""Cross-validate on several selections of cell lines and publish the results."""

from gpar_core.analyses.cell_influence.compute import cell_influence
from gpar_core.analyses.cell_influence.request import CellInfluenceRequest
from gpar_core.analyses.run import publish_analysis
from gpar_core.data.compendium import Compendium
from gpar_core.learn.engine import Pool
from gpar_core.learn.presets import preset
from gpar_core.progress import Remember, Report, Tables
from gpar_core.storage.cache import Cache


def run_cell_influence(
    request: CellInfluenceRequest, cache: Cache, report: Report, pool: Pool
) -> None:
    """Answer the request. Raises GparError."""

    def compute(compendium: Compendium, remember: Remember) -> Tables:
        return cell_influence(
            compendium,
            request.drug_set.drugs,
            request.selections,
            preset(request.method.preset),
            left_out=request.left_out,
            moa=request.drug_set.moa,
            negatives=request.method.negatives,
            seed=request.method.seed,
            pool=pool,
            report=report,
            remember=remember,
        )

    publish_analysis(request, cache, compute)
