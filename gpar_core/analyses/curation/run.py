"""Find outliers among the training drugs of a model."""

import time
from datetime import UTC, datetime

from gpar_core.analyses.curation import result as curation
from gpar_core.analyses.curation.leave_one_out import curate
from gpar_core.analyses.curation.request import CurationRequest
from gpar_core.analyses.curation.result import Provenance, SavedCuration
from gpar_core.analyses.training import result as model
from gpar_core.analyses.training.result import ModelSummary
from gpar_core.analyses.training_set import training_set_of
from gpar_core.data.compendium import Compendium
from gpar_core.data.provenance import same_compendium, versions
from gpar_core.data.training_set import TrainingSet
from gpar_core.errors import RequestError
from gpar_core.learn.engine import Pool
from gpar_core.learn.presets import preset
from gpar_core.progress import Report
from gpar_core.storage.cache import Cache, publishing
from gpar_core.storage.requests import job_id


def run_curation(request: CurationRequest, cache: Cache, report: Report, pool: Pool) -> None:
    """Curate the training set of a model, with its own settings and seed, and publish the result.

    Raises RequestError if the compendium has changed since, or the set was uploaded.
    """
    started = time.monotonic()
    summary = model.load_summary(cache.existing_model(request.model))
    compendium = same_compendium(summary, cache)
    found = curate(
        compendium,
        _training_set(summary, compendium),
        preset(summary.preset),
        seed=summary.seed,
        repeats=request.repeats,
        pool=pool,
        report=report,
    )
    provenance = Provenance(
        curation_id=job_id(request),
        model_id=summary.model_id,
        label=summary.label,
        compendium=summary.compendium,
        fingerprint=summary.fingerprint,
        simulated=summary.simulated,
        preset=summary.preset,
        seed=summary.seed,
        seconds=round(time.monotonic() - started, 2),
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        versions=versions(),
    )
    with publishing(cache.curation(provenance.curation_id)) as folder:
        curation.save(SavedCuration(provenance, found), folder)


def _training_set(summary: ModelSummary, compendium: Compendium) -> TrainingSet:
    if not summary.drugs:
        raise RequestError(
            f"The model of {summary.label} was trained on uploaded profiles, and only drugs of "
            "the compendium can be left out. Choose a model trained on drugs or on a MOA."
        )
    return training_set_of(compendium, summary.drug_set, summary.method)
