"""From uploaded profiles to a MOA prediction that can be queued."""

from gpar_core.analyses.library.result import Library
from gpar_core.analyses.moa_prediction.request import PredictionRequest
from gpar_core.data.profiles import Profiles, profiles_id


def plan_prediction(library: Library, profiles: Profiles, label: str) -> PredictionRequest:
    """The request to read uploaded profiles by the models of a library that are asked."""
    return PredictionRequest(
        profiles=profiles_id(profiles),
        library=library.library_id,
        models=tuple(sorted(entry.model_id for entry in library.asked)),
        label=label,
    )
