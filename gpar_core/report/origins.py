"""The origin of a result: its request, and the command that reproduces it."""

from dataclasses import replace

from gpar_core.analyses.evaluation.request import EvaluationRequest
from gpar_core.analyses.result import Analysis
from gpar_core.analyses.signature_search.request import SearchRequest
from gpar_core.analyses.target_prediction.request import TargetEvaluationRequest, TargetRequest
from gpar_core.analyses.training.request import TrainRequest
from gpar_core.analyses.training.result import Model, ModelSummary
from gpar_core.report import outcomes
from gpar_core.report.calls import call_of, command_of
from gpar_core.report.document import FORMAT_VERSION, Origin, Outcome
from gpar_core.storage.requests import job_id, to_json


def of_model(model: Model) -> Origin:
    """The origin of a trained model."""
    summary = model.summary
    request = training_request(summary)
    return Origin(
        gpar_report=FORMAT_VERSION,
        result_id=summary.model_id,
        request="" if request is None else to_json(request),
        command="" if request is None else command_of(call_of(request)),
        compendium=summary.compendium,
        fingerprint=summary.fingerprint,
        simulated=summary.simulated,
        seed=summary.seed,
        created_at=summary.created_at,
        versions=summary.versions,
        outcome=outcomes.of_model(model),
    )


def of_evaluation(done: Analysis, request: EvaluationRequest) -> Origin:
    """The origin of an evaluation."""
    outcome = outcomes.of_measures(done.tables["measures"])
    return _of(done, request, outcome, request.method.seed)


def of_search(done: Analysis, request: SearchRequest) -> Origin:
    """The origin of a signature search, or of a batch."""
    of_compounds = outcomes.of_batch if request.is_batch else outcomes.of_compounds
    outcome = of_compounds(done.tables["compounds"])
    return _of(done, request, outcome, request.seed)


def of_targets(done: Analysis, request: TargetRequest) -> Origin:
    """The origin of a target prediction."""
    return _of(done, request, outcomes.of_targets(done.tables["targets"]))


def of_target_evaluation(done: Analysis, request: TargetEvaluationRequest) -> Origin:
    """The origin of an evaluation of target prediction."""
    return _of(done, request, outcomes.of_hits(done.tables), request.seed)


def _of(
    done: Analysis,
    request: EvaluationRequest | SearchRequest | TargetRequest | TargetEvaluationRequest,
    outcome: Outcome,
    seed: int = 0,
) -> Origin:
    return Origin(
        gpar_report=FORMAT_VERSION,
        result_id=done.analysis_id,
        request=to_json(request),
        command=command_of(call_of(request)),
        compendium=done.compendium,
        fingerprint=request.fingerprint,
        simulated=done.simulated,
        seed=seed,
        created_at=done.created_at,
        versions=done.versions,
        outcome=outcome,
    )


def training_request(summary: ModelSummary) -> TrainRequest | None:
    """The request that made a model, or None if the model does not contain it.

    This is the case for uploaded profiles, and for models of another method version.
    """
    for negatives in dict.fromkeys(("auto", summary.negatives)):
        request = TrainRequest(
            summary.compendium,
            summary.fingerprint,
            summary.drug_set,
            replace(summary.method, negatives=negatives),
            null_repeats=len(summary.null_auroc),
        )
        if job_id(request) == summary.model_id:
            return request
    return None
