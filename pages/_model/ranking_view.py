"""The ranked drugs of a model: filters, list, download, and a panel about one compound."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

import pandas as pd
import streamlit as st

from gpar_core import fields
from gpar_core.analyses.training.result import Model
from gpar_core.errors import GparError
from gpar_core.export import BY_LINE, ranking_table
from gpar_core.rank.ranking import MAX_P, MIN_SIGNATURES, order_by
from pages._model.compound_panel import show_compound
from pages._model.ranked.columns import choose_columns
from pages._model.ranked.component import n_shown_in, opened_in, ranked_list
from pages._model.ranked.rows import list_of
from pages._model.ranking_filters import (
    Filters,
    Relaxation,
    masks,
    passing,
    relaxations,
    usual_minimum,
)
from pages._shared.downloads import Command, File, download_table
from pages._shared.error_box import error_box, plain
from pages._shared.loaders import load_compendium, load_lines
from pages._shared.signature_files import signature_files
from pages._shared.structures import choose_similarity, load_structures

FILTER_KEYS = {"min_signatures": "k", "max_p": "p", "find": "find", "similarity": "similarity"}
"""Prefixes of session keys, before the id of the model."""

ORDER_NAMES = {
    "score": "Score",
    "es": "ES (paper)",
    "nes": "Normalized ES",
    "p": "Exact p",
}
LIST_AND_PANEL = [1.5, 1.0]


def show_ranking(model: Model) -> None:
    """Show filters and list; a click on a row opens a panel about the compound beside it."""
    structures = load_structures(model.summary)
    filters, order = _choose_rows(model)
    similarity, more, save = st.columns([2.2, 1.5, 1.3], vertical_alignment="bottom")
    draws = False
    if structures is not None:
        with similarity:
            draws, limit = choose_similarity(structures, model.summary.model_id)
        filters = replace(filters, similarity=limit)
    ranking = _ordered((*model.summary.identity, order), model, structures)
    with more:
        chosen = choose_columns(ranking)
    let_pass = masks(ranking, filters, structures)
    shown = passing(ranking, let_pass)
    if shown.empty:
        st.caption(plain(_explained(model, len(shown), filters)))
        _nothing_passes(model, filters, relaxations(ranking, filters, let_pass))
        return
    with save:
        _download(shown, model, structures)
    asked = (*model.summary.identity, str(filters), order, ",".join(chosen), draws)
    _list_and_panel(asked, shown, chosen, model, structures)
    st.caption(plain(_explained(model, len(shown), filters)))


def _download(shown: pd.DataFrame, model: Model, structures: pd.DataFrame | None) -> None:
    summary = model.summary
    download_table(
        "Download ranked list",
        shown,
        lambda rows: ranking_table(_with_lines(rows, model), summary, structures),
        "ranking",
        summary.label,
        simulated=summary.simulated,
        more=_signatures_of(model),
    )


def _signatures_of(model: Model) -> list[File | Command]:
    """The signatures of all ranked drugs, while the compendium is the one of the training."""
    summary = model.summary
    with suppress(GparError):  # it may be gone
        if load_compendium(summary.compendium).fingerprint == summary.fingerprint:
            return signature_files(summary.model_id, model.n_ranked)
    return []


def _choose_rows(model: Model) -> tuple[Filters, str]:
    """Choose which compounds to list, and their order, a key of `ORDER_NAMES`."""
    find, sort, signatures, p_limit = st.columns([1.8, 1.2, 1, 1])
    key = model.summary.model_id
    usual = usual_minimum(model.ranking)
    what = "Drug, MOA or target" if fields.TARGET in model.ranking else "Drug or MOA"
    wanted = find.text_input("Find", key=f"find-{key}", placeholder=what)
    order = sort.selectbox(
        "Sort by", list(ORDER_NAMES), format_func=ORDER_NAMES.get, key=f"order-{key}"
    )
    # The first values are given here and not in the session: a browser that is still loading the
    # widget takes what the next run sends, which is this and not the session's.
    min_signatures = signatures.number_input(
        "Minimum signatures", 1, 10_000, value=usual, key=f"k-{key}"
    )
    max_p = p_limit.number_input(
        "p below",
        0.0,
        1.01,
        value=MAX_P,
        step=0.01,
        key=f"p-{key}",
        help="Permutation p; 1.01 shows all",
    )
    if usual < MIN_SIGNATURES:
        st.caption(
            f"No ranked compound has {MIN_SIGNATURES} signatures, the paper's minimum; the "
            f"maximum is {model.ranking['k'].max()}. Therefore, the minimum is set to {usual}."
        )
    return Filters(min_signatures, max_p, wanted), order


def _list_and_panel(
    asked: tuple[str | bool, ...],
    shown: pd.DataFrame,
    chosen: list[str],
    model: Model,
    structures: pd.DataFrame | None,
) -> None:
    """Show the list and, where one is open, the compound beside it."""
    key = f"ranked-{'-'.join(model.summary.identity)}"
    closed = f"{key}-closed"
    drug, at = opened_in(key)
    compound = shown[shown[fields.DRUG] == drug]
    opened = not compound.empty and st.session_state.get(closed) != at
    # The same columns with and without the panel: elsewhere the list would start over.
    left, right = st.columns(LIST_AND_PANEL if opened else [1, 0.001])
    with left:
        n_shown = n_shown_in(key)
        rows = _rows((*asked, n_shown), shown, chosen, model, structures)
        ranked_list(rows, key=key)
    if opened:
        with right, st.container(border=True, key="opened-compound"), error_box():
            name, close = st.columns([2, 1], vertical_alignment="center")
            name.header(plain(compound[fields.PERT_INAME].iloc[0]), anchor=False)
            close.button(
                "Close", key=f"close-{key}", on_click=_close, args=(closed, at), width="stretch"
            )
            show_compound(model, compound.iloc[0], structures)


@error_box()
def _close(key: str, at: int) -> None:
    st.session_state[key] = at


@st.cache_resource(max_entries=8, show_spinner=False)
def _ordered(
    asked: tuple[str, str, str], _model: Model, _structures: pd.DataFrame | None
) -> pd.DataFrame:
    """The ranking in an order, with the similarity to training drugs where it is known."""
    *_, order = asked
    ranking = order_by(_model.ranking, order)
    if _structures is None:
        return ranking
    beside = _structures.set_index(fields.PERT_ID)[["similarity", "nearest_drug"]]
    return ranking.join(beside, on=fields.PERT_ID)


def _with_lines(shown: pd.DataFrame, model: Model) -> pd.DataFrame:
    """The ranking with the percentile in each cell line, as text."""
    lines = load_lines(model, shown[fields.DRUG])
    said = lines[fields.CELL_ID] + lines["percentile"].map(" {:.3f}".format)
    of_drugs = said.groupby(lines[fields.DRUG]).agg(fields.MOA_SEPARATOR.join)
    return shown.assign(**{BY_LINE: shown[fields.DRUG].map(of_drugs)})


@st.cache_resource(max_entries=32, show_spinner=False)
def _rows(
    asked: tuple[str | bool | int, ...],
    _shown: pd.DataFrame,
    _chosen: list[str],
    _model: Model,
    _structures: pd.DataFrame | None,
) -> Mapping[str, object]:
    *_, order, _, draws, n_shown = asked
    smiles = None
    if draws and _structures is not None:
        smiles = _structures.set_index(fields.PERT_ID)[fields.SMILES]
    first = _shown.head(int(n_shown))
    return list_of(
        first,
        load_lines(_model, first[fields.DRUG]),
        _model,
        smiles=smiles,
        chosen=_chosen,
        n_passing=len(_shown),
        order=str(order),
    )


def _explained(model: Model, n_passing: int, filters: Filters) -> str:
    summary, n_compounds = model.summary, len(model.ranking)
    left_out = "the training drugs are not ranked"
    if summary.negatives == "inactive":
        left_out = f"the training set ({summary.n_positive_compounds} positive and "
        left_out += f"{summary.n_negative_compounds:,} negative compounds) is not ranked"
    return (
        f"{n_passing:,} of {n_compounds:,} ranked compounds pass (filters: {filters or 'none'}); "
        f"{left_out}. Click a row, or walk with j and k and press Enter, to see a compound. ES is "
        "not comparable between compounds with different numbers of signatures; sort by exact p "
        "instead. The p-values assume that a compound's signatures are independent, so they are "
        f"optimistic. FDR is over all {n_compounds:,} compounds. Each bar is a cell line, in "
        "alphabetical order: the mean percentile of the compound's signatures, gray below the "
        "middle."
    )


def _nothing_passes(model: Model, filters: Filters, ways: list[Relaxation]) -> None:
    """Explain why the list is empty, with a button for each way to relax the filters."""
    said = ["No compound passes the filters.", *(way.why for way in ways)]
    wanted = filters.find.strip().casefold()
    trained = [name for name in model.summary.drugs if wanted and wanted in name.casefold()]
    if trained:
        said.append(f"Training drugs are not ranked: {', '.join(trained[:5])}.")
    st.warning(plain(" ".join(said)))
    for way in ways:
        st.button(plain(way.label), on_click=_relax, args=(model.summary.model_id, way.changes))


@error_box()
def _relax(model_id: str, changes: Mapping[str, object]) -> None:
    for name, value in changes.items():
        st.session_state[f"{FILTER_KEYS[name]}-{model_id}"] = value
