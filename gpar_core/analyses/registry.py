"""The registry of all requests, used by jobs, pages, reports and the command line.

The functions that run a request or read its result are named, not imported, since each imports
packages that the others do not need.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

from gpar_core.analyses.cell_influence.request import CellInfluenceRequest
from gpar_core.analyses.curation.request import CurationRequest
from gpar_core.analyses.evaluation.request import EvaluationRequest
from gpar_core.analyses.genes.request import GeneCountRequest, GeneImportanceRequest
from gpar_core.analyses.hyper_parameters.request import SweepRequest
from gpar_core.analyses.library.request import LibraryRequest
from gpar_core.analyses.map.request import MapRequest
from gpar_core.analyses.moa_prediction.request import PredictionRequest
from gpar_core.analyses.search_evaluation.request import SearchEvaluationRequest
from gpar_core.analyses.signature_search.request import SearchRequest
from gpar_core.analyses.target_prediction.request import TargetEvaluationRequest, TargetRequest
from gpar_core.analyses.training.request import TrainRequest
from gpar_core.data.fetching.request import FetchRequest
from gpar_core.data.importing.request import ImportRequest
from gpar_core.data.requests import DemoRequest, SelectRequest
from gpar_core.errors import DataError, RequestError
from gpar_core.storage.requests import Request, nested
from gpar_core.storage.saved_json import as_dataclass


@dataclass(frozen=True)
class Kind:
    """One kind of request.

    request: its class. run: 'module:function' below `gpar_core` that runs it and publishes the
    result, called with request, cache and report, and with a pool if it `trains`. folder: of the
    cache, for the result. page: the one that requests and shows it. in_parts: whether the speed of
    its parts tells the time left. resumes: whether it resumes where it was stopped. short: whether
    a request usually takes seconds, so that it passes long ones in the queue; a request may say
    that it is `large` nevertheless.
    """

    request: type[Any]
    run: str
    folder: str
    page: str
    trains: bool = False
    in_parts: bool = False
    resumes: bool = False
    short: bool = False


@dataclass(frozen=True)
class Stored:
    """A folder of the cache that holds results.

    read: 'module:function' below `gpar_core` that reads one, and raises DataError. check: the same,
    if reading leaves something unread. Its module also has FORMAT_VERSION, the version of the
    format.
    """

    read: str
    check: str = ""


def _analysis(request: type[Any], run: str, page: str, **special: bool) -> Kind:
    return Kind(request, f"analyses.{run}", "analyses", page, trains=True, **special)


_ALL: Final = (
    Kind(DemoRequest, "data.run_demo:run_demo", "compendia", "compendium", short=True),
    Kind(
        ImportRequest, "data.importing.run:run_import", "compendia", "compendium",
        in_parts=True, short=True,
    ),
    Kind(SelectRequest, "data.run_select:run_select", "compendia", "compendium", short=True),
    Kind(FetchRequest, "data.fetching.run:run_fetch", "sources", "compendium", resumes=True),
    Kind(
        TrainRequest, "analyses.training.run:run_training", "models", "drug_prediction",
        trains=True, in_parts=True, short=True,
    ),
    Kind(
        LibraryRequest, "analyses.library.run:run_library", "libraries", "library",
        trains=True, in_parts=True,
    ),
    Kind(
        CurationRequest, "analyses.curation.run:run_curation", "curations", "models",
        trains=True, in_parts=True,
    ),
    Kind(
        PredictionRequest, "analyses.moa_prediction.run:run_prediction", "predictions",
        "moa_prediction", short=True,
    ),
    _analysis(EvaluationRequest, "evaluation.run:run_evaluation", "evaluation"),
    _analysis(
        CellInfluenceRequest, "cell_influence.run:run_cell_influence", "cell_influence",
        in_parts=True,
    ),
    _analysis(SweepRequest, "hyper_parameters.run:run_sweep", "hyper_parameters", in_parts=True),
    _analysis(GeneImportanceRequest, "genes.run:run_gene_importance", "genes", in_parts=True),
    _analysis(GeneCountRequest, "genes.run:run_gene_counts", "genes"),
    _analysis(MapRequest, "map.run:run_map", "map", in_parts=True),
    _analysis(SearchRequest, "signature_search.run:run_search", "signature_search", short=True),
    _analysis(
        SearchEvaluationRequest, "search_evaluation.run:run_search_evaluation", "evaluation",
        in_parts=True,
    ),
    _analysis(
        TargetRequest, "target_prediction.run:run_target_prediction", "target_prediction",
        short=True,
    ),
    _analysis(
        TargetEvaluationRequest, "target_prediction.run:run_target_evaluation",
        "target_prediction",
    ),
)  # fmt: skip

KINDS: Final = {each.request.kind: each for each in _ALL}
"""By the kind of the request."""

STORED: Final = {
    "compendia": Stored("data.compendium:load", "data.compendium:check"),
    "models": Stored("analyses.training.result:load"),
    "libraries": Stored("analyses.library.result:read_plan"),
    "curations": Stored("analyses.curation.result:load"),
    "predictions": Stored("analyses.moa_prediction.result:load"),
    "analyses": Stored("analyses.result:load"),
    "profiles": Stored("data.profiles:load"),
    "tables": Stored("data.uploaded_table:load"),
}
"""By the name of the folder."""


def kind_of(request: Request) -> Kind:
    """The registry entry of a request's kind."""
    return KINDS[request.kind]


def is_short(request: Request) -> bool:
    """Whether a request usually takes seconds."""
    return kind_of(request).short and not getattr(request, "large", False)


def found(place: str) -> Callable[..., Any]:
    """The function that `Kind` or `Stored` names."""
    module, _, name = place.partition(":")
    return getattr(import_module(f"gpar_core.{module}"), name)


def from_json(text: str) -> Request:
    """The request that `storage.requests.to_json` wrote. Raises RequestError for anything else."""
    try:
        content: dict[str, Any] = json.loads(text)
        kind = KINDS[content.pop("kind")].request
        request: Request = as_dataclass(kind, nested(kind, content))
        request.title  # noqa: B018 -- a source or method of another version has none
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, DataError) as error:
        raise RequestError("This job comes from another version of GPAR.") from error
    return request
