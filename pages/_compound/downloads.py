"""A compound as files: its signatures, its genes, and its neighbors."""

from collections.abc import Sequence
from functools import partial

import pandas as pd

from gpar_core import fields
from gpar_core.analyses.compound.result import Compound
from gpar_core.data.compendium import Compendium
from gpar_core.export import with_data
from gpar_core.formats.neighborhood import neighborhood_graph
from gpar_core.search.query import of_compound
from pages._shared.downloads import File, download_gene_lists, download_table
from pages._shared.signature_files import graph_files


def download_signatures(compound: Compound, compendium: Compendium) -> None:
    """Draw the menu of the table of its signatures."""
    _download("Download signatures", compound.signatures, "signatures", compound, compendium)


def download_genes(compound: Compound, compendium: Compendium) -> None:
    """Draw the menu of the genes it changes most, as a signature search with it takes them."""
    query = of_compound(compendium, compound.drug)
    up, down = (
        [fields.LANDMARK_SYMBOLS[gene] for gene in genes] for genes in (query.up, query.down)
    )
    about = "with the strongest mean change over its cell lines"
    download_gene_lists(about, compound.name, up, down, "genes", simulated=compendium.simulated)


def download_neighbors(table: pd.DataFrame, compound: Compound, compendium: Compendium) -> None:
    """Draw the menu of the table of its neighbors and of their graph."""
    graph = graph_files(partial(neighborhood_graph, compound, compendium))
    _download("Download neighbors", table, "neighbors", compound, compendium, graph)


def _download(
    label: str,
    table: pd.DataFrame,
    what: str,
    compound: Compound,
    compendium: Compendium,
    more: Sequence[File] = (),
) -> None:
    simulated = compendium.simulated
    download_table(
        label,
        table.assign(drug=compound.name),
        partial(with_data, compendium=compendium.name, simulated=simulated),
        what,
        compound.name,
        simulated=simulated,
        more=more,
    )
