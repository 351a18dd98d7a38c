"""Compendia and models, loaded once per server and shared by all sessions: never change them."""

import streamlit as st

from gpar_core import model as models
from gpar_core.cache import MANIFEST
from gpar_core.data import compendium as compendia
from gpar_core.data.compendium import Compendium
from gpar_core.errors import DataError
from gpar_core.model import Model, ModelSummary
from pages._shared.state import cache


def load_compendium(name: str) -> Compendium:
    """A compendium by name. Raises NotFoundError or DataError."""
    folder = cache().existing_compendium(name)
    return _compendium(str(cache().root), name, compendia.read_manifest(folder)["fingerprint"])


def load_model(model_id: str) -> Model:
    """A model by id. Raises NotFoundError or DataError."""
    folder = cache().existing_model(model_id)
    return _model(str(cache().root), model_id, (folder / MANIFEST).stat().st_mtime_ns)


def load_summaries() -> tuple[list[ModelSummary], list[str]]:
    """All readable models, the newest first, and the ids of those that are damaged."""
    found, damaged = [], []
    for model_id in cache().model_ids():
        changed = (cache().model(model_id) / MANIFEST).stat().st_mtime_ns
        try:
            found.append(_summary(str(cache().root), model_id, changed))
        except DataError:
            damaged.append(model_id)
    return sorted(found, key=lambda summary: summary.created_at, reverse=True), damaged


@st.cache_resource(max_entries=4, show_spinner=False)
def _compendium(root: str, name: str, fingerprint: str) -> Compendium:
    return compendia.load(cache().existing_compendium(name))


@st.cache_resource(max_entries=16, show_spinner=False)
def _model(root: str, model_id: str, changed: int) -> Model:
    return models.load(cache().existing_model(model_id))


@st.cache_resource(max_entries=2000, show_spinner=False)
def _summary(root: str, model_id: str, changed: int) -> ModelSummary:
    return models.load_summary(cache().existing_model(model_id))
