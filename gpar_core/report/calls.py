"""A request as the command that asks for the same, and as a call from Python.

Both are made from one `Call`. A file that was uploaded is called `FILE` in it: only its content is
kept.
"""

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import singledispatch
from typing import Any, Final

from gpar_core.analyses.cell_influence.request import CellInfluenceRequest
from gpar_core.analyses.curation.request import CurationRequest
from gpar_core.analyses.evaluation.request import EvaluationRequest
from gpar_core.analyses.genes.request import GeneCountRequest, GeneImportanceRequest
from gpar_core.analyses.hyper_parameters.request import SweepRequest
from gpar_core.analyses.library.request import LibraryRequest
from gpar_core.analyses.map.request import MapRequest
from gpar_core.analyses.method import DrugSet, Method
from gpar_core.analyses.moa_prediction.request import PredictionRequest
from gpar_core.analyses.search_evaluation.request import SearchEvaluationRequest
from gpar_core.analyses.signature_search.request import SearchRequest
from gpar_core.analyses.target_prediction.library_evidence import NONE
from gpar_core.analyses.target_prediction.request import TargetEvaluationRequest, TargetRequest
from gpar_core.analyses.training.request import TrainRequest
from gpar_core.analyses.training_set import usual_label
from gpar_core.data.class_names import classes_in, gene_of
from gpar_core.data.fetching.request import FetchRequest
from gpar_core.data.importing.request import ImportRequest
from gpar_core.data.name_lists import written
from gpar_core.data.quality import EVERYTHING, QualityFilter
from gpar_core.data.requests import DemoRequest, SelectRequest
from gpar_core.storage.requests import Request

PROGRAM: Final = ("python", "-m", "gpar_core")
FILE: Final = "FILE"
"""In place of the name of an uploaded file."""

ALL_CELLS: Final = "all"
"""A selection of all cell lines, on the command line."""

OPTIONS: Final = {
    "null_repeats": "--null",
    "classes": "--moas",
    "among": "--classes",
    "selections": "--selection",
    "perturbagens": "--pert-types",
    "library_id": "--library",
    "model_id": "--model",
    "moa_tables": "--moa",
}
"""Options of the command line that are called otherwise in Python."""

REPEATED: Final = ("moa", "target", "selections")
"""One option for each value; a single MOA or target is no list in Python."""

SPREAD: Final = (
    "moas", "classes", "gctx", "sig_info", "gene_info", "sig_metrics", "pert_info", "series",
    "moa_tables",
)  # fmt: skip
"""One option, followed by all values."""

Options = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """What asks for a result.

    command: words of the command line. verb: the method of `Workspace`. of: what stands first in
    both, such as the id of a model. compendium: its name, '' if the request names none. options: by
    their names in Python; those that are None, False, '' or () are left out.
    """

    command: str
    verb: str
    options: Mapping[str, Any]
    compendium: str = ""
    of: tuple[str, ...] = ()


def command_of(call: Call) -> str:
    """The command line, for a POSIX shell."""
    words = [*PROGRAM, *call.command.split(), *call.of]
    words += ["--compendium", call.compendium] if call.compendium else []
    return shlex.join([*words, *(word for each in _given(call) for word in _words(*each))])


def python_of(call: Call) -> str:
    """The call, of a `Workspace` named `here`."""
    first = [f"here.compendium({call.compendium!r})"] if call.compendium else []
    given = [f"{name}={_value(name, value)}" for name, value in _given(call)]
    return f"here.{call.verb}({', '.join([*first, *map(repr, call.of), *given])})"


def uses_file(call: Call) -> bool:
    """Whether `FILE` stands for a file."""
    return FILE in call.options.values()


def _given(call: Call) -> Iterator[tuple[str, Any]]:
    for name, value in call.options.items():
        # That no drug is left out is no default.
        left_out = value is None or value is False or (value in ("", ()) and name != "left_out")
        if not left_out:
            yield name, value


def _words(name: str, value: Any) -> list[str]:
    option = OPTIONS.get(name, f"--{name.replace('_', '-')}")
    if value is True:
        return [option]
    if name in SPREAD:
        return [option, *value]
    if name == "selections":
        texts = [",".join(each) or ALL_CELLS for each in value]
    elif name in REPEATED:
        texts = list(value)
    elif name in ("up", "down"):
        texts = [f"{','.join(value)},"]  # a single symbol is then no file
    else:
        texts = [written(map(str, value)) if isinstance(value, tuple) else str(value)]
    return [word for text in texts for word in _pair(option, text)]


def _pair(option: str, text: str) -> tuple[str, ...]:
    """An option and its value, in one word where the value looks like an option."""
    return (f"{option}={text}",) if text.startswith("-") else (option, text)


def _value(name: str, value: Any) -> str:
    if name in ("moa", "target") and len(value) == 1:
        return repr(value[0])
    if name == "selections":
        return repr([list(each) for each in value])
    return repr(list(value) if isinstance(value, tuple) else value)


@singledispatch
def call_of(request: Request, compendium: str = "") -> Call:
    """What asks for the same request. Raises TypeError for a kind that is not known here.

    compendium: the name, where the request has none.
    """
    raise TypeError(f"no command asks for a request of the kind '{request.kind}'")


@call_of.register
def _(request: TrainRequest, compendium: str = "") -> Call:
    options = {
        **_drugs(request.drug_set),
        **_method(request.method),
        "null_repeats": request.null_repeats or None,
    }
    return Call("train", "train", options, request.compendium)


@call_of.register
def _(request: LibraryRequest, compendium: str = "") -> Call:
    options = {"moas": request.moas, "min_drugs": 2, **_method(request.method)}
    return Call("library build", "build_library", options, request.compendium)


@call_of.register
def _(request: CurationRequest, compendium: str = "") -> Call:
    return Call("curate", "curate", {"repeats": request.repeats}, of=(request.model,))


@call_of.register
def _(request: PredictionRequest, compendium: str = "") -> Call:
    options = {"profiles": FILE, "name": request.label, "library_id": request.library}
    return Call("predict-moa", "predict_moa", options, compendium)


@call_of.register
def _(request: EvaluationRequest, compendium: str = "") -> Call:
    options = {
        "classes": request.classes,
        "labels": FILE if request.labels else "",
        "methods": request.methods,
        "min_drugs": 2,
        **_method(request.method),
    }
    return Call("evaluate", "evaluate", options, request.compendium)


@call_of.register
def _(request: SearchEvaluationRequest, compendium: str = "") -> Call:
    names = ("scores", "genes", "noise", "queries", "among", "seed")
    options = {name: getattr(request, name) for name in names}
    return Call("evaluate-search", "evaluate_search", options, request.compendium)


@call_of.register
def _(request: CellInfluenceRequest, compendium: str = "") -> Call:
    drugs = tuple(sorted((*request.drug_set.drugs, *request.left_out)))
    method = _method(request.method)
    del method["cells"]
    options = {
        **_drugs(DrugSet(drugs, request.drug_set.moa, label=request.drug_set.label)),
        "selections": request.selections,
        "left_out": request.left_out,
        **method,
    }
    return Call("cell-influence", "cell_influence", options, request.compendium)


@call_of.register
def _(request: SweepRequest, compendium: str = "") -> Call:
    method = _method(request.method)
    del method["preset"]
    options = {
        **_drugs(request.drug_set),
        "layers": request.layers,
        "nodes": request.nodes,
        "steps": request.steps,
        **method,
    }
    return Call("hyper-parameters", "hyper_parameters", options, request.compendium)


@call_of.register
def _(request: GeneImportanceRequest, compendium: str = "") -> Call:
    return Call("genes importance", "gene_importance", {}, of=(request.model,))


@call_of.register
def _(request: GeneCountRequest, compendium: str = "") -> Call:
    options = {
        **_drugs(request.drug_set),
        "counts": request.counts,
        "repeats": request.repeats,
        **_method(request.method),
    }
    return Call("genes counts", "gene_counts", options, request.compendium)


@call_of.register
def _(request: MapRequest, compendium: str = "") -> Call:
    options = {
        "method": request.method,
        "cells": request.cells,
        "moas": request.moas,
        "representatives": request.representatives,
        "perturbagens": request.perturbagens if request.perturbagens != ("trt_cp",) else (),
        "model_id": request.model,
        "coordinates": FILE if request.coordinates else "",
        "seed": request.seed,
    }
    return Call("map", "map", options, request.compendium)


@call_of.register
def _(request: SearchRequest, compendium: str = "") -> Call:
    lists = bool(request.up or request.down or request.sets)
    own_name = bool(request.compound or request.signature)
    one_of_file = bool(request.profiles) and not request.is_batch
    options = {
        "up": request.up,
        "down": request.down,
        "compound": request.compound,
        "cell": request.cell,
        "signature": request.signature,
        "profiles": FILE if request.profiles else "",
        "profile": str(request.profile + 1) if one_of_file else "",
        "gmt": FILE if request.sets else "",
        "name": "" if own_name else request.name,
        "genes": None if lists else request.genes,
        "against": request.nouns if request.among else "",
        "score": request.score,
        "tau": request.tau,
        "seed": request.seed,
    }
    return Call("search", "search", options, request.compendium)


@call_of.register
def _(request: TargetRequest, compendium: str = "") -> Call:
    options = {
        "compound": request.compound,
        "profiles": FILE if request.profiles else "",
        "name": request.name if request.profiles else "",
        "library_id": request.library or NONE,
    }
    return Call("predict-target", "predict_target", options, request.compendium)


@call_of.register
def _(request: TargetEvaluationRequest, compendium: str = "") -> Call:
    options = {"library_id": request.library or NONE, "seed": request.seed}
    return Call("evaluate-targets", "evaluate_targets", options, request.compendium)


@call_of.register
def _(request: DemoRequest, compendium: str = "") -> Call:
    return Call("demo", "demo", {})


@call_of.register
def _(request: SelectRequest, compendium: str = "") -> Call:
    options = {
        "name": request.name,
        **_limits(request.quality),
        "compact": request.compact,
        "replace": request.replace,
    }
    return Call("select", "select", options, request.compendium)


@call_of.register
def _(request: FetchRequest, compendium: str = "") -> Call:
    names = ("base_url", "cells", "to")
    options = {name: getattr(request, name) for name in names}
    if not request.unused:
        options["pert_types"] = request.pert_types
    return Call("fetch", "fetch", options, of=(request.source,))


def _choice(request: ImportRequest) -> dict[str, Any]:
    """What a compendium to which series are added decides."""
    return {
        "pert_types": () if "pert_types" in request.unused else request.pert_types,
        "compact": request.compact,
        **_limits(request.quality),
    }


@call_of.register
def _(request: ImportRequest, compendium: str = "") -> Call:
    files = ("gctx", "sig_info", "gene_info", "sig_metrics", "pert_info")
    options = {
        "name": request.name,
        **{role: _or_dash(getattr(request, role)) for role in files},
        "series": request.series,
        "moa_tables": request.moas,
        "add_to": request.add_to,
        "fill_missing": request.fill_missing,
        **({} if request.add_to else _choice(request)),
        "replace": request.replace,
    }
    return Call("import", "import_files", options)


def has_call(request: Request) -> bool:
    """Whether `call_of` knows this kind of request."""
    return call_of.dispatch(type(request)) is not call_of.dispatch(object)


def prediction_call(compendium: str, library_id: str, compound: str) -> Call:
    """What predicts the MOA of a compound of a compendium."""
    options = {"compound": compound, "library_id": library_id}
    return Call("predict-moa", "predict_moa", options, compendium)


def gene_call(compendium: str, gene: str) -> Call:
    """What shows one gene of a compendium. gene: any of its names."""
    return Call("gene --gene", "gene", {}, compendium, of=(gene,))


def comparison_call(first: str, second: str, orders: tuple[str, str]) -> Call:
    """What compares two models by id. orders: keys of `rank.ranking.ORDERS`."""
    options = dict(zip(("by", "second_by"), orders, strict=True))
    return Call("compare", "compare", options, of=(first, second))


def _drugs(drug_set: DrugSet) -> Options:
    if drug_set.profiles:
        return {"profiles": FILE, "label": drug_set.label}
    if classes := classes_in(drug_set.moa):
        genes = tuple(map(gene_of, classes))
        return {"target": genes} if all(genes) else {"moa": classes}
    label = "" if drug_set.label == usual_label(drug_set.drugs) else drug_set.label
    return {"drugs": drug_set.drugs, "label": label}


def _method(method: Method) -> Options:
    return asdict(method)


def _limits(quality: QualityFilter) -> Options:
    usual = asdict(EVERYTHING)
    return {name: value for name, value in asdict(quality).items() if value != usual[name]}


def _or_dash(files: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(file or "-" for file in files) if any(files) else ()
