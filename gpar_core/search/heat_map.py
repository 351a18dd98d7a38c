"""The query's genes in the strongest compounds of both sides."""

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data.compendium import Compendium
from gpar_core.search.mean_signatures import mean_signatures
from gpar_core.search.query import Query

MAX_GENES = 60
N_COMPOUNDS = 20
"""Compounds of each side."""


def heat_map(compendium: Compendium, query: Query, compounds: pd.DataFrame) -> pd.DataFrame:
    """Mean z-scores of the query's genes, one row per compound and gene.

    compounds: from `search.search`. Of more than MAX_GENES genes, those are taken whose values vary
    most over these compounds. Both are in the order of a hierarchical clustering (average linkage,
    1 - Pearson's correlation, leaves ordered so that neighbors are most similar: Bar-Joseph et al.
    2001, Bioinformatics 17 Suppl 1:S22).

    Returns
    drug, pert_iname, side: 'mimic' or 'reverse'.
    symbol, direction: of the gene, and 'up' or 'down' as in the query.
    z: mean of the compound's representative signatures, one per cell line.
    """
    own = compounds["connectivity"]
    mimics = compounds[own > 0].head(N_COMPOUNDS).assign(side="mimic")
    reverses = compounds[own < 0].tail(N_COMPOUNDS).assign(side="reverse")
    shown = pd.concat([mimics, reverses], ignore_index=True)
    z = mean_signatures(compendium, shown[fields.DRUG].tolist())
    genes = query.genes
    if len(genes) > MAX_GENES and len(shown):
        most = np.argsort(-z[:, genes].var(axis=0), kind="stable")[:MAX_GENES]
        genes = np.sort(genes[most])
    z = z[:, genes]
    rows, columns = _clustered(z), _clustered(z.T)
    shown, genes, z = shown.iloc[rows], genes[columns], z[np.ix_(rows, columns)]
    n, m = z.shape
    direction = np.where(query.direction[genes] > 0, "up", "down")
    return pd.DataFrame(
        {
            fields.DRUG: np.repeat(shown[fields.DRUG].to_numpy(), m),
            fields.PERT_INAME: np.repeat(shown[fields.PERT_INAME].to_numpy(), m),
            "side": np.repeat(shown["side"].to_numpy(), m),
            "symbol": np.tile(np.array(fields.LANDMARK_SYMBOLS)[genes], n),
            "direction": np.tile(direction, n),
            "z": z.ravel(),
        }
    )


def _clustered(x: np.ndarray) -> np.ndarray:
    """(n,) the order of the rows. Rows that do not vary are as far from all others as unrelated."""
    from scipy.cluster.hierarchy import leaves_list, linkage  # noqa: PLC0415 -- pages start without
    from scipy.spatial.distance import squareform  # noqa: PLC0415

    if len(x) < 3 or not x.size:
        return np.arange(len(x))
    centered = x.astype(np.float64) - x.mean(axis=1, keepdims=True)
    length = np.linalg.norm(centered, axis=1, keepdims=True)
    unit = np.divide(centered, length, out=np.zeros_like(centered), where=length > 0)
    distance = np.clip(1 - unit @ unit.T, 0, 2)
    np.fill_diagonal(distance, 0)
    tree = linkage(squareform(distance, checks=False), "average", optimal_ordering=True)
    return np.asarray(leaves_list(tree))
