"""MOAs and targets whose compounds mimic or reverse a query, and where those of one rank."""

import pandas as pd
import streamlit as st

from gpar_core import fields
from gpar_core.analyses.result import Analysis
from gpar_core.analyses.signature_search import charts
from gpar_core.analyses.signature_search.verdict import besides, of_classes
from gpar_core.data.class_names import MOA, TARGET
from gpar_core.search.classes import SEPARATOR, running_sum
from pages._shared.cached_charts import chart_once
from pages._shared.class_choice import LABELS, class_column
from pages._shared.downloads import download_analysis
from pages._shared.error_box import plain
from pages._shared.gene_links import GENE_COLUMN, gene_link
from pages._shared.tables import SELECTION, chosen_row, savable
from pages._shared.terms import explained
from pages._signature_search.hits.rows import asked

COLUMNS = (
    "moa_auroc",
    "target_auroc",
    "fdr",
    "n_drugs",
    "median_connectivity",
    "es",
    "nes",
    "fdr_es",
)
"""Those on screen after the name; the file has all."""
FDR_HELP = "Benjamini-Hochberg over all {}, on p of the two-sided Mann-Whitney test"
FDR_ES_HELP = "Benjamini-Hochberg over all {}, on p of the ES against 1,000 random classes"
OF = {"moas": (MOA, fields.MOA), "targets": (TARGET, fields.TARGET)}
"""Table of the result -> its noun, and the column of names, there and in the table of compounds."""
NO_TARGETS = (
    "This compendium knows no targets. To see them here, import it with a table of targets: "
    "compoundinfo_beta.txt of LINCS2020, the Drug Repurposing Hub, or your own."
)


def show_classes(done: Analysis) -> None:
    """Show the MOAs or the targets, and the running sum of the one that is checked."""
    chosen = "moas"
    if "targets" in done.tables:
        chosen = st.segmented_control(
            "Classes",
            list(OF),
            default="moas" if len(done.tables["moas"]) else "targets",
            required=True,
            format_func=lambda name: LABELS[name],
            key=f"search-classes-{done.analysis_id}",
        )
    else:
        st.caption(NO_TARGETS)
    _show(chosen, done)


def _show(chosen: str, done: Analysis) -> None:
    table, (noun, column) = done.tables[chosen], OF[chosen]
    if table.empty:
        st.info(
            f"No {noun.one} has three compounds here. Import a compendium with a table of "
            f"{noun.many}."
        )
        return
    st.caption(
        f"{LABELS[chosen]} of at least three compounds. AUROC is the chance that a compound with "
        f"the {noun.one} has a higher connectivity than one without it: near 1 its compounds mimic "
        "the query, near 0 they reverse it, 0.5 is chance. Its FDR is from the two-sided "
        "Mann-Whitney test; the query itself does not count. ES, the enrichment score, weights "
        "compounds by their connectivity; its "
        f"FDR is from random classes. Check a {noun.one} to see where its compounds rank."
    )
    st.markdown(of_classes(table, noun))
    auroc = f"Near 1 the compounds of the {noun.one} mimic the query, near 0 they reverse it"
    number = st.column_config.NumberColumn
    shown = table
    if noun is TARGET:
        shown = table.assign(open=[gene_link(gene, done.compendium) for gene in table[column]])
    event = st.dataframe(
        savable(shown, simulated=done.simulated),
        height=360,
        hide_index=True,
        on_select="rerun",
        selection_mode=SELECTION,
        key=f"search-{chosen}-{'-'.join(done.identity)}",
        column_order=[column, *(name for name in COLUMNS if name in table), "open", "Data"],
        column_config={
            column: class_column(noun),
            "open": GENE_COLUMN,
            "n_drugs": number("Drugs", format="%d", width=60, help="With a signature here"),
            "median_connectivity": number(
                "Median connectivity", format="%.2f", width=125, help=explained("connectivity")
            ),
            "moa_auroc": number("AUROC", format="%.2f", help=auroc),
            "target_auroc": number("AUROC", format="%.2f", help=auroc),
            "fdr": number("FDR", format="%.2g", help=FDR_HELP.format(noun.many)),
            "es": number("ES", format="%.2f", help=explained("class-es")),
            "nes": number("NES", format="%.2f", help=explained("nes")),
            "fdr_es": number("FDR of ES", format="%.2g", help=FDR_ES_HELP.format(noun.many)),
        },
        placeholder="—",
    )
    _running_sum(table.iloc[chosen_row(event, len(table)) or 0], column, done)
    download_analysis(f"Download all {noun.many}", table, f"signature-search-{chosen}", done)


def _running_sum(chosen: pd.Series, column: str, done: Analysis) -> None:
    name = chosen[column]
    compounds = besides(done.tables["compounds"], asked(done).compound)
    chart_once(
        "search running sum",
        (*done.identity, column, name),
        lambda: charts.running_sum(
            running_sum(compounds, members(compounds, name, column)),
            name,
            simulated=done.simulated,
        ),
    )
    if edge := chosen.get("leading_edge"):
        names = plain(edge.replace(SEPARATOR, ", "))
        st.caption(f"Leading edge: {names}", help=explained("leading-edge"))


def members(compounds: pd.DataFrame, name: str, column: str = fields.MOA) -> list[str]:
    """Drugs with a MOA, or with a target. column: that of the names."""
    listed = compounds[column].str.split(fields.MOA_SEPARATOR, regex=False)
    return compounds.loc[listed.map(lambda names: name in names), fields.DRUG].tolist()
