"""Rank genes as targets, or evaluate that, and publish the result."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.analyses.library import result as library
from gpar_core.analyses.library.result import Entry
from gpar_core.analyses.run import publish_analysis
from gpar_core.analyses.target_prediction import library_evidence
from gpar_core.analyses.target_prediction.request import TargetEvaluationRequest, TargetRequest
from gpar_core.data import profiles as uploads
from gpar_core.data.compendium import Compendium
from gpar_core.data.compound_keys import folded
from gpar_core.learn.engine import Pool
from gpar_core.progress import Remember, Report, Tables
from gpar_core.storage.cache import Cache
from gpar_core.targets.evaluate import evaluate_targets
from gpar_core.targets.evidence import LibraryEvidence, cosines_of, evidence_on
from gpar_core.targets.fitting import combination_of, no_library, weights_table
from gpar_core.targets.known_targets import known_targets
from gpar_core.targets.line_similarity import Queries, compound_queries
from gpar_core.targets.neighbors import nearest_drugs
from gpar_core.targets.ranking import ranked_targets

N_DETAILED = 50
"""Genes of each query whose cosines are kept line by line."""
UPLOADED = "uploaded: "
"""Before the name of a profile that is no compound of the compendium."""


def run_target_prediction(request: TargetRequest, cache: Cache, report: Report, pool: Pool) -> None:
    """Answer the request with the tables of `answer`. Raises GparError."""

    def compute(compendium: Compendium, remember: Remember) -> Tables:
        return answer(request, cache, compendium, report)

    publish_analysis(request, cache, compute)


def run_target_evaluation(
    request: TargetEvaluationRequest, cache: Cache, report: Report, pool: Pool
) -> None:
    """Answer the request with the tables of `evaluate_targets`. Raises GparError."""

    def compute(compendium: Compendium, remember: Remember) -> Tables:
        library_of = _library_of(cache, request, compendium)
        return evaluate_targets(compendium, library_of, seed=request.seed, report=report)

    publish_analysis(request, cache, compute)


def answer(request: TargetRequest, cache: Cache, compendium: Compendium, report: Report) -> Tables:
    """The tables of a target prediction.

    targets: `ranking.ranked_targets`. cosines: query and `evidence.cosines_of` the first genes.
    neighbors: query and `neighbors.nearest_drugs`. weights: `fitting.weights_table`. scope:
    base_rate, n_molecules and n_positive of the combination, NaN and 0 if none was fitted.
    Raises GparError.
    """
    known = known_targets(compendium)
    library_of = _library_of(cache, request, compendium)
    if request.compound:
        queries = compound_queries(compendium, [request.compound])
        labels: Sequence[str] = [request.name]
        asked = library_of([request.compound])
    else:
        queries, labels, asked = _of_profiles(request, cache, compendium)
    combination = combination_of(
        compendium,
        library_of,
        library=" ".join((request.library, *request.models)),
        in_lines=bool(request.compound),
        report=report,
    )
    evidence = evidence_on(
        queries, compendium, known=known, library=asked, keep=True, report=report
    )
    targets = ranked_targets(evidence, combination, known, labels)
    cosines, near = [], []
    for number, label in enumerate(labels):
        genes = targets.loc[targets["query"] == label, "gene"].head(N_DETAILED).tolist()
        cosines.append(cosines_of(evidence, number, genes).assign(query=label))
        drugs = nearest_drugs(evidence.similarity[number], known, compendium)
        near.append(drugs.assign(query=label))
    scope = {
        "base_rate": combination.base_rate if combination else np.nan,
        "n_molecules": combination.n_molecules if combination else 0,
        "n_positive": combination.n_positive if combination else 0,
    }
    weights = weights_table(combination) if combination else None
    return {
        "targets": targets,
        "cosines": pd.concat(cosines, ignore_index=True),
        "neighbors": pd.concat(near, ignore_index=True),
        **({"weights": weights} if weights is not None else {}),
        "scope": pd.DataFrame([scope]),
    }


def _of_profiles(
    request: TargetRequest, cache: Cache, compendium: Compendium
) -> tuple[Queries, list[str], LibraryEvidence | None]:
    """The drugs of an upload as queries, their names on screen, and the library's evidence.

    A drug with the name of a compound is taken for that molecule.
    """
    profiles = uploads.load(cache.existing_profile_set(request.profiles))
    code, drugs = pd.factorize(np.asarray(profiles.drug, dtype=object))
    mean = np.zeros((len(drugs), fields.N_LANDMARKS), np.float32)
    np.add.at(mean, code, profiles.matrix)
    mean /= np.bincount(code)[:, None]
    keys = folded(pd.Series(drugs, dtype=object))
    molecules = [compendium.drug_by_name.get(key, f"{UPLOADED}{key}") for key in keys]
    first = {int(drug): name for drug, name in zip(code[::-1], profiles.names[::-1], strict=True)}
    single = np.bincount(code) == 1
    labels = [
        first[number] if single[number] else str(drugs[number]) for number in range(len(drugs))
    ]
    entries = _entries(cache, request)
    asked = None
    if entries:
        asked = library_evidence.of_profiles(cache, entries, profiles.matrix, code, molecules)
    return Queries(tuple(molecules), mean, {}), labels, asked


def _library_of(
    cache: Cache, request: TargetRequest | TargetEvaluationRequest, compendium: Compendium
) -> Callable[[Sequence[str]], LibraryEvidence | None]:
    entries = _entries(cache, request)
    if not entries:
        return no_library
    return lambda drugs: library_evidence.of_drugs(cache, entries, compendium, drugs)


def _entries(cache: Cache, request: TargetRequest | TargetEvaluationRequest) -> list[Entry]:
    if not request.library:
        return []
    asked = library_evidence.target_entries(library.load(cache, request.library))
    return [entry for entry in asked if entry.model_id in request.models]
