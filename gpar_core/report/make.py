"""Write the report of a result, by its id, to a file."""

from gpar_core.analyses import result as analysis
from gpar_core.analyses.evaluation.request import EvaluationRequest
from gpar_core.analyses.genes.request import GeneImportanceRequest
from gpar_core.analyses.result import Analysis
from gpar_core.analyses.signature_search.request import SearchRequest
from gpar_core.analyses.target_prediction.request import TargetEvaluationRequest, TargetRequest
from gpar_core.analyses.training import result as model
from gpar_core.analyses.training.result import Model
from gpar_core.errors import GparError, RequestError
from gpar_core.report.bundle import bundle
from gpar_core.report.document import Document
from gpar_core.report.of_batch import batch_report
from gpar_core.report.of_evaluation import evaluation_report
from gpar_core.report.of_model import model_report
from gpar_core.report.of_search import search_report
from gpar_core.report.of_target_evaluation import target_evaluation_report
from gpar_core.report.of_targets import target_report
from gpar_core.report.page import page
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import job_id


def report_of(cache: Cache, result_id: str) -> Document:
    """The report of a model, an evaluation, a search or a target prediction.

    Raises NotFoundError, RequestError or DataError.
    """
    if result_id in cache.analysis_ids():
        return of_analysis(analysis.load(cache.existing_analysis(result_id)))
    return of_model(cache, model.load(cache.existing_model(result_id)))


def of_model(cache: Cache, trained: Model) -> Document:
    """The report of a model, with its important genes if they were computed."""
    return model_report(trained, _importance(cache, trained))


def of_analysis(done: Analysis) -> Document:
    """The report of an analysis. Raises RequestError for one that has none."""
    if isinstance(done.request, EvaluationRequest):
        return evaluation_report(done)
    if isinstance(done.request, SearchRequest):
        return batch_report(done) if done.request.is_batch else search_report(done)
    if isinstance(done.request, TargetRequest):
        return target_report(done)
    if isinstance(done.request, TargetEvaluationRequest):
        return target_evaluation_report(done)
    raise RequestError(
        f"There are no reports of '{done.request.title}'. Reports are available for models, "
        "evaluations, signature searches and target predictions."
    )


def as_file(document: Document, ending: str) -> bytes:
    """'.html': the page. '.zip': all files. Raises RequestError for another ending."""
    match ending.lower():
        case ".html":
            return page(document).encode()
        case ".zip":
            return bundle(document)
    raise RequestError(
        f"A report's file name ends in .html or .zip, not in '{ending[:20]}'. Choose another file "
        "name."
    )


def _importance(cache: Cache, trained: Model) -> Analysis | None:
    """The gene importance of the model, if the visitor has a readable one."""
    summary = trained.summary
    request = GeneImportanceRequest(
        compendium=summary.compendium,
        fingerprint=summary.fingerprint,
        model=summary.model_id,
        label=summary.label,
    )
    try:
        return analysis.load(cache.existing_analysis(job_id(request)))
    except GparError:
        return None
