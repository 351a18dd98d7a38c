"""Two rankings side by side on screen."""

from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from gpar_core import fields
from gpar_core.analyses.comparison.charts import rank_shifts
from gpar_core.analyses.comparison.result import Comparison, compare
from gpar_core.analyses.training.result import Model
from gpar_core.data.compendium import Compendium
from gpar_core.export import with_models
from gpar_core.processes import give_back_memory
from pages._shared.cached_charts import chart_once
from pages._shared.class_choice import KNOWN_COLUMNS, known
from pages._shared.downloads import download_table
from pages._shared.gene_links import targets_linked
from pages._shared.share import Shared, share_popover
from pages._shared.tables import ABOUT_COLUMN, about, savable
from pages._shared.terms import explained

FIRST, SECOND = "the first", "the second"


def show_comparison(
    first: Model, second: Model, compendium: Compendium, orders: tuple[str, str]
) -> None:
    """Show the settings that differ, the agreement, and the rank changes. Raises RequestError."""
    sides = (*first.summary.identity, *second.summary.identity, *orders)
    found = _compared(sides, first, second, compendium)
    simulated = compendium.simulated
    st.markdown(_verdict(found))
    picture, figures = st.columns([3, 2], gap="large")
    with picture:
        chart_once(
            "rank shifts",
            sides,
            partial(rank_shifts, found.compounds, FIRST, SECOND, simulated=simulated),
        )
        st.caption("Dashed line: same rank in both.")
    with figures:
        _agreement(found, simulated=simulated)
    if not found.settings.empty:
        st.dataframe(
            savable(found.settings, simulated=simulated),
            hide_index=True,
            height="content",
            column_config={"what": "What differs", "first": "First", "second": "Second"},
            placeholder="—",
        )
    _compounds(found, first, second, simulated=simulated)
    _share(first.summary.model_id, second.summary.model_id, orders)


def _share(first: str, second: str, orders: tuple[str, str]) -> None:
    def shared() -> Shared:
        from gpar_core.report.calls import comparison_call  # noqa: PLC0415 -- only when it opens

        return Shared(comparison_call(first, second, orders), "")

    share_popover("-".join((first, second, *orders)), shared)


def _verdict(found: Comparison) -> str:
    """How many compounds both find, and how alike the whole rankings are."""
    both, overlap = found.agreement, found.overlap
    said = "**The two models rank too few of the same compounds to compare them.**"
    if len(overlap):
        top = overlap.iloc[len(overlap) // 2]
        said = (
            f"**{top['shared']:.0f} of the top {top['top']:.0f} compounds "
            f"{'is' if top['shared'] == 1 else 'are'} in both rankings** "
            f"({top['expected']:.1f} by chance)."
        )
    if not np.isnan(both.rho):
        said += (
            f" Over the {both.n:,} compounds that both rank, Spearman's correlation is "
            f"{both.rho:.2f}."
        )
    return said


@st.cache_resource(max_entries=4, show_spinner=False)
def _compared(
    sides: tuple[str, ...], _first: Model, _second: Model, _data: Compendium
) -> Comparison:
    *_, order_first, order_second = sides
    found = compare(_first, _second, _data.signatures, orders=(order_first, order_second))
    give_back_memory()
    return found


def _agreement(found: Comparison, *, simulated: bool) -> None:
    both, known = found.agreement, not np.isnan(found.agreement.rho)
    st.metric(
        "Spearman's correlation",
        f"{both.rho:.3f}" if known else "—",
        border=True,
        help=explained(
            "spearman",
            "All compounds that both models rank count equally, including the many that neither "
            "finds; for the top of the lists, see the table of shared compounds.",
        ),
    )
    st.caption(
        f"95% interval {both.low:.3f}–{both.high:.3f}, {both.n:,} compounds"
        if known
        else f"Both models rank {both.n} compounds; at least 4 are needed"
    )
    st.dataframe(
        savable(found.overlap, simulated=simulated),
        hide_index=True,
        height="content",
        column_config={
            "top": st.column_config.NumberColumn(
                "Of the top",
                format="%d",
                help="Number of compounds from the top of each ranking",
            ),
            "shared": st.column_config.NumberColumn(
                "In both", help="Compounds in the top of both rankings"
            ),
            "expected": st.column_config.NumberColumn(
                "By chance", format="%.1f", help="Expected for two unrelated rankings"
            ),
        },
        placeholder="—",
    )


def _compounds(found: Comparison, first: Model, second: Model, *, simulated: bool) -> None:
    st.header("What moved, and why", anchor=False)
    wanted, best = st.columns([3, 1], vertical_alignment="bottom")
    what = "Drug, MOA or target" if fields.TARGET in found.compounds else "Drug or MOA"
    text = wanted.text_input("Find", placeholder=what, key="compare-find")
    limit = best.number_input(
        "Among the top",
        10,
        1_000_000,
        100,
        key="compare-best",
        help="Shows compounds that at least one of the models ranks this high",
    )
    table = found.compounds
    ranks = table[["rank_first", "rank_second"]].min(axis=1)
    names = table["pert_iname"] + " " + table["moa"] + " " + table.get(fields.TARGET, "")
    shown = table[(ranks <= limit) & names.str.contains(text.strip(), case=False, regex=False)]
    st.caption(
        f"{len(shown):,} of {len(table):,} compounds; those that moved most come first. A mean "
        "percentile is the share of all signatures that the model scores lower."
    )
    st.dataframe(
        savable(_columns_of(shown, first.summary.compendium), simulated=simulated),
        hide_index=True,
        placeholder="—",
        column_config={
            "pert_iname": "Drug",
            "about": ABOUT_COLUMN,
            "rank_first": st.column_config.NumberColumn(
                "Rank, first", format="%d", help=explained("rank")
            ),
            "rank_second": st.column_config.NumberColumn(
                "Rank, second", format="%d", help=explained("rank")
            ),
            "shift": st.column_config.NumberColumn(
                "Moved", format="%+d", help="Places gained in the second ranking"
            ),
            "k": st.column_config.NumberColumn("Signatures", help=explained("signature")),
            "why": st.column_config.TextColumn("Why", width="large"),
            **KNOWN_COLUMNS,
        },
    )
    download_table(
        "Download comparison",
        found.compounds,
        partial(with_models, first=first.summary, second=second.summary),
        "comparison",
        f"{first.summary.label} {second.summary.label}",
        simulated=simulated,
    )


def _columns_of(table: pd.DataFrame, compendium: str) -> pd.DataFrame:
    names = known(table)
    shown = table.assign(**names, about=about(table["pert_iname"], compendium))
    columns = ["pert_iname", "about", "rank_first", "rank_second", "shift", "k", "why", *names]
    return targets_linked(shown[columns], compendium)
