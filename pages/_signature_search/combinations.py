"""Pairs of compounds that together cover more of a query than either alone."""

import streamlit as st

from gpar_core import fields
from gpar_core.analyses.result import Analysis
from gpar_core.search.combinations import N_COMPOUNDS
from gpar_core.search.extreme_sum import N_EXTREME
from pages._shared.downloads import download_analysis
from pages._shared.tables import savable

SIDES = {"mimic": "Pairs that mimic the query", "reverse": "Pairs that reverse the query"}


def show_combinations(done: Analysis) -> None:
    """Show the best pairs of each side."""
    table = done.tables["combinations"]
    st.caption(
        f"The {N_COMPOUNDS} strongest drugs of each side are paired. Coverage is the share of the "
        "query's genes that at least one of the two drugs changes in the wanted direction; a drug "
        f"changes the genes of its {N_EXTREME} highest and {N_EXTREME} lowest z-scores (Duan et "
        "al. 2016, doi:10.1038/npjsba.2016.15). Gain is how much more the pair covers than the "
        "better of the two. Effects of two drugs need not add up, so a pair is a suggestion to "
        "test."
    )
    for side, title in SIDES.items():
        st.header(title, anchor=False)
        found = table[table["side"] == side]
        if found.empty:
            st.info("No pair covers more genes than the better of its two drugs.")
            continue
        _pairs(done, side)
    download_analysis("Download all pairs", table, "signature-search-pairs", done)


def _pairs(done: Analysis, side: str) -> None:
    table = done.tables["combinations"]
    columns = [fields.PERT_INAME, "other_name", "coverage", "gain", "alone", "other_alone"]
    column = st.column_config
    share = {"min_value": 0.0, "max_value": 1.0, "format": "percent"}
    st.dataframe(
        savable(
            table.loc[table["side"] == side, [*columns, "conflicts"]].round(2),
            simulated=done.simulated,
        ),
        height=320,
        hide_index=True,
        column_config={
            fields.PERT_INAME: column.TextColumn("Drug", width=130),
            "other_name": column.TextColumn("Second drug", width=130),
            "coverage": column.ProgressColumn(
                "Coverage", help="Share of the query's genes that the pair covers", **share
            ),
            "gain": column.NumberColumn(
                "Gain", format="percent", width=65, help="Coverage beyond that of the better drug"
            ),
            "alone": column.NumberColumn(
                "Drug alone", format="percent", width=85, help="Coverage of the drug"
            ),
            "other_alone": column.NumberColumn(
                "Second alone", format="percent", width=95, help="Coverage of the second drug"
            ),
            "conflicts": column.NumberColumn(
                "Conflicts",
                format="%d",
                width=75,
                help="Covered genes that the other drug changes in the opposite direction: the two "
                "effects may cancel out",
            ),
        },
        placeholder="—",
    )
