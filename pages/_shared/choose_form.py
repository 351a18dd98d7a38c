"""Choose the better signatures of a compendium: the filter, what it leaves, and the job."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from gpar_core.data.compendium import Compendium
from gpar_core.data.quality import EVERYTHING, QualityFilter
from gpar_core.data.training_set import MIN_INACTIVE_COMPOUNDS
from gpar_core.planning import plan_select
from pages._shared.error_box import error_box
from pages._shared.job_panel import start
from pages._shared.loaders import load_counts, load_times
from pages._shared.method_form import choose_cells
from pages._shared.state import cache
from pages._shared.tables import savable

COLUMNS = {
    "filter": "Filter",
    "n_signatures": st.column_config.NumberColumn("Signatures", format="localized"),
    "n_compounds": st.column_config.NumberColumn("Compounds", format="localized"),
    "n_inactive": st.column_config.NumberColumn(
        "Inactive", format="localized", help="Without MOA annotation and TAS < 0.2: the negatives."
    ),
    "n_moas": st.column_config.NumberColumn("MOAs", help="With three drugs or more."),
    "n_unknown": st.column_config.NumberColumn(
        "Unknown", format="localized", help="Signatures left out because the value is unknown."
    ),
}


def show_choose(compendium: Compendium) -> None:
    """The filter, counts before and after it, and a new compendium of what it keeps."""
    st.markdown(
        "Make a compendium of some signatures of this one. A signature whose value is unknown does "
        "not meet a limit for it."
    )
    left, right = st.columns([2, 3], gap="large")
    with left, error_box():
        quality = _filter(compendium)
        with right:
            _counts(compendium, quality)
            _new(compendium, quality)


def _filter(compendium: Compendium) -> QualityFilter:
    """What is asked for. Raises RequestError."""
    activity, correlation, replicates = st.columns(3)
    low, high = st.columns(2)
    return QualityFilter(
        min_tas=_share(activity, "Least TAS", "choose-tas"),
        min_cc_q75=_share(correlation, "Least correlation", "choose-cc"),
        min_replicates=replicates.number_input(
            "Least replicates", 1, 1000, None, key="choose-replicates", persist_state="session"
        ),
        min_dose=_dose(low, "Lowest dose (µM)", "choose-low"),
        max_dose=_dose(high, "Highest dose (µM)", "choose-high"),
        times=tuple(
            st.multiselect(
                "Times (h)",
                load_times(compendium),
                format_func="{:g}".format,
                placeholder="All times",
                key="choose-times",
                persist_state="session",
            )
        ),
        cells=tuple(choose_cells(compendium, "choose-cells")),
        exemplars_only=st.toggle(
            "Exemplars only",
            help="What the source calls the best signature of a compound in a cell line.",
            key="choose-exemplars",
            persist_state="session",
        ),
    )


def _share(column: DeltaGenerator, label: str, key: str) -> float | None:
    return column.number_input(
        label, 0.0, 1.0, None, 0.05, placeholder="any", key=key, persist_state="session"
    )


def _dose(column: DeltaGenerator, label: str, key: str) -> float | None:
    return column.number_input(
        label, 0.0, None, None, placeholder="any", key=key, persist_state="session"
    )


def _counts(compendium: Compendium, quality: QualityFilter) -> None:
    counts = load_counts(compendium, quality)
    st.dataframe(
        savable(counts, simulated=compendium.simulated),
        hide_index=True,
        column_config=COLUMNS,
    )
    before, after = counts["n_inactive"].iloc[[0, -1]]
    if after < before:
        lack = after < MIN_INACTIVE_COMPOUNDS
        few = " All compounds without the MOA will serve instead." if lack else ""
        st.caption(
            f"Of {before:,} inactive compounds without MOA annotation, the negatives of a "
            f"training, {after:,} are left.{few}"
        )


def _new(compendium: Compendium, quality: QualityFilter) -> None:
    name = st.text_input(
        "Name of the new compendium", placeholder=f"{compendium.name}-active", max_chars=64,
        key="choose-name",
    )  # fmt: skip
    replace = st.checkbox("Replace a compendium of this name", key="choose-replace")
    ready = bool(name) and quality != EVERYTHING
    if not ready:
        st.caption("Set one limit at least, and a name.")
    if st.button("Choose", type="primary", disabled=not ready):
        start(plan_select(cache(), compendium, name=name, quality=quality, replace=replace))
