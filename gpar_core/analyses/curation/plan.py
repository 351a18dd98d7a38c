"""Plan a curation, ready to be queued."""

from gpar_core.analyses.curation.request import CurationRequest
from gpar_core.analyses.training.result import ModelSummary
from gpar_core.errors import RequestError

REPEATS = CurationRequest.repeats
MAX_REPEATS = 50


def plan_curation(summary: ModelSummary, *, repeats: int = REPEATS) -> CurationRequest:
    """The request to find outliers among the training drugs of a model. Raises RequestError."""
    if not summary.drugs:
        raise RequestError(
            f"The model of {summary.label} was trained on uploaded profiles, and only drugs of "
            "the compendium can be left out. Choose a model trained on drugs or on a MOA."
        )
    if not 1 <= repeats <= MAX_REPEATS:
        raise RequestError(
            f"The number of cross-validations is {repeats}. Choose 1 to {MAX_REPEATS}."
        )
    return CurationRequest(summary.model_id, summary.label, repeats)
