"""Links to the page of each perturbagen: that of a compound, or of the gene that was changed."""

from collections.abc import Iterable

import pandas as pd
import streamlit as st

from gpar_core import fields
from pages._shared.gene_links import GENE_COLUMN, gene_link
from pages._shared.tables import ABOUT_COLUMN, about

PAGE_COLUMN = st.column_config.LinkColumn(
    "Open page", display_text="Open", help="Open the page of the drug, or of the gene", width=95
)


def page_links(drugs: pd.DataFrame, compendium: str) -> list[str | None]:
    """URL of the page of each perturbagen, None for one without: a ligand, or an unknown gene.

    drugs: pert_iname, pert_type, and target where genes were changed.
    """
    targets = drugs.get(fields.TARGET, pd.Series("", drugs.index))
    pages = about(drugs[fields.PERT_INAME], compendium)
    return [
        page
        if kind == fields.COMPOUND_PERT_TYPE
        else gene_link(gene, compendium)
        if kind in fields.GENETIC and gene
        else None
        for page, kind, gene in zip(pages, drugs[fields.PERT_TYPE], targets, strict=True)
    ]


def link_column(kinds: Iterable[str]) -> object:
    """The column of `page_links`, by the kinds of perturbagens in its table."""
    kinds = set(kinds)
    if kinds <= {fields.COMPOUND_PERT_TYPE}:
        return ABOUT_COLUMN
    return GENE_COLUMN if kinds <= set(fields.GENETIC) else PAGE_COLUMN
