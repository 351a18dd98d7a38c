"""What a compendium holds, and what its import found."""

import pandas as pd
import streamlit as st

from gpar_core import fields
from gpar_core.charts import overview
from gpar_core.data.class_names import MOA, TARGET, gene_of
from gpar_core.data.class_tables import known_columns
from gpar_core.data.compendium import Compendium
from pages._compendium.pert_types import show_kinds
from pages._shared.cached_charts import show_chart
from pages._shared.class_choice import KNOWN_COLUMNS, class_column, class_links
from pages._shared.error_box import plain
from pages._shared.gene_links import GENE_COLUMN, targets_linked
from pages._shared.tables import ABOUT_COLUMN, about, savable
from pages._shared.terms import explained

MOST_SENT = 50_000
"""Drugs whose table is sent whole, so that it can be searched; of more, what is looked at."""

DRUGS = {
    "n_drugs": st.column_config.NumberColumn("Drugs", help=explained("molecule")),
    "drugs": "Drug names",
}


def show_inside(compendium: Compendium) -> None:
    left, right = st.columns(2)
    with left:
        show_chart(overview.cell_lines(compendium.signatures, simulated=compendium.simulated))
    with right:
        if compendium.drugs[fields.TAS].notna().any():
            show_chart(overview.activity(compendium.drugs, simulated=compendium.simulated))
            n_inactive = int((compendium.drugs[fields.TAS] < fields.INACTIVE_TAS).sum())
            st.caption(
                f"Dashed line: below {fields.INACTIVE_TAS}, a drug counts as inactive, as "
                f"{n_inactive:,} of {len(compendium.drugs):,} do."
            )
        else:
            st.caption(
                "These signatures have no transcriptional activity score (TAS), so no compound "
                "counts as inactive. To add TAS, import the signatures with their signature "
                "metrics."
            )
    show_kinds(compendium)
    st.header("Mechanisms of action", anchor=False)
    st.dataframe(
        savable(compendium.moas, simulated=compendium.simulated),
        hide_index=True,
        column_config={"moa": class_column(MOA), **DRUGS},
        placeholder="—",
    )
    if len(compendium.targets):
        st.header("Targets", anchor=False)
        names = compendium.targets["moa"]
        links = class_links(names, compendium.name)
        targets = compendium.targets.assign(moa=names.map(gene_of), open=links)
        st.dataframe(
            savable(targets, simulated=compendium.simulated),
            hide_index=True,
            column_order=["moa", "open", "n_drugs", "drugs", "Data"],
            column_config={
                "moa": class_column(TARGET),
                "open": GENE_COLUMN,
                **DRUGS,
            },
            placeholder="—",
        )
    st.header("Drugs", anchor=False)
    st.dataframe(
        _compounds((compendium.name, compendium.fingerprint), compendium),
        hide_index=True,
        lazy=compendium.n_drugs > MOST_SENT,
        column_config={
            "pert_iname": "Drug",
            "names": st.column_config.TextColumn("All names", help=explained("molecule")),
            "pert_ids": "Compound ids",
            "about": ABOUT_COLUMN,
            **KNOWN_COLUMNS,
            "annotated": "MOA annotated",
            "n_signatures": "Signatures",
            "n_cell_lines": "Cell lines",
            "pubchem_cid": "PubChem CID",
            "inchi_key": "InChIKey",
            "canonical_smiles": "SMILES",
            "tas": st.column_config.NumberColumn("TAS", format="%.2f", help=explained("tas")),
        },
        placeholder="—",
    )


@st.cache_resource(max_entries=8, show_spinner=False)
def _compounds(which: tuple[str, str], _compendium: Compendium) -> pd.DataFrame:
    known = known_columns(_compendium)
    hidden = [fields.DRUG, fields.PERT_ID, fields.PERT_TYPE]
    table = _compendium.drugs.drop(columns=hidden + [fields.TARGET] * (fields.TARGET not in known))
    for column in (fields.PERT_IDS, fields.NAMES, *known):
        table[column] = table[column].str.replace(fields.MOA_SEPARATOR, "; ", regex=False)
    place = table.columns.get_loc(fields.PERT_INAME) + 1
    table.insert(place, "about", about(table[fields.PERT_INAME], _compendium.name))
    return savable(targets_linked(table, _compendium.name), simulated=_compendium.simulated)


def show_size(compendium: Compendium) -> None:
    """Show the source of a compendium, and its size in four figures."""
    st.caption(plain(compendium.source))
    figures = st.columns(4)
    of = " of compounds" if len(compendium.stored_kinds) > 1 else ""
    figures[0].metric(
        f"Signatures{of}", f"{compendium.n_signatures:,}", help=explained("signature")
    )
    figures[1].metric(
        "Drugs",
        f"{compendium.n_drugs:,}",
        help=f"Each molecule counts once. The compendium has {compendium.n_compounds:,} compound "
        f"ids. {explained('molecule')}",
    )
    figures[2].metric(
        "Cell lines",
        len(compendium.cell_lines),
        help="Cell lines with at least one signature. A drug leaves a clear signature mainly in "
        "cells that express its target.",
    )
    figures[3].metric("MOAs", len(compendium.moas), help=explained("moa"))


def show_findings(compendium: Compendium) -> None:
    findings = compendium.report.get("findings", [])
    if not findings:
        st.caption("This compendium was not imported from files, so nothing was left out.")
    for finding in findings:
        st.markdown(f"**{finding['count']:,}** {plain(finding['what'])}")
        if finding["names"]:
            more = " …" if finding["count"] > len(finding["names"]) else ""
            st.caption(plain("; ".join(finding["names"])) + more)
    st.caption(f"Fingerprint {compendium.fingerprint}", help=explained("fingerprint"))
