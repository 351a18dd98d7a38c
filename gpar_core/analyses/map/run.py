"""Build a map of signatures and publish it, packed for the browser."""

from gpar_core.analyses.map.compute import TrainedNetwork, signature_map
from gpar_core.analyses.map.coordinates import placed
from gpar_core.analyses.map.packing import pack, to_tables
from gpar_core.analyses.map.request import MapRequest
from gpar_core.analyses.map.selection import selected_rows
from gpar_core.analyses.run import publish_analysis
from gpar_core.analyses.training import result as model
from gpar_core.analyses.training_set import training_set_of
from gpar_core.data import uploaded_table
from gpar_core.data.compendium import Compendium
from gpar_core.learn.engine import Pool
from gpar_core.learn.presets import preset
from gpar_core.progress import Remember, Report, Tables
from gpar_core.storage.cache import Cache


def run_map(request: MapRequest, cache: Cache, report: Report, pool: Pool) -> None:
    """Answer the request. Raises GparError."""

    def compute(compendium: Compendium, remember: Remember) -> Tables:
        compendium = compendium.of_kinds(request.perturbagens)
        elsewhere = None
        if request.coordinates:
            table = uploaded_table.load(cache.existing_table(request.coordinates))
            elsewhere = placed(compendium, table).points
        rows = selected_rows(
            compendium,
            cells=request.cells,
            moas=request.moas,
            representatives=request.representatives,
        )
        laid_out = signature_map(
            compendium,
            rows,
            request.method,
            trained=_trained(request, cache, compendium),
            elsewhere=elsewhere,
            seed=request.seed,
            pool=pool,
            report=report,
            remember=remember,
        )
        return {**laid_out, **to_tables(pack(laid_out["points"], compendium))}

    publish_analysis(request, cache, compute)


def _trained(request: MapRequest, cache: Cache, compendium: Compendium) -> TrainedNetwork | None:
    if not request.model:
        return None
    folder = cache.existing_model(request.model)
    summary = model.load_summary(folder)
    return TrainedNetwork(
        model.load_network(folder),
        # Uploaded profiles are not stored with a model.
        training_set_of(compendium, summary.drug_set, summary.method) if summary.drugs else None,
        preset(summary.preset),
        summary.seed,
    )
