"""Filter the signatures of a compendium: the limits, the signatures kept, and the job."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from gpar_core.data.compendium import Compendium
from gpar_core.data.plan_select import plan_select
from gpar_core.data.quality import EVERYTHING, QualityFilter
from gpar_core.data.training_set import MIN_INACTIVE_COMPOUNDS
from pages._compendium.pert_types import show_kept
from pages._compendium.storage import choose_compact
from pages._shared.job_panel import start
from pages._shared.loaders import load_counts, load_times
from pages._shared.method_form import choose_cells
from pages._shared.name_field import name_field
from pages._shared.state import cache
from pages._shared.tables import savable
from pages._shared.terms import explained

COLUMNS = {
    "filter": "Filter",
    "n_signatures": st.column_config.NumberColumn(
        "Signatures", format="localized", help=explained("signature")
    ),
    "n_compounds": st.column_config.NumberColumn(
        "Compounds", format="localized", help=explained("perturbagen")
    ),
    "n_inactive": st.column_config.NumberColumn(
        "Inactive, no MOA",
        format="localized",
        help="Compounds without MOA annotation and with TAS < 0.2: the negatives of the paper's "
        "network",
    ),
    "n_moas": st.column_config.NumberColumn("MOAs", help="MOAs with three or more drugs"),
    "n_unknown": st.column_config.NumberColumn(
        "Unknown", format="localized", help="Signatures left out because the value is unknown"
    ),
}


TAS = (
    "Transcriptional activity score, 0 to 1: how strongly and how reproducibly a compound changes "
    "expression. Below 0.2 CMap calls it inactive."
)
CORRELATION = (
    "How well the replicates of a signature agree: the 75th percentile of the correlations between "
    "them (cc_q75)."
)
REPLICATES = "Number of wells that a signature combines."


def show_choose(compendium: Compendium) -> None:
    """Show the filter, counts before and after it, and the form of the new compendium."""
    st.markdown(
        "Create a compendium from selected signatures of this one, or a compact copy of it. A "
        "signature with an unknown value does not pass a limit on that value."
    )
    quality = _filter(compendium)
    _counts(compendium, quality)
    _new(compendium, quality)


def _filter(compendium: Compendium) -> QualityFilter:
    """The limits that the user set. Raises RequestError."""
    numbers, lists = st.columns(5), st.columns([2, 2, 1], vertical_alignment="bottom")
    return QualityFilter(
        min_tas=_limit(numbers[0], "Minimum TAS", "tas", 0.0, 1.0, TAS),
        min_cc_q75=_limit(numbers[1], "Minimum correlation", "cc", 0.0, 1.0, CORRELATION),
        min_replicates=_limit(numbers[2], "Minimum replicates", "replicates", 1, 1000, REPLICATES),
        min_dose=_limit(numbers[3], "Minimum dose (µM)", "low", 0.0, None),
        max_dose=_limit(numbers[4], "Maximum dose (µM)", "high", 0.0, None),
        times=tuple(
            lists[0].multiselect(
                "Times (h)",
                load_times(compendium),
                format_func="{:g}".format,
                placeholder="All times",
                key="choose-times",
                persist_state="session",
            )
        ),
        cells=tuple(_cells(lists[1], compendium)),
        exemplars_only=lists[2].toggle(
            "Exemplars only",
            help="Signatures that the source marks as the best of a compound in a cell line.",
            key="choose-exemplars",
            persist_state="session",
        ),
    )


def _limit(
    column: DeltaGenerator,
    label: str,
    key: str,
    low: float,
    high: float | None,
    help: str | None = None,
) -> float | None:
    return column.number_input(
        label,
        low,
        high,
        None,
        placeholder="any",
        help=help,
        key=f"choose-{key}",
        persist_state="session",
    )


def _cells(column: DeltaGenerator, compendium: Compendium) -> list[str]:
    with column:
        return choose_cells(compendium, "choose-cells")


def _counts(compendium: Compendium, quality: QualityFilter) -> None:
    counts = load_counts(compendium, quality)
    st.dataframe(
        savable(counts, simulated=compendium.simulated),
        hide_index=True,
        column_config=COLUMNS,
        placeholder="—",
    )
    show_kept(compendium, quality)
    before, after = counts["n_inactive"].iloc[[0, -1]]
    if after < before:
        lack = after < MIN_INACTIVE_COMPOUNDS
        few = " With so few, it uses all compounds without the MOA." if lack else ""
        st.caption(
            "The preset 'paper' uses inactive drugs without MOA annotation as negatives. The "
            f"filter keeps {after:,} of {before:,}.{few}"
        )


def _new(compendium: Compendium, quality: QualityFilter) -> None:
    name = name_field(
        "Name of the new compendium", placeholder=f"{compendium.name}-active", key="choose-name"
    )
    compact = not compendium.compact and choose_compact("choose-compact")
    replace = st.checkbox("Replace an existing compendium of this name", key="choose-replace")
    ready = bool(name) and (compact or quality != EVERYTHING)
    if not ready:
        alternative = "" if compendium.compact else ", or store it compactly,"
        st.caption(f"Set at least one limit{alternative} and enter a name.")
    if st.button("Create compendium", type="primary", disabled=not ready):
        start(
            plan_select(
                cache(), compendium, name=name, quality=quality, replace=replace, compact=compact
            )
        )
