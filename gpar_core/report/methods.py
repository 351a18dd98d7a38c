"""A paragraph on how a result was computed, for the methods of a paper."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import singledispatch
from typing import Any

from gpar_core import fields
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
from gpar_core.analyses.target_prediction.request import TargetEvaluationRequest, TargetRequest
from gpar_core.analyses.training.request import TrainRequest
from gpar_core.analyses.training.result import ModelSummary
from gpar_core.compare.methods import GPAR, METHODS
from gpar_core.data.class_names import classes_in, noun_of, shown
from gpar_core.data.training_set import negative_words
from gpar_core.learn.presets import PRESETS, LayeredSettings, LinearSettings, MatchingSettings
from gpar_core.maps import MAPS
from gpar_core.rank.ranking import PERMUTATIONS
from gpar_core.report.search_methods import how_scored, how_tested
from gpar_core.report.words import CITE
from gpar_core.search.scores import SCORES
from gpar_core.storage.requests import Request

GAO = "Gao et al. 2021, doi:10.1186/s12859-020-03915-6"
CROSS_VALIDATED = (
    "Folds hold out whole drugs, so no molecule is in both training and test (the signatures of a "
    "single drug are split instead). AUROC is the mean over the folds, with a 95% interval from "
    "resampling drugs."
)
RANKED = (
    "All other compounds were ranked by the score of their pooled signatures. Enrichment scores "
    "follow Lamb et al. 2006 (doi:10.1126/science.1132939), with p from "
    f"{PERMUTATIONS:,} permutations and FDR by Benjamini and Hochberg."
)
PAIRED = (
    "Differences are resampled by drugs that both have; their intervals are widened as in Nadeau "
    "and Bengio 2003 (doi:10.1023/A:1024068626366)."
)
MAX_NAMED = 12


def methods_of(
    request: Request,
    data: Mapping[str, Any],
    versions: Mapping[str, str],
    summary: ModelSummary | None = None,
) -> str:
    """What was done, with which data, versions and seed, and what to cite; plain text.

    data: the manifest of the compendium (`data.compendium.read_manifest`). versions: of the
    software. summary: of the model, if the result is one.
    """
    seed = _seed(request) if summary is None else summary.seed
    software = ", ".join(f"{_named(name)} {number}" for name, number in versions.items())
    parts = [
        _data(data),
        _done(request),
        "" if summary is None else _trained(summary),
        f"Random numbers have the seed {seed}." if seed is not None else "",
        f"Software: {software}." if software else "",
        "Cite: " + " ".join(CITE),
    ]
    return " ".join(part for part in parts if part)


def _data(data: Mapping[str, Any]) -> str:
    simulated = data["simulated"]
    return (
        ("The data are SIMULATED; do not publish the result. " if simulated else "")
        + f"The compendium '{data['name']}' ({data['source'].rstrip('.')}; fingerprint "
        f"{data['fingerprint'][:12]}) has {data['n_signatures']:,} L1000 signatures (Level 5 "
        f"z-scores of the {fields.N_LANDMARKS} landmark genes) of {data['n_drugs']:,} molecules in "
        f"{data['n_cell_lines']:,} cell line{'s' * (data['n_cell_lines'] != 1)}. All names and "
        "salts of one molecule count as one drug. Each drug is represented in each cell line by "
        "the signature with the highest mean correlation to its others there."
    )


@singledispatch
def _done(request: Request) -> str:
    """What was computed. Raises TypeError for a kind that is not known here."""
    raise TypeError(f"no methods are known for a request of the kind '{request.kind}'")


@_done.register
def _(request: TrainRequest) -> str:
    method, drug_set = request.method, request.drug_set
    return " ".join(
        (
            f"A model was trained on {_drugs(drug_set)} in {_cells(method.cells)}. "
            f"{_learner(method)} {CROSS_VALIDATED}",
            "The share of runs with permuted labels that reach this AUROC is the chance of the "
            "verdict.",
            RANKED,
        )
    )


@_done.register
def _(request: LibraryRequest) -> str:
    method = request.method
    return (
        f"A model was trained for each of {request.noun.counted(len(request.moas))} in "
        f"{_cells(method.cells)}, against {_negatives(method, '')}. {_learner(method)} "
        f"{CROSS_VALIDATED}"
    )


@_done.register
def _(request: PredictionRequest) -> str:
    return (
        f"The profiles '{request.label}' were scored by the {len(request.models):,} models of a "
        f"library with a mean AUROC of 0.6 or more ({GAO}). MOAs are ordered by their evidence "
        "over the scores of compounds without the MOA, with FDR by Benjamini and Hochberg."
    )


@_done.register
def _(request: CurationRequest) -> str:
    return (
        f"The training drugs of the model of {request.label} were left out one at a time, in "
        f"{request.repeats} cross-validations with different folds. A drug is an outlier if the "
        f"mean AUROC rises by more than chance explains without it (after {GAO})."
    )


@_done.register
def _(request: EvaluationRequest) -> str:
    n, what = len(request.classes), noun_of(request.classes)
    classes = f"{n:,} uploaded classes" if request.labels else what.counted(n)
    methods = "; ".join(f"{METHODS[m].label} ({METHODS[m].reference})" for m in request.methods)
    return (
        f"Methods were compared on {classes} in {_cells(request.method.cells)}, on identical folds "
        f"and drugs, against {_negatives(request.method, '')}: {methods}. "
        f"{_learner(request.method) + ' ' if GPAR in request.methods else ''}{CROSS_VALIDATED} "
        "p is from Wilcoxon's matched-pairs signed-rank test over classes, two-sided."
    )


@_done.register
def _(request: CellInfluenceRequest) -> str:
    selections = "; ".join(_cells(cells) for cells in request.selections[:MAX_NAMED])
    more = len(request.selections) - MAX_NAMED
    used, left_out = request.drug_set, request.left_out
    drugs = _capital(_drugs(used))
    if left_out:
        whole = replace(used, drugs=(*used.drugs, *left_out))
        drugs = f"Of {_drugs(whole)}, {len(used.drugs)} (all but {_some(left_out)})"
    return (
        f"{drugs} were cross-validated in "
        f"{len(request.selections)} selections of cell lines ({selections}"
        f"{f'; and {more} more' if more > 0 else ''}), against "
        f"{_negatives(request.method, request.drug_set.moa)}. {_learner(request.method)} "
        f"{CROSS_VALIDATED} {PAIRED}"
    )


@_done.register
def _(request: SweepRequest) -> str:
    return (
        f"Networks of {_some(request.layers)} hidden layers of {_some(request.nodes)} nodes, and "
        f"978-512-256 as in {GAO}, were cross-validated on {_drugs(request.drug_set)} in "
        f"{_cells(request.method.cells)}, against "
        f"{_negatives(request.method, request.drug_set.moa)}, with {request.steps:,} steps each "
        "and the same folds. Settings that were behind by more than noise were stopped early. "
        f"{CROSS_VALIDATED} {PAIRED}"
    )


@_done.register
def _(request: GeneImportanceRequest) -> str:
    return (
        f"Landmark genes were ranked by importance for the model of {request.label}: by integrated "
        "gradients (Sundararajan et al. 2017, arXiv:1703.01365) from a signature without change, "
        f"and by the coefficients of a logistic regression ({GAO}), each again without each fold."
    )


@_done.register
def _(request: GeneCountRequest) -> str:
    return (
        f"Models of {_drugs(request.drug_set)} in {_cells(request.method.cells)} were "
        f"cross-validated on {_some(request.counts)} landmark genes, drawn at random "
        f"{request.repeats} times each, and on as many of the most important ones by logistic "
        f"regression within the training part of each fold (after {GAO}), against "
        f"{_negatives(request.method, request.drug_set.moa)}. {_learner(request.method)} "
        f"{CROSS_VALIDATED}"
    )


@_done.register
def _(request: MapRequest) -> str:
    method = MAPS[request.method]
    reference = f" ({method.reference})" if method.reference else ""
    of = f", of {_some(request.moas)}" if request.moas else ""
    space = "values of the last hidden layer of a model" if request.model else "z-scores"
    one = ", one per compound and cell line," if request.representatives else ""
    placed = (
        "at coordinates from a file"
        if request.coordinates
        else f"by {method.label}{reference} on the cosine of their {space}"
    )
    return f"Signatures in {_cells(request.cells)}{of}{one} were placed in the plane {placed}."


@_done.register
def _(request: SearchRequest) -> str:
    name = request.noun
    return (
        f"{request.what} was compared with the signatures of every {name}. "
        f"{how_scored(request.score)} {how_tested(request.score)}"
    )


@_done.register
def _(request: SearchEvaluationRequest) -> str:
    scores = "; ".join(
        f"{SCORES[name].label} ({SCORES[name].reference})"
        if SCORES[name].reference
        else SCORES[name].label
        for name in request.scores
    )
    queries = f"'{request.queries}'" if request.queries else "the compendium"
    return (
        f"Search scores were compared by how well they retrieve the other compounds that share a "
        f"class with the query: {scores}. Queries were the {_some(request.genes)} most changed "
        f"genes of compounds of {queries}, with noise of standard deviation "
        f"{_some(f'{level:g}' for level in request.noise)}; the query's own molecule was left out."
    )


@_done.register
def _(request: TargetRequest | TargetEvaluationRequest) -> str:
    library = (
        f", the calibrated odds by {len(request.models):,} models of targets" if request.library
        else ""
    )  # fmt: skip
    done = (
        "Genes were ranked as targets of each compound with known targets, without using those,"
        if isinstance(request, TargetEvaluationRequest)
        else f"Genes were ranked as targets of {request.name}"
    )
    return (
        f"{done} by the resemblance to their knock-downs, knock-outs and (reversed) "
        f"over-expressions, the targets of the nearest drugs{library}. Probabilities are from a "
        "logistic regression over these lines of evidence, fitted without the molecule."
    )


def _trained(summary: ModelSummary) -> str:
    by = "drug" if summary.folds_by == "drug" else "signature"
    return (
        f"The positive set has {summary.n_positive_compounds:,} drugs "
        f"({summary.n_positive_signatures:,} signatures), the negative set "
        f"{summary.n_negative_compounds:,} ({summary.n_negative_signatures:,} signatures), "
        f"{negative_words(summary.negatives, summary.moa)}; {summary.k} folds by {by}."
    )


def _learner(method: Method) -> str:
    settings = PRESETS.get(method.preset)
    match settings:
        case MatchingSettings():
            return (
                "Signatures were compared by cosine with those of positive and negative drugs in a "
                f"space of {settings.dimensions} dimensions learned from all compounds without "
                "their MOAs: the mean of each cell line was subtracted, and differences that one "
                "compound shows between cell lines were down-weighted (preset "
                f"'{method.preset}')."
            )
        case LinearSettings():
            return (
                f"The classifier is balanced logistic regression (C = {settings.c:g}) on signed "
                "square roots of the z-scores (scikit-learn, Pedregosa et al. 2011, JMLR 12:2825)."
            )
        case LayeredSettings():
            return (
                f"The classifier is the network of {GAO}: hidden layers of "
                f"{'-'.join(map(str, settings.hidden))} nodes, ReLU, dropout {settings.dropout:g} "
                f"and an L1 penalty of {settings.l1:g}, {settings.steps:,} steps of Adam with "
                f"{settings.batch} signatures and a learning rate of {settings.learning_rate:g}."
            )
    return ""


def _negatives(method: Method, moa: str) -> str:
    """The negatives as asked for; 'auto' without knowing which they were."""
    if method.negatives == "auto":
        return "drugs that do not share the class" if method.preset != "paper" else "negatives"
    return negative_words(method.negatives, moa)


def _drugs(drug_set: DrugSet) -> str:
    if classes := classes_in(drug_set.moa):
        names = " or ".join(shown(classes))
        n = f"the {len(drug_set.drugs)} drugs" if drug_set.drugs else "all drugs"
        return f"{n} with the {noun_of(classes).one} {names}"
    if drug_set.drugs:
        return f"{len(drug_set.drugs)} drugs ({_some(drug_set.drugs)})"
    return f"uploaded profiles ({drug_set.label})"


def _cells(cells: Iterable[str]) -> str:
    return _some(cells) or "all cell lines"


def _some(names: Iterable[object]) -> str:
    texts = [str(name) for name in names]
    more = f" and {len(texts) - MAX_NAMED} more" if len(texts) > MAX_NAMED else ""
    return ", ".join(texts[:MAX_NAMED]) + more


def _seed(request: Request) -> int | None:
    method = getattr(request, "method", None)
    return method.seed if isinstance(method, Method) else getattr(request, "seed", None)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _named(software: str) -> str:
    return {"gpar": "GPAR", "python": "Python", "numpy": "NumPy", "tensorflow": "TensorFlow"}.get(
        software, software
    )
