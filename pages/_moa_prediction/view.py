"""Likely MOAs or targets of a compound or of uploaded profiles on screen."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from gpar_core import fields
from gpar_core.analyses.moa_prediction import charts
from gpar_core.analyses.moa_prediction.result import (
    Prediction,
    by_origin,
    nearest_to,
    queries,
    ranked,
)
from gpar_core.data.class_names import MOA, TARGET, Noun, gene_of, noun_of, shown
from gpar_core.export import moas_table
from gpar_core.rank.moa_prediction import ORDERS, SUPPORTED, TOP, rank_moas
from pages._shared.cached_charts import drawn_once, show_chart
from pages._shared.class_choice import KNOWN_COLUMNS, class_column, class_links, known
from pages._shared.downloads import download_menu, download_table, table_files
from pages._shared.error_box import plain
from pages._shared.gene_links import GENE_COLUMN, targets_linked
from pages._shared.loaders import load_compendium, load_summaries
from pages._shared.state import go
from pages._shared.tables import ABOUT_COLUMN, HOW_TO_OPEN, SELECTION, about, opened_row, savable
from pages._shared.terms import explained

ORDER_NAMES = {
    "evidence": "Evidence: supported first",
    "calibrated": "Calibrated probability",
    "percentile": "Percentile",
    "paper": "Mean probability (paper)",
}
TOGETHER = "All profiles as replicates"
MAX_ORIGINS = 60
"""Columns of the heat map: more cannot be read."""


def show_prediction(prediction: Prediction, annotated: Sequence[str] = ()) -> None:
    """Show ranked MOAs, a heat map of the top ones, and the nearest signatures.

    annotated: known MOAs of the compound, and targets by the names of their classes.
    """
    noun = prediction.noun
    if prediction.notes:
        st.info(plain(" ".join(prediction.notes)))
    chosen, name = _choose_profiles(prediction)
    by = st.session_state.get("moa-order", next(iter(ORDERS)))
    table = rank_moas(prediction.scores, chosen, by=by)
    st.markdown(f"**{plain(_supported(table, noun))}**")
    _known(table, annotated)
    n_moas = len(table)
    choices = sorted({min(n, n_moas) for n in (TOP, 25, n_moas)})
    top = st.session_state.get(f"moa-top-{n_moas}", choices[0])
    moas = table["moa"].head(top).tolist()
    source = (*prediction.identity, name, by, *moas)
    if (table["fdr"] < 1).any():  # else all bars would be of length 0
        drawn_once("evidence", source, lambda: _evidence(table.head(top), prediction))
    st.caption(
        f"{n_moas} models scored {_counted(len(chosen), 'signature')}. Similar expression does not "
        f"prove a mechanism: treat each {noun.one} as a hypothesis to test."
    )
    order, number = st.columns(2)
    order.selectbox("Rank by", list(ORDERS), format_func=ORDER_NAMES.get, key="moa-order")
    number.selectbox(
        "Show", choices, format_func=lambda n: _top(n, n_moas, noun), key=f"moa-top-{n_moas}"
    )
    _show_table(table.head(top), prediction, key=f"{name}-{by}-{top}")
    _say_what_was_held_out(table.head(top))
    _downloads(table, prediction, name, by)
    drawn_once("moas", (*prediction.identity, *moas), lambda: _heat_map(prediction, moas))
    known = prediction.nearest is not None
    near = st.expander(
        "Nearest signatures",
        expanded=known,
        key="moa-nearest-known" if known else "moa-nearest",
        on_change="rerun",
    )
    if near.open:
        with near:
            drawn_once(
                "nearest", (*prediction.identity, name), lambda: _nearest(prediction, chosen)
            )


def _supported(table: pd.DataFrame, noun: Noun) -> str:
    """Where the evidence ends."""
    if table["fdr"].isna().all():
        return (
            "This library was built by an earlier version, which did not save what is needed to "
            f"say which {noun.many} are supported. Build it again."
        )
    supported = table.loc[table["supported"], "moa"].tolist()
    everything = noun.counted(len(table))
    if not supported:
        return (
            f"No {noun.one} is supported: none has an FDR of {SUPPORTED:g} or less over the "
            f"{everything}. The order of the list below is no evidence."
        )
    if noun is TARGET:
        supported = [gene_of(name) for name in supported]
    others = f" No other {noun.one} reaches it." if len(supported) < len(table) else ""
    return (
        f"Supported (FDR of {SUPPORTED:g} or less over {everything}): {', '.join(supported)}."
        f"{others}"
    )


def _say_what_was_held_out(table: pd.DataFrame) -> None:
    learned = table.loc[table["held_out"], "moa"].tolist()
    if len(learned) == len(table):
        st.caption(
            "The compound is in the training set of each of these models, as a drug of the class "
            "or as a negative. Each score comes from the fold that did not see it."
        )
    elif learned:
        st.caption(
            plain(
                f"This compound is in the training set of the model{'s' * (len(learned) > 1)} of "
                f"{', '.join(learned)}. There, the score comes from the fold that did not see it."
            )
        )


def _choose_profiles(prediction: Prediction) -> tuple[np.ndarray, str]:
    """Choose profiles; return the positions of their signatures, and a label."""
    found = queries(prediction)
    if len(found) == 1:
        return found[0][1], prediction.label
    labels = [*(name for name, _ in found), TOGETHER]
    choice = st.selectbox(
        "Profile",
        range(len(labels)),
        format_func=labels.__getitem__,
        help="Replicates of one drug are one query; their scores are averaged.",
        key=f"moa-profile-{len(labels)}-{prediction.label}",
    )
    if choice == len(found):
        return np.arange(len(prediction.signatures)), prediction.label
    return found[choice][1], labels[choice]


def _known(table: pd.DataFrame, annotated: Sequence[str]) -> None:
    """The ranks of the known classes of the compound, of the kinds that the models are of."""
    kinds = {bool(gene_of(name)) for name in table["moa"]}
    own = [name for name in annotated if bool(gene_of(name)) in kinds]
    place = {moa: number for number, moa in enumerate(table["moa"], start=1)}
    said = [
        f"**{plain(name)}** "
        + (
            f"(rank {place[moa]} of {len(table)})"
            if moa in place
            else "(it has no model here, so it cannot be found)"
        )
        for moa, name in zip(own, shown(own), strict=True)
    ]
    if said:
        st.markdown(f"Annotated {noun_of(own).one}: " + ", ".join(said))


def _show_table(top: pd.DataFrame, prediction: Prediction, key: str) -> None:
    models = {summary.model_id: summary for summary in load_summaries()[0]}
    asked = [models.get(model_id) for model_id in top["model_id"]]
    n = int(top["n_signatures"].iloc[0])
    noun = prediction.noun
    rows = pd.DataFrame(
        {
            "place": range(1, len(top) + 1),
            "moa": shown(top["moa"].tolist()) if noun is TARGET else top["moa"],
            "supported": top["supported"].map({True: "yes", False: "no"}),
            "evidence": top["evidence"],
            "fdr": top["fdr"],
            "calibrated": top["calibrated"],
            "percentile": top["percentile"],
            "mean_probability": top["mean_probability"],
            "in_favour": [f"{share * n:.0f} of {n}" for share in top["agreement"]],
            "auroc": [model.metrics.mean_auroc if model else None for model in asked],
            "drugs": [", ".join(model.drugs) if model else "" for model in asked],
            "scored_by": top["held_out"].map({True: "held-out fold", False: "model"}),
            "open": class_links(top["moa"], prediction.compendium),
        }
    )
    if noun is MOA:
        rows = rows.drop(columns="open")
    st.caption(HOW_TO_OPEN)
    selection = st.dataframe(
        savable(rows, simulated=prediction.simulated),
        hide_index=True,
        on_select="rerun",
        selection_mode=SELECTION,
        key=f"moas-{prediction.library_id}-{key}",
        column_config=_columns(noun),
        placeholder="—",
    )
    names = [f"the model of {moa}" for moa in top["moa"]]
    row = opened_row(selection, names, top["model_id"].tolist())
    if row is not None:
        go("models", model=top["model_id"].iloc[row])


def _downloads(table: pd.DataFrame, prediction: Prediction, name: str, by: str) -> None:
    simulated, many = prediction.simulated, prediction.noun.many
    with st.container(horizontal=True):
        one = table.assign(name=name)[["name", *table.columns]]
        download_table(
            f"Download all {many}",
            one,
            partial(moas_table, prediction=prediction),
            "moas",
            name,
            simulated=simulated,
        )
        if n_others := len(queries(prediction)) - 1:
            files = table_files(
                lambda: moas_table(ranked(prediction, by=by), prediction),
                one.size * (1 + n_others),
            )
            label = f"Download all {many} of each profile"
            download_menu(label, files, "moas-of-each", prediction.label, simulated=simulated)


def _evidence(top: pd.DataFrame, prediction: Prediction) -> None:
    show_chart(charts.evidence(top, simulated=prediction.simulated))


def _heat_map(prediction: Prediction, moas: list[str]) -> None:
    origins = by_origin(prediction, moas)
    kept = origins["origin"].unique()[:MAX_ORIGINS]
    if len(kept) == 1:
        return  # one column would only repeat the table
    chart = charts.percentile_map(
        origins[origins["origin"].isin(kept)], simulated=prediction.simulated
    )
    show_chart(chart)
    if len(kept) < origins["origin"].nunique():
        st.caption(f"The map shows the first {MAX_ORIGINS} of {origins['origin'].nunique():,}.")


def _nearest(prediction: Prediction, chosen: np.ndarray) -> None:
    st.caption("The most similar representative signatures in the compendium, by cosine.")
    near = prediction.nearest
    if near is None:
        near = nearest_to(prediction, load_compendium(prediction.compendium))
    near = near[near["signature"].isin(chosen)]
    own = prediction.signatures
    named = own["name"] if "name" in own else own[fields.CELL_ID]
    table = pd.DataFrame(
        {
            "cosine": near["cosine"],
            "drug": near[fields.PERT_INAME],
            "about": about(near[fields.PERT_INAME], prediction.compendium),
            **known(near),
            "cell_id": near[fields.CELL_ID],
            "like": named.iloc[near["signature"]].to_numpy(),
            "sig_id": near[fields.SIG_ID],
        }
    ).sort_values("cosine", ascending=False, kind="stable")
    shown = table if len(chosen) > 1 else table.drop(columns="like")
    shown = targets_linked(shown, prediction.compendium)
    st.dataframe(
        savable(shown, simulated=prediction.simulated),
        hide_index=True,
        column_config={
            "cosine": st.column_config.NumberColumn(
                "Cosine", format="%.3f", help=explained("cosine")
            ),
            "drug": "Drug",
            "about": ABOUT_COLUMN,
            **KNOWN_COLUMNS,
            "cell_id": "Cell line",
            "like": "Similar to",
            "sig_id": "Signature",
        },
        placeholder="—",
    )


def _columns(noun: Noun) -> dict[str, object]:
    column = st.column_config
    return {
        "place": column.NumberColumn("#", width=50, help=explained("rank")),
        "moa": class_column(noun),
        "open": GENE_COLUMN,
        "supported": column.TextColumn(
            "Supported", help=f"FDR over all {noun.many} of {SUPPORTED:g} or less"
        ),
        "evidence": column.NumberColumn("Evidence", format="%.2f×", help=explained("evidence")),
        "fdr": column.NumberColumn("FDR", format="%.2g", help=explained("moa-fdr")),
        "percentile": column.NumberColumn(
            "Percentile",
            format="percent",
            help=explained("percentile", "Shown is the mean over the signatures."),
        ),
        "mean_probability": column.NumberColumn(
            "Mean probability",
            format="%.3f",
            help=explained("mean-probability"),
        ),
        "calibrated": column.ProgressColumn(
            "Calibrated probability",
            min_value=0,
            max_value=1,
            format="%.3f",
            help=explained("calibrated"),
        ),
        "in_favour": column.TextColumn(
            "Signatures in favor",
            help=explained("agreement"),
        ),
        "auroc": column.NumberColumn("Mean AUROC", format="%.3f", help=explained("mean-auroc")),
        "drugs": column.TextColumn("Training drugs"),
        "scored_by": column.TextColumn(
            "Scored by",
            help="Held-out fold: the compound is in this model's training set, so its score comes "
            "from the fold that did not see it",
        ),
    }


def _top(number: int, n_moas: int, noun: Noun) -> str:
    return f"{'All' if number == n_moas else 'Top'} {noun.counted(number)}"


def _counted(n: int, what: str) -> str:
    return f"{n:,} {what}" if n == 1 else f"{n:,} {what}s"
