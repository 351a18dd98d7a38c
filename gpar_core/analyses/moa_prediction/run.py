"""Score uploaded profiles with the models of a library."""

from gpar_core.analyses.library import result as library
from gpar_core.analyses.moa_prediction import result as prediction
from gpar_core.analyses.moa_prediction.request import PredictionRequest
from gpar_core.data import compendium as compendia
from gpar_core.data import profiles as uploads
from gpar_core.progress import Report
from gpar_core.storage.cache import Cache, publishing
from gpar_core.storage.requests import job_id


def run_prediction(request: PredictionRequest, cache: Cache, report: Report) -> None:
    """Score the profiles and publish the prediction."""
    asked = library.load(cache, request.library)
    found = prediction.of_profiles(
        cache,
        asked,
        compendia.load(cache.existing_compendium(asked.request.compendium)),
        uploads.load(cache.existing_profile_set(request.profiles)),
        label=request.label,
        model_ids=request.models,
        report=report,
    )
    with publishing(cache.prediction(job_id(request))) as folder:
        prediction.save(found, folder)
