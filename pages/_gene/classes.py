"""MOAs and targets whose drugs move a gene together."""

import pandas as pd
import streamlit as st

from gpar_core import fields
from gpar_core.analyses.gene.charts import intervals
from gpar_core.analyses.gene.identity import Gene
from gpar_core.analyses.gene.movers import MIN_DRUGS, classes
from gpar_core.data.class_names import TARGET_PREFIX
from gpar_core.data.compendium import Compendium
from pages._gene.loaded import load_movers
from pages._gene.parts import HIGH, LOW, MEAN_Z, download
from pages._shared.cached_charts import chart_once
from pages._shared.error_box import plain
from pages._shared.gene_links import GENE_COLUMN, gene_link
from pages._shared.tables import savable
from pages._shared.terms import explained

MOAS, TARGETS = "MOAs", "Targets"


def show_classes(gene: Gene, compendium: Compendium) -> None:
    """Show the classes as a chart and a table."""
    which = MOAS
    if not compendium.targets.empty:
        which = st.segmented_control(
            "Classes", [MOAS, TARGETS], default=MOAS, required=True, key="gene-classes"
        )
    table = _classes(compendium.fingerprint, gene.place, str(which), gene, compendium)
    if table.empty:
        st.info(
            f"No class has {MIN_DRUGS} drugs here. Import a compendium with a MOA or target table."
        )
        return
    n_clear = int((table["fdr"] < 0.05).sum())
    st.caption(
        f"The drugs of {n_clear} of {len(table)} {which if which == MOAS else which.lower()} move "
        f"{plain(gene.symbol)} together, with an FDR below 0.05. Mean over the drugs of their mean "
        f"z-scores, with its 95% interval over drugs; at least {MIN_DRUGS} drugs each."
    )
    number = st.column_config.NumberColumn
    shown = table
    if which == TARGETS:
        shown = table.assign(open=[gene_link(each, compendium.name) for each in table[fields.MOA]])
    st.dataframe(
        savable(shown, simulated=compendium.simulated),
        hide_index=True,
        placeholder="—",
        column_order=[fields.MOA, "open", *table.columns[1:], "Data"],
        column_config={
            fields.MOA: "MOA" if which == MOAS else "Target",
            "open": GENE_COLUMN,
            "n_drugs": number("Drugs", format="%d", help="With a signature here"),
            "mean_z": MEAN_Z,
            "low": LOW,
            "high": HIGH,
            "same": number(
                "Same direction", format="percent", help="Share of the drugs that move the "
                "gene in the direction of the class",
            ),
            "p": number("p", format="%.2g", help="That the mean of the class is 0"),
            "fdr": number("FDR", format="%.2g", help=explained("fdr")),
        },
    )  # fmt: skip
    download("Download classes", table, "gene-classes", gene, compendium)
    chart_once(
        "gene classes",
        (compendium.fingerprint, gene.place, str(which)),
        lambda: intervals(
            table,
            fields.MOA,
            f"{which} whose drugs move {gene.symbol} most clearly",
            simulated=compendium.simulated,
        ),
    )


@st.cache_resource(max_entries=64, show_spinner="Comparing classes …")
def _classes(
    fingerprint: str, place: int, which: str, _gene: Gene, _compendium: Compendium
) -> pd.DataFrame:
    moved = load_movers(_compendium, _compendium.kinds[0], _gene)
    if which == MOAS:
        return classes(moved, _compendium.compound_moas)
    found = classes(moved, _compendium.compound_targets)
    return found.assign(moa=found[fields.MOA].str.removeprefix(TARGET_PREFIX))
