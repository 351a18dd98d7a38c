"""Load the content of the cache, once per server. All sessions share it: never change it."""

import time
from collections.abc import Collection, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import pandas as pd
import streamlit as st

from gpar_core import fields
from gpar_core.analyses import result as analyses
from gpar_core.analyses.library import result as libraries
from gpar_core.analyses.library.result import Library
from gpar_core.analyses.moa_prediction import result as predictions
from gpar_core.analyses.moa_prediction.result import Prediction
from gpar_core.analyses.result import Analysis
from gpar_core.analyses.training import result as models
from gpar_core.analyses.training.result import Model, ModelSummary
from gpar_core.data import compendium as compendia
from gpar_core.data import selecting
from gpar_core.data.compendium import Compendium
from gpar_core.data.quality import QualityFilter
from gpar_core.errors import DataError, NotFoundError
from gpar_core.processes import give_back_memory
from gpar_core.rank.by_line import by_cell_line
from gpar_core.storage.access import USE_SECONDS
from gpar_core.storage.cache import MANIFEST, Cache, last_change
from gpar_core.storage.requests import Request
from gpar_core.upkeep import titles
from gpar_core.upkeep.pruning import Item
from pages._shared.state import cache

Loaded = TypeVar("Loaded")


def load_compendium(name: str) -> Compendium:
    """A compendium by name. Raises NotFoundError or DataError."""
    folder = cache().existing_compendium(name)
    return _compendium(str(cache().root), name, compendia.read_manifest(folder)["fingerprint"])


def load_model(model_id: str) -> Model:
    """A model by id, with what is drawn of its training set. Raises NotFoundError or DataError."""
    folder = cache().existing_model(model_id)
    note_use(model_id)
    return _model(str(cache().root), model_id, last_change(folder))


def load_signatures(
    model: Model, drugs: Collection[str], columns: Sequence[str] | None = None
) -> pd.DataFrame:
    """The ranked signatures of some drugs. Raises NotFoundError or DataError."""
    return models.load_signatures(cache().existing_model(model.summary.model_id), drugs, columns)


def load_lines(model: Model, drugs: Collection[str]) -> pd.DataFrame:
    """Where some ranked drugs rank in each cell line, as `by_line.by_cell_line` returns it.

    Raises NotFoundError or DataError.
    """
    columns = [fields.DRUG, fields.CELL_ID, "rank"]
    return by_cell_line(load_signatures(model, drugs, columns), model.n_ranked)


def load_held_out(model_id: str) -> pd.DataFrame:
    """The training set of a model with its held-out scores. Raises NotFoundError or DataError."""
    return models.load_held_out(cache().existing_model(model_id))


def load_ranking(model_id: str) -> pd.DataFrame:
    """The ranked compounds of a model. Raises NotFoundError or DataError."""
    return models.load_ranking(cache().existing_model(model_id))


def load_summaries() -> tuple[list[ModelSummary], list[str]]:
    """All readable models, the newest first, and the ids of those that are damaged."""
    found, damaged = [], []
    view = cache()
    root = str(view.root)
    for model_id in view.model_ids():
        try:
            found.append(_summary(root, model_id, last_change(view.models / model_id)))
        except NotFoundError:  # deleted since it was listed
            continue
        except DataError:
            damaged.append(model_id)
    return sorted(found, key=lambda summary: summary.created_at, reverse=True), damaged


def load_library(library_id: str) -> Library:
    """A library with the models trained so far. Raises NotFoundError or DataError."""
    cache().existing_library(library_id)
    note_use(library_id)
    return _library(str(cache().root), library_id, _last_change())


def load_libraries(compendium: Compendium) -> list[Library]:
    """Readable libraries of a compendium, the best first and outdated ones last."""
    of = (compendium.name, compendium.fingerprint)
    found = _libraries(str(cache().root), of, _last_change(), compendium)
    seen = set(cache().library_ids())
    return [each for each in found if each.library_id in seen]


def load_prediction(job_id: str) -> Prediction:
    """A prediction for uploaded profiles. Raises NotFoundError, RequestError or DataError."""
    cache().existing_prediction(job_id)
    note_use(job_id)
    return _prediction(str(cache().root), job_id)


def predict(library: Library, compendium: Compendium, compound: str) -> Prediction:
    """Predict the MOAs of a compound. Raises NotFoundError, RequestError or DataError."""
    note_use(library.library_id)
    asked = (library.library_id, compendium.fingerprint, compound)
    return _of_compound(str(cache().root), asked, _last_change(), library, compendium)


def load_counts(compendium: Compendium, quality: QualityFilter) -> pd.DataFrame:
    """How much of a compendium each criterion of a filter keeps, as `selecting.counts`."""
    return _counts(compendium.fingerprint, quality, compendium)


def load_kept_of_other_kinds(compendium: Compendium, quality: QualityFilter) -> pd.DataFrame:
    """What a filter keeps of perturbagens other than compounds, as `selecting` counts it."""
    return _kept_of_other_kinds(compendium.fingerprint, quality, compendium)


def load_times(compendium: Compendium) -> list[float]:
    """Times of the signatures of a compendium in hours."""
    return _times(compendium.fingerprint, compendium)


def load_analysis(job_id: str) -> Analysis:
    """An analysis by the id of its job. Raises NotFoundError or DataError."""
    folder = cache().existing_analysis(job_id)
    note_use(job_id)
    return _analysis(str(cache().root), job_id, last_change(folder))


def load_analyses(kind: type[Request], compendium: str) -> list[Analysis]:
    """Readable analyses of a kind and a compendium, the newest first, without their tables."""
    found = []
    view = cache()
    root = str(view.root)
    for job_id in view.analysis_ids():
        with suppress(NotFoundError, DataError):
            found.append(_heading(root, job_id, last_change(view.analyses / job_id)))
    of_it = [
        each for each in found if isinstance(each.request, kind) and each.compendium == compendium
    ]
    return sorted(of_it, key=lambda each: each.created_at, reverse=True)


def load_title(item: Item) -> str:
    """Title of an item of the cache, after the name that its owner gave it."""
    try:
        changed = item.folder.stat().st_mtime_ns
    except FileNotFoundError:
        return "Deleted just now"
    title = _title(str(item.folder), item.kind, changed)
    return f"{item.record.name} ({title})" if item.record.name else title


def note_use(thing: str) -> None:
    """Note that an item is used, on every view; it is written at most once in ten minutes."""
    _use(str(cache().root), thing)


def _last_change() -> tuple[int, ...]:
    """A value that changes when a library or a model is added, changed or deleted."""
    server = cache().unrestricted
    manifests = [server.library(library_id) / MANIFEST for library_id in server.library_ids()]
    changes = []
    for path in (server.models, *manifests):
        with suppress(FileNotFoundError):
            changes.append(path.stat().st_mtime_ns)
    return tuple(changes)


def _server(root: str) -> Cache:
    """The cache that all sessions share; callers must have checked access."""
    return Cache(Path(root))


@st.cache_resource(max_entries=5000, ttl=USE_SECONDS, show_spinner=False)
def _use(root: str, thing: str) -> None:
    _server(root).access.touch(thing, time.time())


# Called hundreds of times per click: Streamlit's cache takes 0.1 ms for each.
@lru_cache(maxsize=5000)
def _title(folder: str, kind: str, changed: int) -> str:
    return titles.title(kind, Path(folder))


@st.cache_resource(max_entries=4, show_spinner=False)
def _compendium(root: str, name: str, fingerprint: str) -> Compendium:
    return _kept(compendia.load(_server(root).existing_compendium(name)))


@st.cache_resource(max_entries=256, show_spinner=False)
def _counts(fingerprint: str, quality: QualityFilter, _data: Compendium) -> pd.DataFrame:
    return selecting.counts(_data.signatures, _data.compounds, quality)


@st.cache_resource(max_entries=16, show_spinner=False)
def _kept_of_other_kinds(
    fingerprint: str, quality: QualityFilter, _data: Compendium
) -> pd.DataFrame:
    return selecting.kept_of_other_kinds(_data, quality)


@st.cache_resource(max_entries=16, show_spinner=False)
def _times(fingerprint: str, _data: Compendium) -> list[float]:
    return selecting.times_of(_data.signatures)


@st.cache_resource(max_entries=8, show_spinner=False)
def _model(root: str, model_id: str, changed: int) -> Model:
    folder = _server(root).existing_model(model_id)
    return _kept(models.load(folder, held_out=models.DRAWN))


def _kept(loaded: Loaded) -> Loaded:
    """What was loaded; what only its loading took is given back."""
    give_back_memory()
    return loaded


@lru_cache(maxsize=5000)
def _summary(root: str, model_id: str, changed: int) -> ModelSummary:
    return models.load_summary(_server(root).existing_model(model_id))


@st.cache_resource(max_entries=16, show_spinner=False)
def _library(root: str, library_id: str, changed: tuple[int, ...]) -> Library:
    return libraries.load(_server(root), library_id)


@st.cache_resource(max_entries=16, show_spinner=False)
def _libraries(
    root: str, of: tuple[str, str], changed: tuple[int, ...], _data: Compendium
) -> list[Library]:
    return libraries.of_compendium(_server(root), _data)


@st.cache_resource(max_entries=16, show_spinner=False)
def _analysis(root: str, job_id: str, changed: int) -> Analysis:
    return analyses.load(_server(root).existing_analysis(job_id))


@lru_cache(maxsize=5000)
def _heading(root: str, job_id: str, changed: int) -> Analysis:
    return analyses.load(_server(root).existing_analysis(job_id), tables=False)


@st.cache_resource(max_entries=64, show_spinner=False)
def _prediction(root: str, job_id: str) -> Prediction:
    return predictions.load(_server(root).prediction(job_id))


@st.cache_resource(max_entries=64, show_spinner=False)
def _of_compound(
    root: str,
    asked: tuple[str, str, str],
    changed: tuple[int, ...],
    _models: Library,
    _data: Compendium,
) -> Prediction:
    return predictions.of_compound(_server(root), _models, _data, asked[-1])
