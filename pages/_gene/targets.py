"""Drugs that target a gene."""

import streamlit as st

from gpar_core import fields
from gpar_core.analyses.gene.identity import Gene
from gpar_core.analyses.gene.relations import targeting
from gpar_core.data.compendium import Compendium
from pages._gene.loaded import load_movers
from pages._gene.parts import HIGH, LOW, MEAN_Z, SIGNATURES, download, shown_names
from pages._shared.class_choice import KNOWN_COLUMNS
from pages._shared.error_box import plain
from pages._shared.gene_links import targets_linked
from pages._shared.positive_set import train_on
from pages._shared.tables import ABOUT_COLUMN, about, savable


def show_targets(gene: Gene, compendium: Compendium) -> None:
    """Show the drugs, how they move the gene, and offer to train on them."""
    if compendium.targets.empty:
        st.info(
            "This compendium has no targets of drugs. Import it again with a table of targets, "
            "such as compoundinfo of LINCS2020 or the drugs of the Drug Repurposing Hub."
        )
        return
    moved = load_movers(compendium, compendium.kinds[0], gene) if gene.is_measured else None
    table = targeting(compendium, gene, moved)
    if table.empty:
        st.info(f"No drug of this compendium is known to target {plain(gene.symbol)}.")
        return
    st.caption(
        f"Drugs with {plain(gene.symbol)} among their known targets. A drug that inhibits a "
        "protein need not change the expression of its gene. **Which target?** asks whether the "
        "gene can be found from a drug's signatures alone."
    )
    names = table[fields.PERT_INAME]
    links = {
        "about": about(names, compendium.name),
        "asks": about(names, compendium.name, "target_prediction"),
    }
    table = table.assign(**links)
    means = ["mean_z", "low", "high"] if gene.is_measured else []
    order = [
        fields.PERT_INAME, *links, *means, "n_signatures", fields.MOA, fields.TARGET,
    ]  # fmt: skip
    st.dataframe(
        savable(
            targets_linked(shown_names(table)[order], compendium.name),
            simulated=compendium.simulated,
        ),
        hide_index=True,
        placeholder="—",
        column_config={
            fields.PERT_INAME: "Drug",
            "about": ABOUT_COLUMN,
            "asks": st.column_config.LinkColumn(
                "Which target?", display_text="Predict", help="Predict the targets of this drug"
            ),
            "mean_z": MEAN_Z,
            "low": LOW,
            "high": HIGH,
            "n_signatures": SIGNATURES,
            **KNOWN_COLUMNS,
        },
    )
    with st.container(horizontal=True):
        if st.button("Train on these drugs", type="primary"):
            train_on(table[fields.PERT_INAME])
        download(
            "Download drugs", table.drop(columns=list(links)), "gene-targeted-by", gene,
            compendium,
        )  # fmt: skip
