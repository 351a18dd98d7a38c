"""How the z-scores of a gene are distributed over the compendium."""

from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from gpar_core import fields
from gpar_core.analyses.gene import charts
from gpar_core.analyses.gene.distribution import described, histogram, place_by_spread
from gpar_core.analyses.gene.identity import Gene
from gpar_core.data.compendium import Compendium
from pages._gene.loaded import load_spread, load_view, load_z
from pages._gene.parts import SIGNATURES, download
from pages._shared.cached_charts import chart_once
from pages._shared.tables import savable
from pages._shared.terms import explained

number = st.column_config.NumberColumn
COLUMNS = {
    "kind": "Perturbagens",
    fields.CELL_ID: "Cell line",
    "n_signatures": SIGNATURES,
    "mean_z": number("Mean z", format="%+.2f", help="Mean over all these signatures"),
    "sd_z": number("SD of z", format="%.2f", help="Standard deviation over these signatures"),
    "up": number("z ≥ 2", format="percent", help="Share of the signatures that raise the gene"),
    "down": number("z ≤ −2", format="percent", help="Share of the signatures that lower the gene"),
}


def show_distribution(gene: Gene, compendium: Compendium) -> None:
    """Show how much the gene varies, a histogram by kind, and a table by cell line."""
    home = compendium.kinds[0]
    z = {kind: load_z(compendium, kind, gene) for kind in compendium.stored_kinds}
    _figures(gene, compendium, z[home])
    words = np.concatenate(
        [np.full(len(each), fields.PERT_TYPES[kind], object) for kind, each in z.items()]
    )
    every = np.concatenate(list(z.values()))
    chart_once(
        "gene distribution",
        (compendium.fingerprint, gene.place),
        lambda: charts.distribution(
            histogram(every, words), f"z-scores of {gene.symbol}", simulated=compendium.simulated
        ),
    )
    if len(z) > 1:
        _table(described(every, words, "kind"), compendium)
    st.header("By cell line", anchor=False)
    cells = load_view(compendium, home).signatures[fields.CELL_ID].to_numpy()
    by_cell = described(z[home], cells, fields.CELL_ID)
    left, right = st.columns([2, 3])
    with left:
        chart_once(
            "gene by cell line",
            (compendium.fingerprint, gene.place),
            partial(charts.by_cell_line, by_cell, f"Signatures that change {gene.symbol}",
                    simulated=compendium.simulated),
        )  # fmt: skip
    with right:
        _table(by_cell, compendium)
        download("Download cell lines", by_cell, "gene-cell-lines", gene, compendium)


def _figures(gene: Gene, compendium: Compendium, z: np.ndarray) -> None:
    spread = load_spread(compendium)
    figures = st.columns(4)
    figures[0].metric("Signatures", f"{len(z):,}", border=True, help=explained("signature"))
    figures[1].metric(
        "Raised",
        f"{np.mean(z >= 2):.1%}",
        border=True,
        help="Share of the signatures with a z-score of 2 or more",
    )
    figures[2].metric(
        "Lowered",
        f"{np.mean(z <= -2):.1%}",
        border=True,
        help="Share of the signatures with a z-score of -2 or less",
    )
    figures[3].metric(
        "Rank by spread",
        f"{place_by_spread(spread, gene.place)} of {fields.N_LANDMARKS}",
        border=True,
        help="Landmark genes by the standard deviation of their z-scores over the signatures; 1 "
        f"varies most. Here it is {spread[gene.place]:.2f}; the median of all genes is "
        f"{np.median(spread):.2f}.",
    )


def _table(table: pd.DataFrame, compendium: Compendium) -> None:
    st.dataframe(
        savable(table, simulated=compendium.simulated),
        hide_index=True,
        placeholder="—",
        column_config=COLUMNS,
    )
