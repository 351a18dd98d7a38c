"""Which target?: the genes that a compound or uploaded profiles may act on."""

from gpar_core.analyses.result import Analysis
from gpar_core.analyses.target_prediction.request import TargetEvaluationRequest, TargetRequest
from pages._shared.analysis_frame import analysis_page
from pages._shared.state import Key, from_url
from pages._target_prediction import evaluation_view, view
from pages._target_prediction.form import form

ABOUT = (
    "Which gene does a compound act on? GPAR asks whether it resembles the **loss of a gene** "
    "(knock-downs, knock-outs, reversed over-expressions), what **models of targets** say, and "
    "which targets the **nearest drugs** have."
)


def draw(done: Analysis) -> None:
    """Show a prediction, or how often predictions are right."""
    if isinstance(done.request, TargetEvaluationRequest):
        evaluation_view.draw(done)
    else:
        view.draw(done)


analysis_page(
    "Which target?",
    ABOUT,
    TargetRequest | TargetEvaluationRequest,
    form,
    draw,
    newest=not from_url(Key.COMPOUND),  # who brings a compound wants its targets
)
