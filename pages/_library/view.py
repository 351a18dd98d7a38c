"""A library on screen: the model of each class, to open, download and train again."""

import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import pandas as pd
import streamlit as st

from gpar_core.analyses.library import result as libraries
from gpar_core.analyses.library.result import Library
from gpar_core.analyses.moa_prediction import charts
from gpar_core.data.class_names import MOA, TARGET, Noun, gene_of
from gpar_core.data.compendium import Compendium
from gpar_core.export import library_table
from gpar_core.jobs.store import JobStore
from gpar_core.learn.verdict import VERDICTS
from gpar_core.upkeep import deletion
from pages._shared import deleting
from pages._shared.cached_charts import chart_once
from pages._shared.class_choice import class_column, class_links
from pages._shared.downloads import download_table
from pages._shared.error_box import plain
from pages._shared.gene_links import GENE_COLUMN
from pages._shared.job_panel import start
from pages._shared.share import share_request
from pages._shared.sharing import sharing_popover
from pages._shared.state import Key, cache, from_url, go
from pages._shared.tables import (
    HOW_TO_OPEN,
    SELECTION,
    chosen_row,
    interval_texts,
    opened_row,
    savable,
)
from pages._shared.tabs import tabs
from pages._shared.terms import explained

ASKED = "Used by MOA prediction: the mean AUROC reaches 0.60, the paper's threshold"

MAX_NAMED = 20
"""Models in a picture with all names; of more, an overview comes first."""


def choose_library(of_compendium: Sequence[Library]) -> Library:
    """Return the library of the URL or the user's choice; the only one if there is no choice."""
    by_id = {each.library_id: each for each in of_compendium}
    ids = list(by_id)
    if len(ids) == 1:
        return of_compendium[0]
    asked = from_url(Key.LIBRARY)
    chosen = st.selectbox(
        "Library",
        ids,
        index=ids.index(asked) if asked in ids else 0,
        format_func=lambda library_id: _name(by_id[library_id]),
        help=explained("library"),
        key=f"library-of-{of_compendium[0].request.compendium}",
    )
    st.query_params[Key.LIBRARY] = chosen
    return by_id[chosen]


def show_library(library: Library, compendium: Compendium) -> None:
    """Show summary, table and chart; for an outdated library, why it is and how to rebuild it."""
    if stale := library.why_stale(compendium.fingerprint):
        _stale(library, compendium, stale)
        return
    table = libraries.table(library).sort_values(
        "mean_auroc", ascending=False, kind="stable", ignore_index=True
    )
    counts = table["verdict"].value_counts()
    judged = ", ".join(f"{counts.get(name, 0)} {name}" for name in VERDICTS)
    st.markdown(
        f"**{judged}.** MOA prediction uses the models of {len(library.asked)} of "
        f"{library.noun.counted(len(table))}: those with a mean AUROC of 0.60 or more, the paper's "
        "threshold."
    )
    if n_open := sum(entry.open for entry in library.entries):
        st.info(
            f"{n_open} of {library.noun.counted(len(table))} are not trained yet. Finished models "
            "are kept."
        )
        active = any(job.id == library.library_id for job in JobStore(cache()).active_jobs())
        label = "Show progress" if active else f"Train missing models ({n_open})"
        if st.button(label, type="primary"):
            start(library.request)
    n_drawn = table["mean_auroc"].notna().sum()
    if n_drawn > MAX_NAMED:
        chart_once(
            "library overview",
            library.identity,
            lambda: charts.overview(table, simulated=compendium.simulated),
        )
        tabs(
            {
                "Models": partial(_show_table, library, table, compendium),
                "Every name": partial(_by_name, library, table, compendium),
            },
            kept=["Models"],
        )
        return
    if n_drawn:
        _by_name(library, table, compendium)
    _show_table(library, table, compendium)


def _by_name(library: Library, table: pd.DataFrame, compendium: Compendium) -> None:
    chart_once(
        "library", library.identity, lambda: charts.auroc(table, simulated=compendium.simulated)
    )


def _show_table(library: Library, table: pd.DataFrame, compendium: Compendium) -> None:
    seconds = table["seconds"].sum()
    search, only = st.columns([3, 1], vertical_alignment="bottom")
    wanted = search.text_input("Find", placeholder=library.noun.title, key="library-find")
    asked_only = only.checkbox("Used only", key="library-asked", help=ASKED)
    hit = table["moa"].str.contains(wanted.strip(), case=False, regex=False)
    shown = table[hit & (table["asked"] | (not asked_only))]
    st.caption(f"{HOW_TO_OPEN} Total training time: {_minutes(seconds)}.")
    selection = st.dataframe(
        savable(_columns_of(shown, library), simulated=compendium.simulated),
        hide_index=True,
        on_select="rerun",
        selection_mode=SELECTION,
        height=min(35 * (len(shown) + 1) + 2, 640),
        key=f"library-{library.library_id}-{asked_only}-{wanted}",
        column_config=_columns(library.noun),
        placeholder="—",
    )
    row = chosen_row(selection, len(shown))
    if row is not None and pd.isna(shown["mean_auroc"].iloc[row]):
        st.info(plain(f"{shown['moa'].iloc[row]}: {shown['verdict'].iloc[row]}"))
    else:
        names = [f"the model of {moa}" for moa in shown["moa"].tolist()]
        row = opened_row(selection, names, shown["model_id"].tolist())
        if row is not None:
            go("models", model=shown["model_id"].iloc[row])
    with st.container(horizontal=True):
        download_table(
            "Download library",
            table,
            lambda _: library_table(library, simulated=compendium.simulated),
            "library",
            compendium.name,
            simulated=compendium.simulated,
        )
        share_request(library.library_id, library.request, compendium.name)
        with st.popover("Retrain one model"):
            _retrain(library)
        sharing_popover(cache().library(library.library_id))


def _retrain(library: Library) -> None:
    trained = {entry.moa: entry.model_id for entry in library.entries if entry.summary}
    moa = st.selectbox(
        library.noun.title, list(trained), index=None, placeholder="Type the start of a name"
    )
    st.caption(
        "Deletes the model and trains it again with the same settings. For other drugs or "
        "settings, use Drug prediction; models that you train there are not added to the library."
    )
    if st.button("Delete and retrain", disabled=moa is None):
        deletion.delete(cache(), cache().existing_model(trained[moa]), time.time())
        start(library.request)


def _stale(library: Library, compendium: Compendium, why: str) -> None:
    st.warning(plain(why))
    st.caption("MOA prediction no longer uses its models. You can find them on the Models page.")
    known = set(compendium.compound_classes["moa"])
    request = replace(
        library.request,
        fingerprint=compendium.fingerprint,
        moas=tuple(moa for moa in library.request.moas if moa in known),
    )
    build, forget = st.columns(2)
    if build.button("Rebuild library", type="primary", disabled=not request.moas):
        start(request)
    if forget.button("Delete library"):
        deleting.delete(cache().existing_library(library.library_id))
        st.rerun()


def _name(library: Library) -> str:
    asked = library.request.method
    cells = ", ".join(asked.cells) or "all cell lines"
    method = f"{asked.preset}, negatives {asked.negatives}, seed {asked.seed}"
    of = library.noun.counted(len(library.entries))
    return f"{of} · {cells} · {method} · {library.library_id[:6]}"


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def _columns_of(table: pd.DataFrame, library: Library) -> pd.DataFrame:
    noun = library.noun
    names = [gene_of(name) for name in table["moa"]] if noun is TARGET else table["moa"]
    links = class_links(table["moa"], library.request.compendium)
    return table.assign(interval=interval_texts(table), moa=names, open=links)[list(_columns(noun))]


def _columns(noun: Noun) -> dict[str, object]:
    column = st.column_config
    return {
        "moa": class_column(noun),
        **({} if noun is MOA else {"open": GENE_COLUMN}),
        "verdict": column.TextColumn("Verdict", width=160, help=explained("verdict")),
        "asked": column.CheckboxColumn("Used", help=ASKED),
        "mean_auroc": column.NumberColumn(
            "Mean AUROC", format="%.3f", help=explained("mean-auroc")
        ),
        "interval": column.TextColumn("95% interval", help="From resampling drugs"),
        "chance": column.NumberColumn("Chance", format="%.2g", help=explained("permuted-labels")),
        "n_drugs": column.NumberColumn("Drugs", help=explained("positive-set")),
        "n_signatures": column.NumberColumn(
            "Signatures", help="Representative signatures used for training"
        ),
        "average_precision": column.NumberColumn(
            "Average precision", format="%.3f", help=explained("average-precision")
        ),
        "base_rate": column.NumberColumn(
            "Base rate", format="%.3f", help="The average precision without skill"
        ),
        "seconds": column.NumberColumn("Seconds", format="%.0f", help="Training time"),
    }
