"""A map of signatures on screen: its colors, the drugs of a model, and the map."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from gpar_core import fields
from gpar_core.analyses.map.groups import closest_moas
from gpar_core.analyses.map.packing import Packed, beside, from_tables, pack_scores
from gpar_core.analyses.map.request import MapRequest
from gpar_core.analyses.result import Analysis
from gpar_core.analyses.training.result import Model, ModelSummary
from gpar_core.charts.style import CATEGORIES
from gpar_core.data.class_names import gene_of
from gpar_core.data.compendium import Compendium
from gpar_core.errors import DataError
from gpar_core.export import download_name
from pages._map.chosen import show_chosen
from pages._map.downloads import download_map
from pages._map.trust import laid_out, learned, trust
from pages._shared.error_box import error_box
from pages._shared.loaders import load_compendium, load_model, load_summaries
from pages._shared.model_names import names_of
from pages._shared.point_map.component import Group, chosen_on, point_map
from pages._shared.state import Key, cache, from_url, public_compendia

BY_MOA = "MOA"
BY_MODEL = "Model score"
BY_TARGET = "Target"
NO_COLOR = "Nothing"
COLORS = {
    BY_MOA: "moa",
    BY_TARGET: "target",
    "Cell line": "cell",
    "Dose": "dose",
    "Time": "time",
    "TAS": "tas",
    BY_MODEL: "score",
    NO_COLOR: "none",
}


def draw(done: Analysis) -> None:
    """Show the map, its quality, and the selection on it. Raises GparError."""
    compendium, points = _compendium_of(done), _points_of(done)
    if about := laid_out(done.request):
        st.caption(about)
    color, only, model = _choose_colors(compendium)
    scores = None
    if model and color == BY_MODEL:  # scores are many bytes: only if they are shown
        scores = _scores((points.digest, model.summary.model_id), model, points, compendium)
    key = _key(done)
    chosen = chosen_on(key, points, at_first=from_url(Key.DRUG).casefold())
    _into_url(Key.DRUG, chosen.drug)
    groups = _groups(model) if model else ()
    _show(done, points, groups, color, key=key, only=only, scores=scores, drug=chosen.drug)
    st.caption(trust(done))
    if said := learned(done):
        st.caption(said)
    download_map(compendium, done)
    show_chosen(chosen, points, compendium, done, model)


def draw_to_find_drugs(done: Analysis) -> str:
    """Show the map, the MOAs that stand out in color; return the chosen drug, '' if there is none.

    Raises GparError.
    """
    compendium, points, key = _compendium_of(done), _points_of(done), _key(done)
    chosen = chosen_on(key, points)
    closest = _closest((str(cache().root), *done.identity), done, compendium)
    _show(done, points, (), BY_MOA, key=key, only=closest, drug=chosen.drug)
    return chosen.drug


def draw_with_drugs_of(model: Model, done: Analysis) -> None:
    """Show the map with the drugs of a model in color, without settings. Raises GparError."""
    compendium, points = _compendium_of(done), _points_of(done)
    key = _key(done)
    chosen = chosen_on(key, points)
    _show(done, points, _groups(model), NO_COLOR, key=key, drug=chosen.drug)
    st.caption(trust(done))
    show_chosen(chosen, points, compendium, done, model)


def draw_beside_list(model: Model, done: Analysis, listed: Sequence[tuple[str, str]]) -> None:
    """Show the map with the drugs of a model in color, linked to a list. Raises GparError.

    listed: as in `point_map`.
    """
    label = model.summary.label
    name = download_name("figure", label, simulated=done.simulated, ending="")
    point_map(
        _points_of(done),
        key=f"{_key(done)}-figure",
        public=_public(done),
        title=f"{label} · {done.request.title}",
        file=name.removesuffix("."),
        simulated=done.simulated,
        groups=_groups(model),
        listed=listed,
    )
    st.caption(trust(done))


def draw_with_drug(name: str, done: Analysis) -> None:
    """Show the map with the signatures of one drug in color, without settings. Raises GparError."""
    compendium, points = _compendium_of(done), _points_of(done)
    drug = name.casefold()
    if drug not in points.drugs:
        st.info("This map shows only part of the compendium, and none of the drug's signatures.")
        return
    key = f"{_key(done)}-{drug}"
    chosen = chosen_on(key, points)
    only_it = (Group(name, "red", (drug,)),)
    _show(done, points, only_it, NO_COLOR, key=key, drug=chosen.drug)
    st.caption(trust(done))
    if chosen.drug not in {"", drug} or len(chosen.inside):
        show_chosen(chosen, points, compendium, done, None)


def draw_with_scores(
    source: tuple[str, ...],
    scores: np.ndarray,
    name: str,
    done: Analysis,
    groups: tuple[Group, ...] = (),
    kind: str = fields.COMPOUND_PERT_TYPE,
) -> None:
    """Show the map colored by scores of signatures, without settings. Raises GparError.

    source: everything that the scores depend on. scores: (n_signatures,) of one kind of
    perturbagen, 0 in the middle of the colors. name: on screen.
    """
    compendium, points = _compendium_of(done), _points_of(done)
    key = f"{_key(done)}-{source[0]}"
    chosen = chosen_on(key, points)
    of = compendium.of_kinds([kind])
    packed = _signed((points.digest, *source), scores, name, points, of, compendium)
    _show(done, points, groups, BY_MODEL, name, key=key, scores=packed, drug=chosen.drug)
    st.caption(trust(done))
    show_chosen(chosen, points, compendium, done, None)


def _show(
    done: Analysis,
    points: Packed,
    groups: tuple[Group, ...],
    color: str,
    label: str = "",
    *,
    key: str,
    only: Sequence[str] = (),
    scores: Packed | None = None,
    drug: str,
) -> None:
    name = download_name("map", done.request.title, simulated=done.simulated, ending="")
    point_map(
        points,
        key=key,
        public=_public(done),
        title=done.request.title,
        file=name.removesuffix("."),
        simulated=done.simulated,
        color=COLORS[color],
        color_label=label or color,
        only=only,
        scores=scores,
        groups=groups,
        drug=drug,
    )


def _key(done: Analysis) -> str:
    return f"map-{done.analysis_id}"


def _compendium_of(done: Analysis) -> Compendium:
    compendium = load_compendium(done.compendium)
    if compendium.fingerprint != done.request.fingerprint:
        raise DataError(
            f"The compendium '{done.compendium}' has changed since this map was built. Build "
            "a new map."
        )
    if isinstance(done.request, MapRequest):
        return compendium.of_kinds(done.request.perturbagens)
    return compendium


def _points_of(done: Analysis) -> Packed:
    return _points((str(cache().root), done.analysis_id, done.created_at), done)


def _public(done: Analysis) -> bool:
    """Whether points may be public; those in a hidden layer reveal a model that may be private."""
    open_to_all = done.simulated or done.compendium in public_compendia()
    return open_to_all and not done.request.model


def _choose_colors(compendium: Compendium) -> tuple[str, list[str], Model | None]:
    """Choose the coloring, names that get a color (none for the most frequent), and a model."""
    left, middle, right = st.columns(3)
    others = _other_kinds(compendium)
    absent = {
        BY_MOA: compendium.moas.empty and not others,
        BY_TARGET: compendium.targets.empty,
    }
    known = [name for name in COLORS if not absent.get(name)]
    with middle:
        model = _choose_model(compendium, otherwise=known[0])
    if model is None:
        known.remove(BY_MODEL)
    with left:
        color = st.selectbox(
            "Color by",
            known,
            index=known.index(NO_COLOR) if model else 0,
            key="colour",  # part of URLs
            bind="query-params",
        )
    names = {
        BY_MOA: [*compendium.moas["moa"], *others],
        BY_TARGET: [gene_of(name) for name in compendium.targets["moa"]],
        "Cell line": compendium.cell_lines,
    }.get(color)
    only = []
    if names:
        with right:
            only = st.multiselect(
                "In color",
                names,
                max_selections=len(CATEGORIES),
                placeholder=f"The {len(CATEGORIES)} most frequent",
                key=f"map-only-{color}",
                persist_state="session",
            )
    return color, only, model


def _other_kinds(compendium: Compendium) -> list[str]:
    """Kinds of perturbagens that stand for the MOA of their points."""
    others = [kind for kind in compendium.kinds if kind != fields.COMPOUND_PERT_TYPE]
    return [fields.PERT_TYPES[kind] for kind in others]


def _choose_model(compendium: Compendium, *, otherwise: str) -> Model | None:
    """The chosen model. otherwise: the coloring once there is none."""
    summaries = {
        each.model_id: each
        for each in load_summaries()[0]
        if each.fingerprint == compendium.fingerprint
    }
    wanted = from_url(Key.MODEL)
    ids, names = list(summaries), names_of(summaries.values())
    chosen = st.selectbox(
        "Drugs of a model",
        ids,
        index=ids.index(wanted) if wanted in summaries else None,
        format_func=lambda model_id: _named(summaries[model_id], names[model_id]),
        placeholder="No model" if ids else "This compendium has no models yet",
        disabled=not ids,
        help="Shows the training drugs in red and the top-ranked drugs in yellow. Color by model "
        "score to see the score of every signature.",
        key="map-model",
        on_change=_only_its_drugs,
        args=(otherwise,),
    )
    if wanted and wanted not in summaries:
        st.caption("The linked model was deleted or is not from this compendium.")
    else:
        _into_url(Key.MODEL, chosen or "")
    return load_model(chosen) if chosen else None


@error_box()
def _only_its_drugs(otherwise: str) -> None:
    """Turn colors off when a model is chosen, so that its drugs stand out; else back on."""
    st.session_state["colour"] = NO_COLOR if st.session_state["map-model"] else otherwise


def _named(summary: ModelSummary, name: str) -> str:
    return f"{name} · {summary.preset} · {summary.metrics.mean_auroc:.3f}"


def _groups(model: Model) -> tuple[Group, ...]:
    """Predicted drugs, then those of the training set, which are drawn over them."""
    top = model.map.loc[model.map["role"] == "predicted", fields.DRUG]
    predicted = tuple(top.drop_duplicates())
    return (
        Group(f"Predicted (top {len(predicted)})", "yellow", predicted),
        Group("Training drugs", "red", model.summary.drugs),
    )


def _into_url(key: Key, value: str) -> None:
    if value and value != from_url(key):
        st.query_params[key] = value
    elif not value and key in st.query_params:
        del st.query_params[key]


@st.cache_resource(max_entries=8, show_spinner=False)
def _points(made: tuple[str, str, str], _done: Analysis) -> Packed:
    return from_tables(_done.tables)


@st.cache_resource(max_entries=8, show_spinner=False)
def _closest(made: tuple[str, str, str], _done: Analysis, _compendium: Compendium) -> list[str]:
    return closest_moas(_done.tables["points"], _compendium, len(CATEGORIES))


@st.cache_resource(max_entries=8, show_spinner=False)
def _scores(made: tuple[str, str], _model: Model, _points: Packed, _shown: Compendium) -> Packed:
    of = load_compendium(_shown.name)
    return pack_scores(beside(_model.scores, of, _shown), _points)


@st.cache_resource(max_entries=8, show_spinner=False)
def _signed(
    source: tuple[str, ...],
    _scores: np.ndarray,
    name: str,
    _points: Packed,
    _of: Compendium,
    _shown: Compendium,
) -> Packed:
    return pack_scores(beside(_scores, _of, _shown), _points, name=name, signed=True)
