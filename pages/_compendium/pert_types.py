"""Kinds of perturbagens: which to take, and how many of each a compendium has."""

import streamlit as st

from gpar_core import fields
from gpar_core.data.compendium import Compendium
from gpar_core.data.kind_names import heading, plural
from gpar_core.data.pert_types import COMPOUNDS
from gpar_core.data.quality import QualityFilter
from gpar_core.data.selecting import counts_of_kinds
from pages._shared.error_box import plain
from pages._shared.loaders import load_kept_of_other_kinds
from pages._shared.tables import savable
from pages._shared.terms import explained

HELP = (
    "Knock-downs are consensus signatures of several hairpins for one gene; knock-outs are by "
    "CRISPR. Analyses of drugs use compounds alone, so other perturbagens do not change them."
)


def choose_pert_types(key: str) -> list[str]:
    """The kinds of perturbagens that the user chose, compounds at first."""
    return st.multiselect(
        "Perturbagens",
        list(fields.PERT_TYPES),
        default=list(COMPOUNDS),
        format_func=heading,
        help=HELP,
        key=key,
    )


def show_kinds(compendium: Compendium) -> None:
    """List the perturbagens of a compendium by kind, if it has others than compounds."""
    if compendium.stored_kinds == COMPOUNDS:
        return
    table = counts_of_kinds(compendium)
    table[fields.PERT_TYPE] = table[fields.PERT_TYPE].map(heading)
    st.header("Perturbagens", anchor=False)
    st.caption("Analyses of drugs use compounds alone, unless a page lets you choose others.")
    st.dataframe(
        savable(table, simulated=compendium.simulated),
        hide_index=True,
        column_config={
            "pert_type": "Kind",
            "n_signatures": st.column_config.NumberColumn(
                "Signatures", format="localized", help=explained("signature")
            ),
            "n_perturbagens": st.column_config.NumberColumn(
                "Perturbagens",
                format="localized",
                help="Molecules, or genes. All constructs that change one gene in the same way "
                "count as one perturbagen.",
            ),
        },
        placeholder="—",
    )


def show_kept(compendium: Compendium, quality: QualityFilter) -> None:
    """Say how many signatures of other kinds than compounds a filter keeps, if there are any."""
    kept = [
        f"{n_kept:,} of {n:,} signatures of {plural(kind)}"
        for kind, n, n_kept in load_kept_of_other_kinds(compendium, quality).itertuples(index=False)
    ]
    if kept:
        st.caption(
            plain(
                f"The filter also keeps {', '.join(kept)}. Changed genes have no dose, so limits "
                "on doses do not apply to them."
            )
        )
