"""The ranked drugs of a model: filters, table, download, and one compound's signatures."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from gpar_core import fields, links
from gpar_core.analyses.training.charts.ranks import rank_strip
from gpar_core.analyses.training.result import Model
from gpar_core.data.selecting import shown_unit
from gpar_core.export import file_name, ranking_csv
from gpar_core.rank.ranking import MAX_P, MIN_SIGNATURES, order_by
from pages._model.ranking_filters import (
    Filters,
    Relaxation,
    masks,
    passing,
    relaxations,
    usual_minimum,
)
from pages._shared.cached_charts import drawn_once, show_chart
from pages._shared.class_choice import known
from pages._shared.error_box import error_box, plain
from pages._shared.state import go
from pages._shared.structures import (
    ROW_HEIGHT,
    TABLE_HEIGHT,
    choose_similarity,
    load_structures,
    structure_columns,
    with_structures,
)
from pages._shared.tables import ABOUT_COLUMN, SELECTION, about, chosen_row, savable
from pages._shared.terms import explained

FILTER_KEYS = {"min_signatures": "k", "max_p": "p", "find": "find", "similarity": "similarity"}
"""Prefixes of session keys, before the id of the model."""

ORDER_NAMES = {
    "score": "Score of the compound",
    "es": "Enrichment score (paper)",
    "nes": "Normalized ES",
    "p": "Exact p",
}


def show_ranking(model: Model) -> None:
    """Show filters and table; a click on a row shows the compound's signatures."""
    signatures, p_limit, order_choice, search = st.columns([1, 1, 1.4, 1.6])
    key = model.summary.model_id
    usual = usual_minimum(model.ranking)
    st.session_state.setdefault(f"k-{key}", usual)
    st.session_state.setdefault(f"p-{key}", MAX_P)
    min_signatures = signatures.number_input("Minimum signatures", 1, 10_000, key=f"k-{key}")
    max_p = p_limit.number_input(
        "p below", 0.0, 1.01, step=0.01, key=f"p-{key}", help="Permutation p; 1.01 shows all"
    )
    order = order_choice.selectbox(
        "Sort by", list(ORDER_NAMES), format_func=ORDER_NAMES.get, key=f"order-{key}"
    )
    what = "Drug, MOA or target" if fields.TARGET in model.ranking else "Drug or MOA"
    wanted = search.text_input("Find", key=f"find-{key}", placeholder=what)
    structures, draws, limit = load_structures(model.summary), False, 1.0
    if structures is not None:
        draws, limit = choose_similarity(structures, key)
    if usual < MIN_SIGNATURES:
        st.caption(
            f"No ranked compound has {MIN_SIGNATURES} signatures, the paper's minimum; the maximum "
            f"is {model.ranking['k'].max()}. Therefore, the minimum is set to {usual}."
        )
    filters = Filters(min_signatures, max_p, wanted, limit)
    ranking = _ordered((*model.summary.identity, order), model)
    let_pass = masks(ranking, filters, structures)
    shown = passing(ranking, let_pass)
    st.caption(plain(_explained(model, len(shown), filters)))
    if shown.empty:
        _nothing_passes(model, filters, relaxations(ranking, filters, let_pass))
        return
    asked = (*model.summary.identity, min_signatures, max_p, order, wanted, draws, limit)
    selection = st.dataframe(
        _on_screen(asked, shown, model, structures),
        hide_index=True,
        on_select="rerun",
        selection_mode=SELECTION,
        key="-".join(("ranking", *map(str, asked))),
        column_config=_columns() | structure_columns(),
        placeholder="—",
        row_height=ROW_HEIGHT if draws else None,
        height=min(TABLE_HEIGHT, 36 + len(shown) * ROW_HEIGHT) if draws else "auto",
    )
    st.download_button(
        "Download ranked list (CSV)",
        lambda: ranking_csv(shown, model.summary, structures),
        file_name(model.summary, "ranking"),
        "text/csv",
        on_click="ignore",
    )
    row = chosen_row(selection, len(shown))
    if row is None:
        st.caption("Click a row to see where the compound's signatures rank.")
    else:
        _compound(model, shown.iloc[row])


@st.cache_resource(max_entries=64, show_spinner=False)
def _ordered(asked: tuple[str, str, str], _model: Model) -> pd.DataFrame:
    *_, order = asked
    return order_by(_model.ranking, order)


@st.cache_resource(max_entries=16, show_spinner=False)
def _on_screen(
    asked: tuple[str | int | float | bool, ...],
    _shown: pd.DataFrame,
    _model: Model,
    _structures: pd.DataFrame | None,
) -> pd.DataFrame:
    table = _table(_shown, _model)
    if _structures is not None:
        *_, draws, _ = asked
        table = with_structures(table, _shown[fields.PERT_ID], _structures, draw=bool(draws))
    return savable(table, simulated=_model.summary.simulated)


def _explained(model: Model, n_passing: int, filters: Filters) -> str:
    summary, n_ranked = model.summary, len(model.ranking)
    left_out = "the training drugs are not ranked"
    if summary.negatives == "inactive":
        left_out = f"the training set ({summary.n_positive_compounds} positive and "
        left_out += f"{summary.n_negative_compounds:,} negative compounds) is not ranked"
    return (
        f"{n_passing:,} of {n_ranked:,} ranked compounds pass (filters: {filters or 'none'}); "
        f"{left_out}. ES is "
        "not comparable between compounds with different numbers of signatures; sort by exact p "
        "instead. The p-values assume that a compound's signatures are independent, so they are "
        f"optimistic. FDR is over all {n_ranked:,} compounds."
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


def _table(ranking: pd.DataFrame, model: Model) -> pd.DataFrame:
    names, cids = ranking[fields.PERT_INAME], ranking[fields.PUBCHEM_CID]
    table = pd.DataFrame(
        {
            "rank": ranking["rank"],
            "drug": names,
            "about": about(names, model.summary.compendium),
            "score": ranking.get("score", ranking["mean_score"]),
            "k": ranking["k"],
            "es": ranking["es"],
            "fdr": ranking["fdr"],
            **known(ranking),
            "pubchem": [
                links.pubchem(name, cid=cid, inchi_key=inchi)
                for name, cid, inchi in zip(names, cids, ranking[fields.INCHI_KEY], strict=True)
            ],
            "ilincs": list(map(links.ilincs, names, ranking[fields.PERT_ID])),
            "p_exact": ranking["p_exact"],
            "p": ranking["p"],
            "nes": ranking["nes"],
            "n_other_moas": _n_other_moas(ranking),
            "shares_moa": ranking["shares_moa"],
            "scored": ranking["held_out"].map({True: "held-out folds", False: "final model"}),
        }
    )
    empty = ["shares_moa"] if not table["shares_moa"].any() else []
    return table.drop(columns=[*empty, *table.columns[table.isna().all()]])


def _n_other_moas(ranking: pd.DataFrame) -> pd.Series | None:
    """None where the model does not know them."""
    if "also_first_of" not in ranking:
        return None
    found = ranking["also_first_of"]
    return found.str.count(r"\|").add(1).where(found != "", 0)


def _columns() -> dict[str, object]:
    column = st.column_config
    return {
        "rank": column.NumberColumn("#", width=50, help=explained("rank")),
        "drug": column.TextColumn("Drug", width=120),
        "about": ABOUT_COLUMN,
        "score": column.NumberColumn(
            "Score", width=60, format="%.3f", help=explained("compound-score")
        ),
        "k": column.NumberColumn(
            "Signatures", width=75, help="Number of the compound's ranked signatures (k)"
        ),
        "es": column.NumberColumn("ES", width=55, format="%.3f", help="Enrichment score, -1 to 1"),
        "nes": column.NumberColumn("NES", format="%.2f", help=explained("nes")),
        "p": column.NumberColumn("p", format="%.4f", help="From 1,000 permutations"),
        "p_exact": column.NumberColumn(
            "Exact p", width=70, format="%.2g", help=explained("exact-p")
        ),
        "fdr": column.NumberColumn(
            "FDR", width=75, format="%.2g", help="Benjamini-Hochberg on the exact p"
        ),
        "moa": column.TextColumn("Known MOA", width=120, help=explained("moa")),
        "target": column.TextColumn("Target", width=90, help=explained("target")),
        "n_other_moas": column.NumberColumn("Other MOAs", width=75, help=explained("other-moas")),
        "shares_moa": column.CheckboxColumn(
            "Shares MOA", help="Annotated with a MOA, or the target, of the training drugs"
        ),
        "pubchem": column.LinkColumn("PubChem", display_text="PubChem", width=70),
        "ilincs": column.LinkColumn("iLINCS", display_text="iLINCS", width=60),
        "scored": column.TextColumn(
            "Scored by", help="Held-out folds: the compound was a negative in training"
        ),
    }


def _compound(model: Model, compound: pd.Series) -> None:
    name = compound[fields.PERT_INAME]
    with st.container(border=True):
        drawn_once(
            "ranked compound",
            (*model.summary.identity, compound[fields.PERT_ID]),
            lambda: _standing(model, compound),
        )
        pubchem = links.pubchem(
            name, cid=compound[fields.PUBCHEM_CID], inchi_key=compound[fields.INCHI_KEY]
        )
        buttons = st.columns(4)
        buttons[0].link_button("PubChem", pubchem, width="stretch")
        ilincs = links.ilincs(name, compound[fields.PERT_ID])
        buttons[1].link_button("iLINCS", ilincs, width="stretch")
        buttons[2].link_button("CLUE", links.clue(name), width="stretch")
        if buttons[3].button(
            "Open compound", key=f"about-{compound[fields.PERT_ID]}", width="stretch"
        ):
            go("compound", compound=name, compendium=model.summary.compendium)


def _standing(model: Model, compound: pd.Series) -> None:
    """Show where the compound's signatures rank among all."""
    name = compound[fields.PERT_INAME]
    own = model.signatures[model.signatures[fields.DRUG] == compound[fields.DRUG]]
    st.markdown(
        f"**{plain(name)}** · ES {compound['es']:.3f} from {compound['k']} signatures · "
        f"p {compound['p']:.4f} · FDR {compound['fdr']:.2g}"
    )
    if also := compound.get("also_first_of"):
        named = also.replace(fields.MOA_SEPARATOR, "; ")
        st.caption(plain(f"Also among the first 20 compounds of: {named}"))
    ids = compound[fields.PERT_IDS].split(fields.MOA_SEPARATOR)
    if len(ids) > 1:
        names = compound[fields.NAMES].replace(fields.MOA_SEPARATOR, "; ")
        st.caption(plain(f"One molecule with {len(ids)} ids ({', '.join(ids)}), named {names}"))
    strip = rank_strip(own, len(model.signatures), name, simulated=model.summary.simulated)
    show_chart(strip, height=140)
    columns = ["rank", "score", "cell_id", "pert_dose", "pert_dose_unit", "pert_time"]
    signatures = own[[*columns, "pert_time_unit", "tas", "sig_id"]].sort_values("rank")
    signatures["pert_dose_unit"] = signatures["pert_dose_unit"].map(shown_unit)
    st.dataframe(
        savable(signatures, simulated=model.summary.simulated),
        hide_index=True,
        column_config={
            "rank": "Rank",
            "cell_id": "Cell line",
            "pert_dose": "Dose",
            "pert_dose_unit": "Dose unit",
            "pert_time": "Time",
            "pert_time_unit": "Time unit",
            "sig_id": "Signature",
            "score": st.column_config.NumberColumn("Score", format="%.3f", help=explained("score")),
            "tas": st.column_config.NumberColumn("TAS", format="%.2f", help=explained("tas")),
        },
        placeholder="—",
    )
