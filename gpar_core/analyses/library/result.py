"""A library: for each MOA of a compendium, a model or the reason why there is none.

Its folder has only `manifest.json`; the models are stored with all other models, as trained by
*Drug prediction*. A library therefore always reflects the current models: a deleted one is not
trained, one of another compendium or method has another id.
"""

import json
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gpar_core.analyses.library.request import LibraryRequest
from gpar_core.analyses.method import DrugSet
from gpar_core.analyses.registry import from_json
from gpar_core.analyses.training import result as model
from gpar_core.analyses.training.request import TrainRequest
from gpar_core.analyses.training.result import ModelSummary
from gpar_core.data.class_names import TARGET, Noun
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import drugs_of_moa
from gpar_core.errors import DataError, NotFoundError, RequestError, in_words
from gpar_core.storage.cache import MANIFEST, Cache
from gpar_core.storage.requests import METHOD_VERSION, job_id, to_json

FORMAT_VERSION = 1
MIN_DRUGS = 3
"""Default minimum drugs for a MOA to be in a library."""


@dataclass(frozen=True)
class Entry:
    """One MOA of a library.

    training: the request of its model, whose id is `model_id`. reason: why it cannot be trained, or
    ''. summary: of its model, None if it is not trained.
    """

    moa: str
    training: TrainRequest
    reason: str
    summary: ModelSummary | None = None

    @property
    def model_id(self) -> str:
        return job_id(self.training)

    @property
    def asked(self) -> bool:
        """Whether MOA prediction uses its model: mean AUROC of 0.6 or more (Gao et al. 2021)."""
        return self.summary is not None and self.summary.metrics.reaches_line

    @property
    def open(self) -> bool:
        """Whether it is still to be trained."""
        return self.summary is None and not self.reason

    @property
    def verdict(self) -> str:
        """The verdict on its model, or why there is none."""
        if self.summary is None:
            return self.reason or "not trained yet"
        return self.summary.verdict.name


@dataclass(frozen=True)
class Library:
    """entries: by MOA, sorted by name. method_version: the one that trains its models."""

    library_id: str
    request: LibraryRequest
    method_version: int
    entries: tuple[Entry, ...]

    @property
    def asked(self) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries if entry.asked)

    @property
    def noun(self) -> Noun:
        """What its classes are called: MOAs, targets, or both."""
        return self.request.noun

    @property
    def identity(self) -> tuple[str, ...]:
        """Changes when one of its models is trained or deleted."""
        trained = (entry.summary.created_at if entry.summary else "" for entry in self.entries)
        return self.library_id, *trained

    def why_stale(self, fingerprint: str) -> str:
        """Why its models are out of date for a compendium with this fingerprint, or ''."""
        if self.method_version != METHOD_VERSION:
            return (
                "The method has changed since these models were trained. Build the library again."
            )
        if self.request.fingerprint != fingerprint:
            return (
                f"The compendium '{self.request.compendium}' has changed since these models were "
                "trained. Build the library again."
            )
        return ""


def table(library: Library) -> pd.DataFrame:
    """One row per MOA: moa, n_drugs, n_signatures, mean_auroc with low and high (95% interval),
    chance (p of permuted labels), average_precision and base_rate, verdict, asked (by MOA
    prediction), seconds (of training), model_id.

    For a MOA that is not trained, n_drugs counts all drugs, and values that need a model are
    missing.
    """
    return pd.DataFrame([_row(entry) for entry in library.entries])


def trainings(compendium: Compendium, request: LibraryRequest) -> dict[str, TrainRequest]:
    """The training request of each MOA, the same as that of *Drug prediction*."""
    return {
        moa: TrainRequest(
            compendium.name,
            compendium.fingerprint,
            DrugSet(drugs_of_moa(compendium, moa), moa, label=moa),
            request.method,
        )
        for moa in request.moas
    }


def n_trained(cache: Cache, compendium: Compendium, request: LibraryRequest) -> int:
    """How many of its models exist already."""
    trained = set(cache.model_ids())
    return sum(job_id(each) in trained for each in trainings(compendium, request).values())


def save(
    folder: Path,
    request: LibraryRequest,
    entries: Mapping[str, TrainRequest],
    reasons: Mapping[str, str],
) -> None:
    """Write the whole manifest, replacing an existing one.

    entries: by MOA. reasons: why some of them cannot be trained.
    """
    folder.mkdir(parents=True, exist_ok=True)
    manifest = {
        "format_version": FORMAT_VERSION,
        "method_version": METHOD_VERSION,
        "request": to_json(request),
        "entries": [
            {"moa": moa, "training": to_json(training), "reason": reasons.get(moa, "")}
            for moa, training in entries.items()
        ],
    }
    new = folder / f".{MANIFEST}-{uuid.uuid4().hex}"
    new.write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    new.replace(folder / MANIFEST)


def load(cache: Cache, library_id: str) -> Library:
    """A library with its trained models. Raises NotFoundError or DataError."""
    plan = read_plan(cache.existing_library(library_id))
    trained = set(cache.model_ids())
    entries = (
        replace(entry, summary=_summary(cache, entry)) if entry.model_id in trained else entry
        for entry in plan.entries
    )
    return replace(plan, entries=tuple(entries))


def of_compendium(cache: Cache, compendium: Compendium) -> list[Library]:
    """Readable libraries of a compendium of this name, the best first.

    Stale ones are last, before them those of targets alone, and those of more used models first.
    """
    found = []
    for library_id in cache.library_ids():
        with suppress(DataError):
            found.append(load(cache, library_id))
    of_it = [each for each in found if each.request.compendium == compendium.name]
    return sorted(
        of_it,
        key=lambda each: (
            bool(each.why_stale(compendium.fingerprint)), each.noun is TARGET, -len(each.asked)
        ),
    )  # fmt: skip


def chosen(cache: Cache, compendium: Compendium, library_id: str = "") -> Library:
    """The library of this id, or the best that is not stale.

    Raises NotFoundError, RequestError if it is of another compendium or stale, or DataError.
    """
    if library_id:
        asked = load(cache, library_id)
        if asked.request.compendium != compendium.name:
            raise RequestError(
                f"The library '{library_id}' is of the compendium '{asked.request.compendium}', "
                f"not of '{compendium.name}'. Choose a library of this compendium."
            )
    else:
        libraries = of_compendium(cache, compendium)
        if not libraries:
            raise NotFoundError(
                f"There is no library of models for '{compendium.name}' yet. Build one first."
            )
        asked = libraries[0]
    if stale := asked.why_stale(compendium.fingerprint):
        raise RequestError(stale)
    return asked


def is_complete(cache: Cache, library_id: str) -> bool:
    """Whether every MOA has its model, or a reason for having none."""
    try:
        entries = load(cache, library_id).entries
    except (RequestError, DataError):
        return False
    return not any(entry.open for entry in entries)


def _row(entry: Entry) -> dict[str, object]:
    summary = entry.summary
    metrics = summary.metrics if summary else None
    low, high = metrics.interval if metrics else (np.nan, np.nan)
    return {
        "moa": entry.moa,
        "n_drugs": summary.n_positive_compounds if summary else len(entry.training.drug_set.drugs),
        "n_signatures": summary.n_positive_signatures if summary else np.nan,
        "mean_auroc": metrics.mean_auroc if metrics else np.nan,
        "low": low,
        "high": high,
        "chance": summary.verdict.chance.p if summary else np.nan,
        "average_precision": metrics.average_precision if metrics else np.nan,
        "base_rate": metrics.base_rate if metrics else np.nan,
        "verdict": entry.verdict,
        "asked": entry.asked,
        "seconds": summary.seconds if summary else np.nan,
        "model_id": entry.model_id,
    }


def read_plan(folder: Path) -> Library:
    """The plan of a library, without its trained models. Raises DataError."""
    try:
        return _parsed(folder.name, json.loads((folder / MANIFEST).read_text("utf-8")))
    except (
        OSError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        RecursionError,
        DataError,
        RequestError,
    ) as error:
        raise DataError(
            f"The library '{folder.name}' cannot be read ({in_words(error)}). Delete it and build "
            "it again; finished models are kept."
        ) from error


def _parsed(library_id: str, manifest: Mapping[str, Any]) -> Library:
    if manifest["format_version"] != FORMAT_VERSION:
        raise DataError(f"format {manifest['format_version']}, this GPAR reads {FORMAT_VERSION}")
    request = from_json(manifest["request"])
    if not isinstance(request, LibraryRequest):
        raise DataError("its request is of the wrong kind")
    entries = tuple(
        Entry(each["moa"], _training(each["training"]), each["reason"])
        for each in manifest["entries"]
    )
    return Library(library_id, request, int(manifest["method_version"]), entries)


def _training(text: str) -> TrainRequest:
    request = from_json(text)
    if not isinstance(request, TrainRequest):
        raise DataError("one of its training requests is of the wrong kind")
    return request


def _summary(cache: Cache, entry: Entry) -> ModelSummary | None:
    try:
        return model.load_summary(cache.existing_model(entry.model_id))
    except (RequestError, DataError):  # deleted or damaged: will be trained again
        return None
