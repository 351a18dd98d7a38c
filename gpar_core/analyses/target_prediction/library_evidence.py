"""What a library's models of targets say on compounds and profiles."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.analyses.library import result as library
from gpar_core.analyses.library.result import Entry, Library
from gpar_core.analyses.training import result as model
from gpar_core.data.class_names import TARGET_PREFIX
from gpar_core.data.compendium import Compendium
from gpar_core.errors import RequestError
from gpar_core.rank.scoring import score
from gpar_core.storage.cache import Cache
from gpar_core.targets.evidence import LibraryEvidence
from gpar_core.targets.genetic import gene_key

SMALLEST = 1e-9
NONE = "none"
"""In place of the id of a library, for none."""


def library_of_targets(
    cache: Cache, compendium: Compendium, library_id: str = ""
) -> Library | None:
    """The library with the most models of targets that can be used; None without any.

    library_id: of the one to use instead, or `NONE`. Raises NotFoundError, RequestError if that is
    of another compendium, stale or without models of targets, or DataError.
    """
    if library_id == NONE:
        return None
    if library_id:
        chosen = library.chosen(cache, compendium, library_id)
        if not target_entries(chosen):
            raise RequestError(
                f"The library '{library_id}' has no model of a target with a mean AUROC of 0.6 or "
                "more. Choose another library, or build one with --classes targets."
            )
        return chosen
    libraries = [
        each
        for each in library.of_compendium(cache, compendium)
        if not each.why_stale(compendium.fingerprint) and target_entries(each)
    ]
    return max(libraries, key=lambda each: len(target_entries(each)), default=None)


def target_entries(asked: Library) -> list[Entry]:
    """Its usable models of targets."""
    return [entry for entry in asked.asked if entry.moa.startswith(TARGET_PREFIX)]


def of_drugs(
    cache: Cache, entries: Sequence[Entry], compendium: Compendium, drugs: Sequence[str]
) -> LibraryEvidence:
    """The evidence on some compounds of the compendium.

    If a compound is in a model's training set, the fold that did not see it is used.
    """
    code = pd.Index(drugs).get_indexer(pd.Index(compendium.signatures[fields.DRUG]))
    if entries and (cells := entries[0].training.method.cells):
        code[~compendium.signatures[fields.CELL_ID].isin(cells).to_numpy()] = -1
    rows = np.flatnonzero(code >= 0)
    return _evidence(
        cache, entries, lambda folder: model.load_reading(folder).calibrated(rows), code[rows],
        len(drugs),
    )  # fmt: skip


def of_profiles(
    cache: Cache,
    entries: Sequence[Entry],
    matrix: np.ndarray,
    query: np.ndarray,
    molecules: Sequence[str],
) -> LibraryEvidence:
    """The evidence on profiles.

    matrix: (m, 978). query: (m,) the query of each profile. molecules: of each query. A model that
    learned from a query's molecule says nothing on it.
    """

    def calibrated(folder: Path) -> np.ndarray:
        scores = score(model.load_network(folder), matrix)
        return model.load_reading(folder).calibration.probability(scores)

    found = _evidence(cache, entries, calibrated, query, len(molecules))
    for column, entry in enumerate(entries):
        learned = np.isin(molecules, entry.training.drug_set.drugs)
        found.log_odds[learned, column] = np.nan
    return found


def _evidence(
    cache: Cache,
    entries: Sequence[Entry],
    calibrated: Callable[[Path], np.ndarray],
    query: np.ndarray,
    n: int,
) -> LibraryEvidence:
    """calibrated: (m,) probabilities of m signatures by a model. query: (m,) the query of each."""
    count = np.bincount(query, minlength=n)
    log_odds = np.full((n, len(entries)), np.nan)
    for column, entry in enumerate(entries):
        assert entry.summary is not None  # noqa: S101 -- only trained models are asked
        probability = calibrated(cache.existing_model(entry.model_id))
        over_base = _log_odds(probability) - _log_odds(np.array(entry.summary.metrics.base_rate))
        total = np.bincount(query, weights=over_base, minlength=n)
        log_odds[count > 0, column] = total[count > 0] / count[count > 0]
    genes = [gene_key(entry.moa.removeprefix(TARGET_PREFIX)) for entry in entries]
    return LibraryEvidence(pd.Index(genes, dtype=object), log_odds)


def _log_odds(probability: np.ndarray) -> np.ndarray:
    kept = np.clip(probability, SMALLEST, 1 - SMALLEST)
    return np.log(kept / (1 - kept))
