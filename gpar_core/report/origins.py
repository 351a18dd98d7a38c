"""The origin of a result: its request, and the command that reproduces it."""

import shlex
from collections.abc import Mapping
from dataclasses import replace

from gpar_core.analyses.evaluation.request import EvaluationRequest
from gpar_core.analyses.method import Method
from gpar_core.analyses.result import Analysis
from gpar_core.analyses.signature_search.request import SearchRequest
from gpar_core.analyses.target_prediction.request import TargetEvaluationRequest, TargetRequest
from gpar_core.analyses.training.request import TrainRequest
from gpar_core.analyses.training.result import Model, ModelSummary
from gpar_core.data.class_names import gene_of
from gpar_core.data.name_lists import written
from gpar_core.report import outcomes
from gpar_core.report.document import FORMAT_VERSION, Origin, Outcome
from gpar_core.storage.requests import job_id, to_json

PROGRAM = ("python", "-m", "gpar_core")


def of_model(model: Model) -> Origin:
    """The origin of a trained model."""
    summary = model.summary
    request = training_request(summary)
    return Origin(
        gpar_report=FORMAT_VERSION,
        result_id=summary.model_id,
        request="" if request is None else to_json(request),
        command="" if request is None else training_command(request),
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
    return _of(done, request, evaluation_command(request), outcome, request.method.seed)


def of_search(done: Analysis, request: SearchRequest) -> Origin:
    """The origin of a signature search, or of a batch."""
    of_compounds = outcomes.of_batch if request.is_batch else outcomes.of_compounds
    outcome = of_compounds(done.tables["compounds"])
    return _of(done, request, search_command(request), outcome, request.seed)


def of_targets(done: Analysis, request: TargetRequest) -> Origin:
    """The origin of a target prediction."""
    return _of(done, request, target_command(request), outcomes.of_targets(done.tables["targets"]))


def of_target_evaluation(done: Analysis, request: TargetEvaluationRequest) -> Origin:
    """The origin of an evaluation of target prediction."""
    command = target_evaluation_command(request)
    return _of(done, request, command, outcomes.of_hits(done.tables), request.seed)


def _of(
    done: Analysis,
    request: EvaluationRequest | SearchRequest | TargetRequest | TargetEvaluationRequest,
    command: str,
    outcome: Outcome,
    seed: int = 0,
) -> Origin:
    return Origin(
        gpar_report=FORMAT_VERSION,
        result_id=done.analysis_id,
        request=to_json(request),
        command=command,
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


def training_command(request: TrainRequest) -> str:
    """The command line of the same training."""
    drugs, moa = request.drug_set.drugs, request.drug_set.moa
    chosen = {"--moa": moa} if moa else {"--drugs": written(drugs)}
    if gene := gene_of(moa):
        chosen = {"--target": gene}
    options = {
        "--compendium": request.compendium,
        **chosen,
        **_of_method(request.method),
        "--null": str(request.null_repeats) if request.null_repeats else "",
    }
    return _command("train", options)


def evaluation_command(request: EvaluationRequest) -> str:
    """The command line of the same evaluation."""
    options = {
        "--compendium": request.compendium,
        "--labels": "FILE" if request.labels else "",
        "--methods": ",".join(request.methods),
        **_of_method(request.method),
    }
    classes = " ".join(shlex.quote(name) for name in request.classes)
    return f"{_command('evaluate', options)} --moas {classes}"


def search_command(request: SearchRequest) -> str:
    """The command line of the same search. Files have names in capitals."""
    lists = bool(request.up or request.down or request.sets)
    options = {
        "--compendium": request.compendium,
        "--up": "UP.txt" if request.up else "",
        "--down": "DOWN.txt" if request.down else "",
        "--compound": request.compound,
        "--cell": request.cell,
        "--signature": request.signature,
        "--profiles": "FILE" if request.profiles else "",
        "--gmt": "FILE" if request.sets else "",
        "--genes": "" if lists else str(request.genes),
        "--score": request.score,
        "--against": request.nouns if request.among else "",
        "--seed": str(request.seed),
    }
    return _command("search", options) + (" --tau" if request.tau else "")


def target_command(request: TargetRequest) -> str:
    """The command line of the same target prediction."""
    options = {
        "--compendium": request.compendium,
        "--compound": request.compound,
        "--profiles": "FILE" if request.profiles else "",
        "--library": request.library,
    }
    return _command("predict-target", options)


def target_evaluation_command(request: TargetEvaluationRequest) -> str:
    """The command line of the same evaluation of target prediction."""
    options = {
        "--compendium": request.compendium,
        "--library": request.library,
        "--seed": str(request.seed),
    }
    return _command("evaluate-targets", options)


def _of_method(method: Method) -> dict[str, str]:
    return {
        "--cells": ",".join(method.cells),
        "--preset": method.preset,
        "--negatives": method.negatives,
        "--seed": str(method.seed),
    }


def _command(name: str, options: Mapping[str, str]) -> str:
    words = [word for option, value in options.items() if value for word in (option, value)]
    return shlex.join((*PROGRAM, name, *words))
