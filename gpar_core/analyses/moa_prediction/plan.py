"""Plan a MOA prediction of uploaded profiles, ready to be queued."""

from gpar_core.analyses.library.result import Library
from gpar_core.analyses.moa_prediction.request import PredictionRequest
from gpar_core.data.profiles import Profiles, profiles_id


def plan_prediction(library: Library, profiles: Profiles, label: str) -> PredictionRequest:
    """The request to score uploaded profiles with the usable models of a library."""
    return PredictionRequest(
        profiles=profiles_id(profiles),
        library=library.library_id,
        models=tuple(sorted(entry.model_id for entry in library.asked)),
        label=label,
    )
