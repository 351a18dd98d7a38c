"""Choose between MOAs and targets where a compendium has both, and show what is known of drugs."""

from collections.abc import Iterable

import pandas as pd
import streamlit as st

from gpar_core import fields
from gpar_core.data.class_names import ALL, CHOICES, MOAS, NOUNS, TARGETS, Noun, gene_of
from gpar_core.data.class_tables import class_table, listed
from gpar_core.data.compendium import Compendium
from pages._shared.gene_links import N_LINKED, gene_link
from pages._shared.terms import explained

LABELS = {MOAS: "MOAs", TARGETS: "Targets", ALL: "Both"}
MOAS_AND_TARGETS = "MOAs and targets"
"""The name of a tab."""
MOA_COLUMN = st.column_config.TextColumn("Known MOA", help=explained("moa"))
KNOWN_COLUMNS = {
    fields.MOA: MOA_COLUMN,
    **{
        fields.TARGET + (f"_{n}" if n > 1 else ""): st.column_config.LinkColumn(
            "Target" + (f" {n}" if n > 1 else ""),
            display_text=r"gene=([^&]+)",
            help=explained("target", "Opens the page of the gene."),
        )
        for n in range(1, N_LINKED + 1)
    },
    "more_targets": st.column_config.NumberColumn(
        "More targets", help="The page of the drug lists them all"
    ),
}
"""Of tables from `targets_linked`."""


def choose_classes(compendium: Compendium, key: str) -> str:
    """'moas', 'targets' or 'all'; the first without a choice if the compendium has no targets."""
    if compendium.targets.empty:
        return MOAS
    return st.segmented_control(
        "Classes",
        CHOICES,
        default=MOAS if len(compendium.moas) else TARGETS,
        required=True,
        format_func=LABELS.get,
        help=explained("target"),
        key=f"{key}-kind-{compendium.name}",
        persist_state="session",
    )


def choose_names(compendium: Compendium, among: str, key: str, placeholder: str) -> list[str]:
    """Some of these classes by name, none for all. among: from `choose_classes`."""
    return st.multiselect(
        "MOAs" if among == MOAS else "Targets" if among == TARGETS else "MOAs and targets",
        class_table(compendium, among)["moa"],
        format_func=gene_of if among == TARGETS else str,
        placeholder=placeholder,
        key=key if among == MOAS else f"{key}-{among}",
        select_all=False,
        persist_state="session",
    )


def known(table: pd.DataFrame) -> pd.DataFrame:
    """moa and, where any is known, target of drugs, as they read in a table.

    table: with the column moa, and perhaps target, names joined by '|'.
    """
    columns = [fields.MOA]
    if fields.TARGET in table and (table[fields.TARGET].fillna("") != "").any():
        columns.append(fields.TARGET)
    return table[columns].fillna("").apply(listed)


def class_links(names: Iterable[str], compendium: str) -> list[str | None]:
    """URL of the page of the gene of each target, None for a MOA. names: of classes."""
    genes = map(gene_of, names)
    return [gene_link(gene, compendium) if gene else None for gene in genes]


def class_column(noun: Noun) -> object:
    """The column of the names of classes."""
    about = explained("target") if noun is NOUNS[TARGETS] else explained("moa")
    return st.column_config.TextColumn(noun.title, help=about)
