"""The gene's own knock-downs, knock-outs and over-expressions."""

import streamlit as st

from gpar_core import fields
from gpar_core.analyses.gene.identity import Gene
from gpar_core.analyses.gene.relations import perturbations
from gpar_core.data.compendium import Compendium
from gpar_core.data.kind_names import heading
from gpar_core.search.query import of_compound
from pages._gene.loaded import load_movers
from pages._gene.parts import HIGH, LOW, MEAN_Z, SIGNATURES, download
from pages._shared.error_box import plain
from pages._shared.state import go
from pages._shared.tables import savable
from pages._signature_search.examples import against_key, fill_lists


def show_perturbations(gene: Gene, compendium: Compendium) -> None:
    """Show whether the gene moves itself, and offer a search with a perturbation."""
    genetic = compendium.genetic
    if genetic is None:
        st.info(
            "This compendium has no knock-downs, knock-outs or over-expressions. Import it again "
            "with them (--pert-types) to see those of a gene."
        )
        return
    kinds = genetic.kinds if gene.is_measured else ()
    table = perturbations(
        genetic, gene, {kind: load_movers(compendium, kind, gene) for kind in kinds}
    )
    if table.empty:
        st.info(f"This compendium has no perturbation of {plain(gene.symbol)}.")
        return
    if gene.is_measured:
        st.caption(
            f"Mean z-score of {plain(gene.symbol)} in the signatures of its own perturbations. A "
            "knock-down should lower it and an over-expression raise it. A knock-out can leave the "
            "transcript in place."
        )
    number = st.column_config.NumberColumn
    st.dataframe(
        savable(table.drop(columns=fields.DRUG), simulated=compendium.simulated),
        hide_index=True,
        column_order=[fields.PERT_INAME, "moves_itself", "mean_z", "low", "high", "n_signatures",
                      "n_cell_lines", "Data"],
        placeholder="—",
        column_config={
            fields.PERT_INAME: "Perturbation",
            "moves_itself": st.column_config.TextColumn(
                "Moves itself", help="By the 95% interval: wholly on the expected side of 0 or not"
            ),
            "mean_z": MEAN_Z,
            "low": LOW,
            "high": HIGH,
            "n_signatures": SIGNATURES,
            "n_cell_lines": number("Cell lines", format="%d", help="With a signature"),
        },
    )  # fmt: skip
    st.markdown(
        "**What looks like it?** Search with its mean signature among compounds, or among genes "
        "that were changed."
    )
    against = st.segmented_control(
        "Search among",
        compendium.stored_kinds,
        default=compendium.kinds[0],
        required=True,
        format_func=heading,
        key=f"gene-search-{compendium.name}",
    )
    for row in table.to_dict("records"):
        if st.button(plain(f"Use {row[fields.PERT_INAME]} as query"), key=f"use-{row['drug']}"):
            _search(genetic, row[fields.DRUG], str(against))
    download("Download perturbations", table, "gene-perturbations", gene, compendium)


def _search(genetic: Compendium, drug: str, against: str) -> None:
    """Open Signature search with the most changed genes of a perturbation.

    against: the kind of perturbagen to search.
    """
    query = of_compound(genetic, drug)
    up, down = (
        " ".join(fields.LANDMARK_SYMBOLS[gene] for gene in genes)
        for genes in (query.up, query.down)
    )
    fill_lists(query.name, up, down)
    st.session_state[against_key(genetic.name)] = against
    go("signature_search")
