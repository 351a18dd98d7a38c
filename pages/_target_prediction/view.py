"""Likely targets on screen."""

from functools import partial

import pandas as pd
import streamlit as st

from gpar_core import fields
from gpar_core.analyses.result import Analysis
from gpar_core.analyses.target_prediction.charts import evidence
from gpar_core.targets.evidence import LINES
from gpar_core.targets.verdict import verdict
from pages._shared.cached_charts import chart_once
from pages._shared.downloads import download_analysis
from pages._shared.error_box import plain
from pages._shared.gene_links import GENE_COLUMN, gene_link, gene_links
from pages._shared.report_buttons import report_buttons
from pages._shared.tables import ABOUT_COLUMN, about, savable
from pages._shared.tabs import tabs
from pages._shared.terms import explained

SHOWN = (20, 100, 500)
CAVEAT = (
    "Genetic evidence is in standard deviations over genes; evidence from the library and the "
    "nearest drugs is a log ratio to chance. Near 0 it says nothing; the higher it is, the "
    "likelier the target. The short hairpin RNAs of knock-downs share effects of their "
    "own, so each is compared with the others of its kind and cell line. The list ranks "
    "**inhibited** genes: an activator resembles the over-expression of its target, which then "
    "stands near the end."
)


def draw(done: Analysis) -> None:
    """Show the verdict, the ranked genes, and what is behind them."""
    tables = done.tables
    queries = list(dict.fromkeys(tables["targets"]["query"]))
    if not queries:
        st.info("There is no evidence on any gene: the query shares no signature with any.")
        return
    query = queries[0]
    if len(queries) > 1:
        query = st.selectbox("Profile", queries, key=f"target-query-{done.analysis_id}")
    table = tables["targets"][tables["targets"]["query"] == query]
    base_rate = float(tables["scope"]["base_rate"].iloc[0])
    st.markdown(f"**{plain(verdict(table, base_rate))}**")
    _known(table, done)
    chart_once(
        "target evidence",
        (*done.identity, query),
        lambda: evidence(table, simulated=done.simulated),
    )
    st.caption(CAVEAT)
    choices = sorted({min(n, len(table)) for n in SHOWN})
    top = st.segmented_control(
        "Show",
        choices,
        default=choices[0],
        required=True,
        format_func=lambda n: f"{'All' if n == len(table) else 'Top'} {n} genes",
        key=f"target-top-{done.analysis_id}",
    )
    _genes(table.head(top), done)
    download_analysis("Download all genes", tables["targets"], "targets", done)
    report_buttons(done.analysis_id, done.request.title, simulated=done.simulated)
    cosines, neighbors = (
        tables[name][tables[name]["query"] == query] for name in ("cosines", "neighbors")
    )
    draws = {
        "Cell lines": partial(_cosines, cosines, table["gene"].tolist(), done),
        "Nearest drugs": partial(_neighbors, neighbors, done),
    }
    if "weights" in tables:
        draws["Weights"] = partial(weights, done)
    tabs(draws)


def _known(table: pd.DataFrame, done: Analysis) -> None:
    known = table[table["known"]]
    if len(known):
        places = ", ".join(
            f"{gene_links([row.gene], done.compendium)} (rank {row.rank:,})"
            for row in known.itertuples()
        )
        one = len(known) == 1
        st.markdown(
            f"Known target{'s' * (not one)}: {places} of {len(table):,}. "
            f"{'It is' if one else 'They are'} not used as evidence, but the "
            "known targets of its nearest drugs are."
        )


def _genes(table: pd.DataFrame, done: Analysis) -> None:
    lines = [name for name in LINES if name in table and table[name].notna().any()]
    optional = [
        name for name in ("probability", "genetic", "p", "fdr") if table[name].notna().any()
    ]
    shown = table[["rank", "gene", *optional, *lines]].assign(
        known=table["known"].map({True: "yes", False: ""}),
        open=[gene_link(gene, done.compendium) for gene in table["gene"]],
    )[["rank", "gene", *optional, "known", *lines, "open"]]
    number = st.column_config.NumberColumn
    st.dataframe(
        savable(shown, simulated=done.simulated),
        hide_index=True,
        placeholder="—",
        column_config={
            "rank": number("#", width=50, help=explained("rank")),
            "gene": "Gene",
            "known": st.column_config.TextColumn(
                "Known", help="A known target of the compound; not used as evidence"
            ),
            "open": GENE_COLUMN,
            "probability": st.column_config.ProgressColumn(
                "Probability",
                min_value=0,
                max_value=1,
                format="%.3f",
                help=explained("target-probability"),
            ),
            "genetic": number("Genetic", format="%.2f", help=explained("genetic-evidence")),
            "p": number(
                "p", format="%.2g", help="Chance of such a score if those of all genes were normal"
            ),
            "fdr": number("FDR", format="%.2g", help=explained("fdr")),
            **{name: number(LINES[name], format="%.2f", help=ABOUT_LINES[name]) for name in lines},
        },
    )


_SAME = "Similarity to the gene's {}, in cell lines of the query, in standard deviations over genes"
_OTHER = "The same in other cell lines, by the query's mean signature"
ABOUT_LINES = {
    "knock_down": _SAME.format("knock-down"),
    "knock_down_other": _OTHER,
    "knock_out": _SAME.format("knock-out"),
    "knock_out_other": _OTHER,
    "over_expression": _SAME.format("over-expression, with the sign reversed"),
    "over_expression_other": _OTHER,
    "library": "Log of the calibrated odds by the model of the target over those of its base rate",
    "neighbors": "Log of how much more often the ten nearest drugs have the target than others do",
}


def _cosines(table: pd.DataFrame, ranked: list[str], done: Analysis) -> None:
    """Choose a gene to see its signatures. ranked: genes, the likeliest first."""
    if table.empty:
        st.info("The compendium has no knock-downs, knock-outs or over-expressions.")
        return
    st.caption(
        "Cosines with the signatures of the first genes, each less the mean of its kind and cell "
        "line. Noise alone gives about 0 ± 0.03."
    )
    gene = st.selectbox(
        "Gene",
        sorted(table["gene"].unique(), key=ranked.index),
        key=f"target-gene-{done.analysis_id}",
    )
    own = table[table["gene"] == gene].sort_values("shared", ascending=False, kind="stable")
    shown = own.assign(
        kind=own[fields.PERT_TYPE].map(fields.PERT_TYPES),
        shared=own["shared"].map({True: "yes", False: "no"}),
    )[["kind", fields.CELL_ID, "shared", "cosine"]]
    st.dataframe(
        savable(shown, simulated=done.simulated),
        hide_index=True,
        placeholder="—",
        column_config={
            "kind": "Perturbagens",
            fields.CELL_ID: "Cell line",
            "shared": st.column_config.TextColumn(
                "Shared", help="Whether the query has a signature in this cell line"
            ),
            "cosine": st.column_config.NumberColumn(
                "Cosine", format="%.3f", help=explained("cosine")
            ),
        },
    )


def _neighbors(table: pd.DataFrame, done: Analysis) -> None:
    if table.empty:
        st.info("No drug with known targets is nearer than the average one.")
        return
    st.caption("The nearest drugs with known targets. The compound's own molecule is never one.")
    shown = table[[fields.PERT_INAME, "similarity", fields.TARGET]].assign(
        about=about(table[fields.PERT_INAME], done.compendium)
    )[[fields.PERT_INAME, "similarity", fields.TARGET, "about"]]
    st.dataframe(
        savable(shown, simulated=done.simulated),
        hide_index=True,
        placeholder="—",
        column_config={
            fields.PERT_INAME: "Drug",
            "about": ABOUT_COLUMN,
            "similarity": st.column_config.NumberColumn(
                "Similarity",
                format="%.1f",
                help="In standard deviations over the drugs; its weight as evidence",
            ),
            fields.TARGET: "Target",
        },
    )


def weights(done: Analysis) -> None:
    """Show how much each line of evidence counts."""
    table = done.tables["weights"].assign(line=done.tables["weights"]["line"].map(LINES))
    st.caption(
        "How much a line of evidence raises the log odds of a known target: for each unit of its "
        "value, and by saying anything at all on a gene. Fitted on compounds with known targets."
    )
    number = st.column_config.NumberColumn
    st.dataframe(
        savable(table, simulated=done.simulated),
        hide_index=True,
        placeholder="—",
        column_config={
            "line": "Line of evidence",
            "weight": number("Weight", format="%.2f", help="For each unit of its value"),
            "presence": number(
                "Presence", format="%.2f", help="For genes on which it says anything"
            ),
        },
    )
