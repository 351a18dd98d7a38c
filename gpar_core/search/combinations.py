"""Pairs of compounds that together cover more of a query than either alone.

L1000CDS2 (Duan et al. 2016, npj Systems Biology and Applications 2:16015,
doi:10.1038/npjsba.2016.15) scores a signature by the number of the query's genes that it changes in
the wanted direction, divided by the number of the query's genes that were measured, and every pair
of the 50 best signatures by the combined overlap of both. For a query with values it takes the
orthogonality of two signatures instead; here pairs are judged by overlap for all queries:

    coverage(a)    = |C_a| / n
    coverage(a, b) = |C_a u C_b| / n
    gain(a, b)     = coverage(a, b) - max(coverage(a), coverage(b))
    conflicts(a, b) = |C_a n W_b| + |C_b n W_a|

n: genes of the query. C: those that a compound changes in the wanted direction; to mimic, the up
genes among its highest values and the down genes among its lowest, and to reverse, the opposite. W:
those that it changes in the other direction. gain and conflicts are GPAR's own. L1000CDS2 compares
single signatures and the genes that are significant in each; here a compound's signatures are
averaged over its cell lines, and the N_EXTREME highest and lowest values count, as many for each
compound, so that coverage does not follow the strength of a compound. A gene in the conflicts
counts as covered, although the two effects may cancel. The effects of two compounds need not add
up, so a pair is only a suggestion.
"""

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data.compendium import Compendium
from gpar_core.search.layers import N_EXTREME
from gpar_core.search.mean_signatures import mean_signatures
from gpar_core.search.query import Query

N_COMPOUNDS = 200
"""The strongest compounds of a side that are paired with one another."""
N_PAIRS = 200
"""The best pairs of a side that are kept."""


def combinations(
    compendium: Compendium,
    query: Query,
    compounds: pd.DataFrame,
    *,
    n_compounds: int = N_COMPOUNDS,
    n_pairs: int = N_PAIRS,
) -> pd.DataFrame:
    """The best pairs of mimics and of reversers, those that cover most first.

    compounds: from `search.search`.

    Returns
    side: 'mimic' or 'reverse'.
    drug, pert_iname, other_drug, other_name: the two; the one that covers more alone comes first.
    coverage, gain: as above, 0 to 1; pairs with a gain of 0 are left out.
    alone, other_alone: coverage of each.
    conflicts: number of genes.
    """
    sides = {
        "mimic": compounds[compounds["connectivity"] > 0],
        "reverse": compounds[compounds["connectivity"] < 0].iloc[::-1],
    }
    tables = []
    for side, found in sides.items():
        best = found.head(n_compounds)
        z = mean_signatures(compendium, best[fields.DRUG].tolist())
        sign = 1 if side == "mimic" else -1
        tables.append(_best(best, *_changed(z, sign * query.direction), n_pairs).assign(side=side))
    table = pd.concat(tables, ignore_index=True)
    return table[["side", *table.columns.drop("side")]]


def _changed(z: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(k, m) bool twice: which of the query's genes change as wanted, and which the other way."""
    n_genes = z.shape[1]
    order = np.argsort(z, axis=1, kind="stable")
    change = np.zeros(z.shape, np.int8)
    np.put_along_axis(change, order[:, :N_EXTREME], -1, axis=1)
    np.put_along_axis(change, order[:, n_genes - N_EXTREME :], 1, axis=1)
    genes = np.flatnonzero(wanted)
    agrees = change[:, genes] * wanted[genes].astype(np.int8)
    return agrees > 0, agrees < 0


def _best(
    compounds: pd.DataFrame, covered: np.ndarray, opposed: np.ndarray, n_pairs: int
) -> pd.DataFrame:
    right, wrong = covered.astype(np.float32), opposed.astype(np.float32)
    alone = right.sum(axis=1)
    n = covered.shape[1]
    first, second = np.triu_indices(len(compounds), 1)
    union = (alone[:, None] + alone - right @ right.T)[first, second]
    gain = union - np.maximum(alone[first], alone[second])
    conflicts = (right @ wrong.T + wrong @ right.T)[first, second]
    order = np.lexsort((conflicts, -gain, -union))
    order = order[gain[order] > 0][:n_pairs]
    first, second = first[order], second[order]
    swap = alone[second] > alone[first]
    first, second = np.where(swap, second, first), np.where(swap, first, second)
    drugs = compounds[fields.DRUG].to_numpy()
    names = compounds[fields.PERT_INAME].to_numpy()
    return pd.DataFrame(
        {
            fields.DRUG: drugs[first],
            fields.PERT_INAME: names[first],
            "other_drug": drugs[second],
            "other_name": names[second],
            "coverage": union[order].astype(float) / n,
            "gain": gain[order].astype(float) / n,
            "alone": alone[first].astype(float) / n,
            "other_alone": alone[second].astype(float) / n,
            "conflicts": conflicts[order].astype(int),
        }
    )
