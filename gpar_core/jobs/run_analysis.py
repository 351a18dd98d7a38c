"""Compute the tables of an analysis and publish them; what is done stays until then."""

import shutil
import time
from datetime import UTC, datetime

from gpar_core.data import labels, uploaded_table
from gpar_core.data.compendium import Compendium
from gpar_core.jobs.parts import kept_in
from gpar_core.jobs.request import (
    AnalysisRequest,
    CellInfluenceRequest,
    EvaluationRequest,
    GeneCountRequest,
    GeneImportanceRequest,
    MapRequest,
    SweepRequest,
    job_id,
)
from gpar_core.jobs.run_training import same_compendium, training_set_of, versions
from gpar_core.learn.engine import Pool
from gpar_core.learn.presets import preset
from gpar_core.progress import Remember, Report, Tables
from gpar_core.results import analysis, model
from gpar_core.results.analysis import Analysis
from gpar_core.storage.cache import Cache, publishing


def run_analysis(request: AnalysisRequest, cache: Cache, report: Report, pool: Pool) -> None:
    """Answer an analysis, its finished parts left as they are. Raises GparError."""
    started = time.monotonic()
    compendium = same_compendium(request, cache)
    parts = cache.parts_of(job_id(request))
    tables = _tables(request, compendium, cache, report, kept_in(parts), pool)
    result = Analysis(
        analysis_id=job_id(request),
        request=request,
        compendium=compendium.name,
        simulated=compendium.simulated,
        seconds=round(time.monotonic() - started, 2),
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        versions=versions(),
        tables=tables,
    )
    with publishing(cache.analysis(result.analysis_id)) as folder:
        analysis.save(result, folder)
    shutil.rmtree(parts, ignore_errors=True)


def _tables(
    request: AnalysisRequest,
    compendium: Compendium,
    cache: Cache,
    report: Report,
    remember: Remember,
    pool: Pool,
) -> Tables:
    # Late: each brings what the others do not need.
    match request:
        case EvaluationRequest():
            from gpar_core.compare.evaluation import compare  # noqa: PLC0415

            if request.labels:
                uploaded = uploaded_table.load(cache.existing_table(request.labels))
                compendium, _ = labels.relabelled(compendium, uploaded)
            return compare(
                compendium,
                request.classes,
                request.methods,
                preset(request.preset),
                cells=request.cells,
                negatives=request.negatives,
                seed=request.seed,
                pool=pool,
                report=report,
                remember=remember,
            )
        case CellInfluenceRequest():
            from gpar_core.learn.cell_influence import cell_influence  # noqa: PLC0415

            return cell_influence(
                compendium,
                request.drugs,
                request.selections,
                preset(request.preset),
                left_out=request.left_out,
                moa=request.moa,
                negatives=request.negatives,
                seed=request.seed,
                pool=pool,
                report=report,
                remember=remember,
            )
        case SweepRequest():
            from gpar_core.learn.sweep import sweep  # noqa: PLC0415

            return sweep(
                compendium,
                training_set_of(request, compendium),
                request.layers,
                request.nodes,
                steps=request.steps,
                seed=request.seed,
                pool=pool,
                report=report,
                remember=remember,
            )
        case GeneImportanceRequest():
            from gpar_core.learn.gene_importance import gene_importance  # noqa: PLC0415

            folder = cache.existing_model(request.model)
            summary = model.load_summary(folder)
            return gene_importance(
                compendium,
                training_set_of(summary, compendium),
                model.load_network(folder),
                preset(summary.preset),
                seed=summary.seed,
                pool=pool,
                report=report,
                remember=remember,
            )
        case GeneCountRequest():
            from gpar_core.learn.gene_counts import gene_counts  # noqa: PLC0415

            return gene_counts(
                compendium,
                training_set_of(request, compendium),
                preset(request.preset),
                counts=request.counts,
                repeats=request.repeats,
                seed=request.seed,
                pool=pool,
                report=report,
                remember=remember,
            )
        case MapRequest():
            from gpar_core.maps.coordinates import placed  # noqa: PLC0415
            from gpar_core.maps.packing import pack, to_tables  # noqa: PLC0415
            from gpar_core.maps.selection import selected_rows  # noqa: PLC0415
            from gpar_core.maps.signature_map import (  # noqa: PLC0415
                TrainedNetwork,
                signature_map,
            )

            trained = None
            if request.model:
                folder = cache.existing_model(request.model)
                summary = model.load_summary(folder)
                trained = TrainedNetwork(
                    model.load_network(folder),
                    # Uploaded profiles are not kept with a model.
                    training_set_of(summary, compendium) if summary.drugs else None,
                    preset(summary.preset),
                    summary.seed,
                )
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
                trained=trained,
                elsewhere=elsewhere,
                seed=request.seed,
                pool=pool,
                report=report,
                remember=remember,
            )
            return {**laid_out, **to_tables(pack(laid_out["points"], compendium))}
