"""Show the results of a signature search."""

import pandas as pd
import streamlit as st

from gpar_core import fields, links
from gpar_core.analyses.result import Analysis
from gpar_core.analyses.signature_search.request import SearchRequest
from gpar_core.search.scores import SCORES
from pages._shared.downloads import download_csv
from pages._shared.error_box import plain
from pages._shared.tables import savable
from pages._shared.terms import explained
from pages._signature_search.specificity import specificity, specificity_columns

N_SHOWN = 100
TABLE_HEIGHT = 320
"""Eight rows, so that both tables fit on the screen."""
SIDES = {"mimic": "Mimic the query", "reverse": "Reverse the query"}


def draw(done: Analysis) -> None:
    """Show mimics and reversers, MOAs, and everything to download."""
    if isinstance(done.request, SearchRequest):
        st.markdown(plain(_query(done.request)))
    compounds, moas = st.tabs(["Compounds", "MOAs"])
    with compounds:
        _compounds(done)
    with moas:
        _moas(done)


def _query(request: SearchRequest) -> str:
    score = SCORES[request.score].label
    if request.compound:
        return f"Compound {request.name}; score {score}."
    return f"{len(request.up)} genes up, {len(request.down)} genes down; score {score}."


def _compounds(done: Analysis) -> None:
    table = done.tables["compounds"]
    st.caption(
        "Connectivity is above 0 where a compound mimics the query and below 0 where it reverses "
        "it. The bars are its cell lines. Tau is near 0 if it answers other queries as strongly, "
        "near 100 or -100 if it answers this one above others. p asks how often the query with its "
        "genes exchanged at random scores as high."
    )
    lines = _lines(done)
    sides = {
        "mimic": table[table["connectivity"] > 0],
        "reverse": table[table["connectivity"] < 0].iloc[::-1],
    }
    for side, found in sides.items():
        st.subheader(SIDES[side], anchor=False)
        if found.empty:
            st.info("No compound does.")
            continue
        _side(found.head(N_SHOWN), lines, side, done)
    download_csv("Download all compounds (CSV)", table, "signature-search", done)
    signatures = done.tables["signatures"]
    download_csv("Download all signatures (CSV)", signatures, "signature-search-signatures", done)


def _lines(done: Analysis) -> pd.Series:
    """For each drug, the connectivity in its cell lines, as a list."""
    cells = done.tables["cells"].sort_values([fields.DRUG, fields.CELL_ID])
    return cells.groupby(fields.DRUG)["connectivity"].agg(list)


def _side(found: pd.DataFrame, lines: pd.Series, side: str, done: Analysis) -> None:
    names = found[fields.PERT_INAME]
    shown = pd.DataFrame(
        {
            "rank": range(1, len(found) + 1),
            fields.PERT_INAME: names,
            "connectivity": found["connectivity"],
            "fdr": found["fdr"],
            **specificity(found),
            "by_line": found[fields.DRUG].map(lines),
            "lines": found[f"n_{side}"].astype(str) + " of " + found["n_cells"].astype(str),
            fields.MOA: found[fields.MOA].str.replace("|", ", ", regex=False),
            "pubchem": [links.pubchem(name) for name in names],
        }
    )
    largest = float(done.tables["cells"]["connectivity"].abs().max())
    number = st.column_config.NumberColumn
    st.dataframe(
        savable(shown, simulated=done.simulated),
        height=TABLE_HEIGHT,
        hide_index=True,
        column_config={
            "rank": number("#", width=50, help="The strongest first"),
            fields.PERT_INAME: st.column_config.TextColumn("Drug", width="small"),
            "connectivity": number("Connectivity", format="%.2f", help=explained("connectivity")),
            "fdr": number("FDR", format="%.2g", help=explained("fdr")),
            **specificity_columns(),
            "by_line": st.column_config.BarChartColumn(
                "Cell lines",
                y_min=-largest,
                y_max=largest,
                help="Connectivity in each of its cell lines, in alphabetical order",
            ),
            "lines": st.column_config.TextColumn(
                "Agree", help="Cell lines in which the sign is the same"
            ),
            fields.MOA: st.column_config.TextColumn("Known MOA", help=explained("moa")),
            "pubchem": st.column_config.LinkColumn("PubChem", display_text="PubChem"),
        },
        placeholder="—",
    )


def _moas(done: Analysis) -> None:
    table = done.tables["moas"]
    if table.empty:
        st.info("No MOA has three compounds here. Import a compendium with a MOA table.")
        return
    st.caption(
        "MOAs of at least three compounds. AUROC is the chance that one of its compounds has a "
        "higher connectivity than a compound without the MOA: near 1 the MOA mimics the query, "
        "near 0 it reverses it. p is that of Mann and Whitney's test, two-sided. The enrichment "
        "score weighs compounds by their connectivity; its p is that of random classes."
    )
    number = st.column_config.NumberColumn
    shown = table.drop(columns=["nes", "fdr_es"], errors="ignore")
    if "leading_edge" in shown:
        shown["leading_edge"] = shown["leading_edge"].str.replace("|", ", ", regex=False)
    st.dataframe(
        savable(shown, simulated=done.simulated),
        hide_index=True,
        column_config={
            "moa": st.column_config.TextColumn("MOA", help=explained("moa")),
            "n_drugs": number("Drugs", format="%d", help="With a signature here"),
            "median_connectivity": number(
                "Median connectivity", format="%.2f", help=explained("connectivity")
            ),
            "moa_auroc": number(
                "AUROC", format="%.2f", help="Near 1 the MOA mimics, near 0 it reverses"
            ),
            "p": number("p", format="%.2g", help="Mann and Whitney's test, two-sided"),
            "fdr": number("FDR", format="%.2g", help=explained("fdr")),
            "es": number("ES", format="%.2f", help=explained("class-es")),
            "p_es": number("p of ES", format="%.2g", help=explained("class-es")),
            "leading_edge": st.column_config.TextColumn(
                "Leading edge", help=explained("leading-edge")
            ),
        },
        placeholder="—",
    )
    download_csv("Download all MOAs (CSV)", table, "signature-search-moas", done)
