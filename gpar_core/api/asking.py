"""What a client asks for, checked as the pages check it before the click.

A client's JSON is never queued as it is. All that it names is looked up as the visitor sees it, and
the plan of the analysis makes a new request.
"""

import os
import threading
from collections.abc import Mapping
from dataclasses import fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import pandas as pd

from gpar_core.analyses.cell_influence.plan import plan_cell_influence
from gpar_core.analyses.cell_influence.request import CellInfluenceRequest
from gpar_core.analyses.curation.plan import plan_curation
from gpar_core.analyses.curation.request import CurationRequest
from gpar_core.analyses.evaluation.plan import plan_evaluation
from gpar_core.analyses.evaluation.request import EvaluationRequest
from gpar_core.analyses.genes.plan import plan_gene_counts, plan_gene_importance
from gpar_core.analyses.genes.request import GeneCountRequest, GeneImportanceRequest
from gpar_core.analyses.hyper_parameters.plan import plan_sweep
from gpar_core.analyses.hyper_parameters.request import SweepRequest
from gpar_core.analyses.library import result as library
from gpar_core.analyses.library.plan import plan_library
from gpar_core.analyses.library.request import LibraryRequest
from gpar_core.analyses.map.plan import plan_map
from gpar_core.analyses.map.request import MapRequest
from gpar_core.analyses.method import DrugSet
from gpar_core.analyses.moa_prediction.plan import plan_prediction
from gpar_core.analyses.moa_prediction.request import PredictionRequest
from gpar_core.analyses.registry import KINDS
from gpar_core.analyses.search_evaluation.plan import plan_search_evaluation
from gpar_core.analyses.search_evaluation.request import SearchEvaluationRequest
from gpar_core.analyses.signature_search import plan as search
from gpar_core.analyses.signature_search.request import ALL, SearchRequest
from gpar_core.analyses.target_prediction.library_evidence import NONE, library_of_targets
from gpar_core.analyses.target_prediction.plan import plan_target_evaluation, plan_target_prediction
from gpar_core.analyses.target_prediction.request import TargetEvaluationRequest, TargetRequest
from gpar_core.analyses.training.plan import plan_training
from gpar_core.analyses.training.request import TrainRequest
from gpar_core.analyses.training.result import ModelSummary, load_summary
from gpar_core.data import compendium as compendia
from gpar_core.data import profiles, uploaded_table
from gpar_core.data.compendium import Compendium
from gpar_core.data.fetching.plan import plan_fetch
from gpar_core.data.fetching.request import FetchRequest
from gpar_core.data.importing.request import ImportRequest
from gpar_core.data.pert_types import known_pert_type
from gpar_core.data.plan_select import plan_select
from gpar_core.data.profiles import Profiles
from gpar_core.data.requests import DemoRequest, SelectRequest
from gpar_core.errors import DataError, RequestError
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import Request, nested
from gpar_core.storage.saved_json import as_dataclass

OFFERED: Final = {
    name: kind.request for name, kind in KINDS.items() if kind.request is not ImportRequest
}
"""What a client can ask for, by kind. An import names files of the server, which only a page can
choose."""

KNOWN_HERE: Final[dict[str, Any]] = {
    "fingerprint": "", "label": "", "name": "", "score": "", "models": ()
}  # fmt: skip
"""Parts that a client may leave out though a request has no default: the plan finds them."""

MAX_NULL_REPEATS: Final = 20
"""As on the page."""


class ChangedError(RequestError):
    """The compendium is no longer the one that the client knows."""


def asked(cache: Cache, content: Mapping[str, Any]) -> Request:
    """The request in a client's JSON, ready to be queued.

    Raises RequestError, NotFoundError for what the visitor may not see, ChangedError, and what the
    plans raise.
    """
    kind = content.get("kind")
    if not isinstance(kind, str) or kind not in OFFERED:
        raise RequestError(f"Give the kind of the request, one of: {', '.join(OFFERED)}.")
    given = {name: value for name, value in content.items() if name != "kind"}
    made: Any = OFFERED[kind]
    derived = {each.name: KNOWN_HERE[each.name] for each in fields(made) if each.name in KNOWN_HERE}
    try:
        request: Request = as_dataclass(made, nested(made, derived | given))
    except DataError as error:
        raise RequestError(f"The request cannot be used: {error}.") from error
    return _planned(cache, request)


def _planned(cache: Cache, request: Any) -> Request:
    match request:
        case DemoRequest():
            return DemoRequest()
        case FetchRequest():
            return plan_fetch(
                request.source,
                base_url=os.environ.get("GPAR_MIRROR", ""),
                cells=request.cells,
                pert_types=request.pert_types,
            )
        case CurationRequest():
            return plan_curation(_summary(cache, request.model), repeats=request.repeats)
        case PredictionRequest():
            return _prediction(cache, request)
    data = compendium(cache, request.compendium)
    if request.fingerprint not in {"", data.fingerprint}:
        raise ChangedError(
            f"The compendium '{data.name}' has changed: its fingerprint is {data.fingerprint}."
        )
    return _on(data, cache, request)


def _on(  # noqa: PLR0911, PLR0912 -- one for each kind
    data: Compendium, cache: Cache, request: Any
) -> Request:
    match request:
        case SelectRequest():
            return plan_select(
                cache,
                data,
                name=request.name,
                quality=request.quality,
                replace=request.replace,
                compact=request.compact,
            )
        case TrainRequest():
            if not 0 <= request.null_repeats <= MAX_NULL_REPEATS:
                raise RequestError(
                    f"The number of full permuted-label runs is {request.null_repeats}. Choose 0 "
                    f"to {MAX_NULL_REPEATS}."
                )
            uploaded = _profiles(cache, request.drug_set.profiles)
            drugs = _drugs(request.drug_set)
            repeats = request.null_repeats
            return plan_training(
                data, drugs, request.method, null_repeats=repeats, uploaded=uploaded
            )[0]
        case LibraryRequest():
            some: dict[str, Any] = {"min_drugs": 2} if request.moas else {}
            return plan_library(data, request.method, moas=request.moas, **some)
        case EvaluationRequest():
            few: dict[str, Any] = {"min_drugs": 2} if request.classes else {}
            return plan_evaluation(
                data,
                request.method,
                classes=request.classes,
                methods=request.methods,
                labels=_table(cache, request.labels),
                **few,
            )
        case CellInfluenceRequest():
            return plan_cell_influence(
                data,
                _drugs(request.drug_set),
                request.method,
                selections=request.selections,
                left_out=request.left_out or None,
            )[0]
        case SweepRequest():
            return plan_sweep(
                data,
                _drugs(request.drug_set),
                request.method,
                layers=request.layers,
                nodes=request.nodes,
                steps=request.steps,
            )[0]
        case GeneImportanceRequest():
            return plan_gene_importance(data, _summary(cache, request.model))
        case GeneCountRequest():
            return plan_gene_counts(
                data,
                _drugs(request.drug_set),
                request.method,
                counts=request.counts,
                repeats=request.repeats,
            )[0]
        case MapRequest():
            return plan_map(
                data,
                method=request.method,
                cells=request.cells,
                moas=request.moas,
                representatives=request.representatives,
                model=_summary(cache, request.model) if request.model else None,
                coordinates=_table(cache, request.coordinates),
                seed=request.seed,
                perturbagens=request.perturbagens,
            )
        case SearchRequest():
            return _search(data, cache, request)
        case SearchEvaluationRequest():
            return plan_search_evaluation(
                data,
                scores=request.scores,
                genes=request.genes,
                noise=request.noise,
                queries=compendium(cache, request.queries) if request.queries else None,
                among=request.among,
                seed=request.seed,
            )
        case TargetRequest():
            return plan_target_prediction(
                data,
                compound=request.compound,
                profiles=_profiles(cache, request.profiles),
                name=request.name,
                library=library_of_targets(cache, data, request.library or NONE),
            )
        case TargetEvaluationRequest():
            models = library_of_targets(cache, data, request.library or NONE)
            return plan_target_evaluation(data, library=models, seed=request.seed)
    raise RequestError(f"A request of the kind '{request.kind}' cannot be made here.")


def _search(data: Compendium, cache: Cache, asked: SearchRequest) -> SearchRequest:
    ways = [
        bool(asked.up or asked.down), *map(bool, (asked.compound, asked.signature)),
        *map(bool, (asked.profiles, asked.sets)),
    ]  # fmt: skip
    if sum(ways) != 1:
        raise RequestError("Give one query: up and down, compound, signature, profiles or sets.")
    how: dict[str, Any] = {"score": asked.score, "seed": asked.seed}
    if asked.up or asked.down:
        planned, _ = search.plan_list_search(data, asked.up, asked.down, name=asked.name, **how)
    elif asked.compound:
        planned = search.plan_compound_search(
            data, asked.compound, cell=asked.cell, genes=asked.genes, **how
        )
    elif asked.signature:
        planned = search.plan_signature_search(data, asked.signature, genes=asked.genes, **how)
    elif asked.profiles:
        uploaded = profiles.load(cache.existing_profile_set(asked.profiles))
        if not ALL <= asked.profile < len(uploaded.names):
            raise RequestError(
                f"There is no profile {asked.profile}: the file has {len(uploaded.names)}, "
                f"numbered from 0. Give {ALL} for all."
            )
        planned = search.plan_profile_search(
            data, uploaded, profile=asked.profile, name=asked.name, genes=asked.genes, **how
        )
    else:
        sets = uploaded_table.load(cache.existing_table(asked.sets))
        planned = search.plan_set_search(data, sets, name=asked.name, **how)
    against = known_pert_type(asked.against, data.stored_kinds)
    return replace(planned, against=against, tau=asked.tau and not planned.is_batch)


def _prediction(cache: Cache, request: PredictionRequest) -> PredictionRequest:
    of = library.load(cache, request.library).request.compendium
    models = library.chosen(cache, compendium(cache, of), request.library)
    uploaded = profiles.load(cache.existing_profile_set(request.profiles))
    if not models.asked:
        raise RequestError(
            f"No model of the library '{models.library_id}' can be used. Choose another library."
        )
    return plan_prediction(models, uploaded, request.label[:80] or "uploaded profiles")


def _drugs(asked: DrugSet) -> DrugSet:
    """Of a MOA, its drugs are found again; a saved request lists them too."""
    return replace(asked, drugs=()) if asked.moa else asked


def _summary(cache: Cache, model_id: str) -> ModelSummary:
    return load_summary(cache.existing_model(model_id))


def _profiles(cache: Cache, profiles_id: str) -> Profiles | None:
    return profiles.load(cache.existing_profile_set(profiles_id)) if profiles_id else None


def _table(cache: Cache, table_id: str) -> pd.DataFrame | None:
    return uploaded_table.load(cache.existing_table(table_id)) if table_id else None


def compendium(cache: Cache, name: str) -> Compendium:
    """A compendium that the visitor may see, kept for the next request.

    Raises NotFoundError or DataError.
    """
    folder = cache.existing_compendium(name)
    with _loading:
        return _loaded(folder, compendia.read_manifest(folder)["fingerprint"])


@lru_cache(maxsize=4)
def _loaded(folder: Path, fingerprint: str) -> Compendium:
    return compendia.load(folder)


_loading = threading.Lock()
"""Two requests must not read the same large compendium twice."""
