"""In which cell lines a compound ranks high."""

import numpy as np
import pandas as pd

from gpar_core import fields

HIGH = 0.95
"""Percentile from which a compound ranks high in a cell line."""


def by_cell_line(signatures: pd.DataFrame, n_ranked: int) -> pd.DataFrame:
    """Where each compound's signatures of each cell line rank among all.

    signatures: of some or all compounds, with drug, cell_id and rank, from 1 to n_ranked, as
    `training.result.Model.signatures`.
    Returns drug, cell_id, in this order, and percentile: the mean, over the signatures, of the
    share of the other signatures that rank lower.
    """
    others = max(n_ranked - 1, 1)
    share = 1 - (signatures["rank"].to_numpy() - 1) / others
    drug, drugs = pd.factorize(signatures[fields.DRUG], sort=True)
    cell, cells = pd.factorize(signatures[fields.CELL_ID], sort=True)
    group = drug.astype(np.int64) * len(cells) + cell
    place, index, count = np.unique(group, return_inverse=True, return_counts=True)
    return pd.DataFrame(
        {
            fields.DRUG: drugs[place // len(cells)],
            fields.CELL_ID: cells[place % len(cells)],
            "percentile": np.bincount(index, share) / count,
        }
    )
