"""Show the results of a batch of queries, and one of them."""

import pandas as pd
import streamlit as st

from gpar_core import fields
from gpar_core.analyses.result import Analysis
from gpar_core.analyses.signature_search.plan import plan_one_of
from gpar_core.analyses.signature_search.queries import upload_of
from gpar_core.analyses.signature_search.request import SearchRequest
from gpar_core.analyses.signature_search.verdict import (
    LOW_FDR,
    TOP_CLASSES,
    clear_classes,
    verdict,
)
from gpar_core.search.batch import has_p
from gpar_core.search.scores import SCORES
from pages._shared.class_choice import KNOWN_COLUMNS, known
from pages._shared.downloads import download_analysis
from pages._shared.error_box import error_box, plain
from pages._shared.gene_links import GENE_COLUMN, gene_link, targets_linked
from pages._shared.job_panel import start
from pages._shared.perturbagen_links import link_column, page_links
from pages._shared.report_buttons import report_buttons
from pages._shared.state import cache
from pages._shared.tables import savable
from pages._shared.terms import explained

N_SHOWN = 50
TOP_HELP = (
    "The {} whose compounds mimic the query most clearly (Mann-Whitney test), if its FDR is below "
    f"{LOW_FDR}"
)
SIDES = {"mimic": "Mimic the query", "reverse": "Reverse the query"}


def draw_batch(done: Analysis, request: SearchRequest) -> None:
    """Show one row for each query, then the compounds of a chosen one."""
    queries, compounds = done.tables["queries"], done.tables["compounds"]
    st.markdown(plain(f"{len(queries):,} queries; score: {SCORES[request.score].label}."))
    report_buttons(done.analysis_id, request.title, simulated=done.simulated)
    _summary(queries, done)
    left, right, _ = st.columns(3)
    with left:
        download_analysis("Download summary", queries, "signature-search-queries", done)
    with right:
        download_analysis(f"Download all {request.nouns}", compounds, "signature-search", done)
    if not has_p(compounds):
        st.caption(
            "FDR is left out: it would take hours for so many profiles. Open the full result of a "
            "query to see its FDR."
        )
    names = queries.loc[queries["mimics"].notna(), "query"].tolist()
    name = st.selectbox("Query", names, key=f"query-of-{done.analysis_id}")
    with error_box():
        if st.button("Open full result", type="primary"):
            start(plan_one_of(request, name, upload_of(request, cache())))
    more = "" if request.among else "MOAs, targets, "
    st.caption(f"The full result adds cell lines, {more}a heat map and more. It takes seconds.")
    own = compounds[compounds["query"] == name]
    if has_p(own):
        st.markdown(verdict(own, request.against))
    sides = (own[own["connectivity"] > 0], own[own["connectivity"] < 0].iloc[::-1])
    for (side, heading), found in zip(SIDES.items(), sides, strict=True):
        st.subheader(heading, anchor=False)
        _side(found.head(N_SHOWN), side, request, done)


def _summary(queries: pd.DataFrame, done: Analysis) -> None:
    text = st.column_config.TextColumn
    used = (queries["n_up"] + queries["n_down"]).fillna(0).astype(int).astype(str)
    shown = queries[["query"]].join(clear_classes(queries))
    if "top_target" in shown:
        shown["open"] = [gene_link(gene, done.compendium) if gene else None
                         for gene in shown["top_target"]]  # fmt: skip
    shown = shown.join(queries[["mimics", "reverses"]]).assign(genes=used)
    if "n_given" in queries:
        shown["genes"] = used + " of " + queries["n_given"].astype(str)
        if queries["problem"].any():
            shown["problem"] = queries["problem"]
    st.dataframe(
        savable(shown, simulated=done.simulated),
        hide_index=True,
        column_config={
            "query": text("Query", width=130),
            **{
                column: text(f"Top {noun.one}", help=TOP_HELP.format(noun.one))
                for column, noun in TOP_CLASSES.items()
            },
            "open": GENE_COLUMN,
            "mimics": text("Strongest mimics"),
            "reverses": text("Strongest reversers"),
            "genes": text(
                "Matched genes", width=115, help="Genes of its lists that are landmark genes"
            ),
            "problem": text("Problem"),
        },
        placeholder="—",
    )


def _side(found: pd.DataFrame, side: str, request: SearchRequest, done: Analysis) -> None:
    if found.empty:
        st.info(f"No {request.noun} {side}s the query.")
        return
    of_drugs = request.against == fields.COMPOUND_PERT_TYPE
    opens = page_links(found.assign(pert_type=request.against), done.compendium)
    shown = pd.DataFrame(
        {
            "rank": range(1, len(found) + 1),
            fields.PERT_INAME: found[fields.PERT_INAME],
            **({"opens": opens} if any(opens) else {}),
            "connectivity": found["connectivity"],
            "fdr": found["fdr"],
            "lines": found[f"n_{side}"].astype(str) + " of " + found["n_cells"].astype(str),
            **(known(found) if of_drugs else {}),
        }
    )
    number = st.column_config.NumberColumn
    st.dataframe(
        savable(targets_linked(shown, done.compendium), simulated=done.simulated),
        hide_index=True,
        column_config={
            "rank": number("#", width=50, help="Strongest first"),
            fields.PERT_INAME: st.column_config.TextColumn(
                "Drug" if of_drugs else "Perturbation", width=130 if of_drugs else 190
            ),
            "opens": link_column([request.against]),
            "connectivity": number("Connectivity", format="%.2f", help=explained("connectivity")),
            "fdr": number("FDR", format="%.2g", help=explained("fdr")),
            "lines": st.column_config.TextColumn(
                "Cell lines", help="Cell lines in which the sign is the same, of all"
            ),
            **KNOWN_COLUMNS,
        },
        placeholder="—",
    )
