"""The neighborhood of a compound as a graph: its signatures, and those most similar to them."""

from typing import Final

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.analyses.compound.result import Compound
from gpar_core.analyses.moa_prediction.result import N_NEAREST, nearest_of_others
from gpar_core.data.compendium import Compendium
from gpar_core.formats.graph import NODE_COLUMNS, Graph
from gpar_core.formats.signature_table import described
from gpar_core.rank.neighbors import unit

ROLE: Final = "role"
"""Column of the nodes: 'compound' for the compound's own signatures, else 'neighbor'."""
BLOCK_ROWS = 1024


def neighborhood_graph(compound: Compound, compendium: Compendium) -> Graph:
    """The graph of a compound's signatures and their nearest ones of other drugs.

    Nodes: the compound's signatures, and for each of them the `N_NEAREST` representative signatures
    of other drugs with the highest cosine; they have `NODE_COLUMNS`, `ROLE`, and no places. Edges:
    from each node to the `N_NEAREST` nodes of other drugs with the highest cosine.
    """
    near = nearest_of_others(compendium, compound.rows, compound.drug)
    places = pd.Index(compendium.signatures[fields.SIG_ID])
    neighbors = places.get_indexer(near[fields.SIG_ID].unique())
    rows = np.concatenate([compound.rows, np.sort(neighbors)])
    drugs = compendium.signatures[fields.DRUG].to_numpy()[rows]
    pairs, similarity = _nearest_pairs(unit(compendium.matrix[rows]), pd.factorize(drugs)[0])
    nodes = described(compendium, rows)[list(NODE_COLUMNS)]
    role = np.where(np.arange(len(rows)) < len(compound.rows), "compound", "neighbor")
    return Graph(nodes.assign(**{ROLE: role}), pairs, similarity)


def _nearest_pairs(directions: np.ndarray, drug: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pairs (m, 2) of rows, one of them near the other, and their cosines (m,).

    directions: (n, 978) of length 1. drug: (n,) numbers; rows of one drug are no pair.
    """
    found = []
    for start in range(0, len(directions), BLOCK_ROWS):
        block = slice(start, start + BLOCK_ROWS)
        cosine = directions[block] @ directions.T
        cosine[drug[block, None] == drug] = -np.inf
        best = np.argsort(-cosine, axis=1, kind="stable")[:, :N_NEAREST]
        values = np.take_along_axis(cosine, best, axis=1)
        own = np.repeat(np.arange(start, start + len(best)), best.shape[1])
        edges = pd.DataFrame({"a": own, "b": best.ravel(), "cosine": values.ravel()})
        found.append(edges[np.isfinite(edges["cosine"])])
    both = pd.concat(found, ignore_index=True)
    ends = np.sort(both[["a", "b"]].to_numpy(), axis=1)
    pairs, first = np.unique(ends, axis=0, return_index=True)
    return pairs, both["cosine"].to_numpy()[first]
