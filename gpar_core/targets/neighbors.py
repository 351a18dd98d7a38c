"""Targets of the drugs most similar to a compound."""

from typing import Final

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data.compendium import Compendium
from gpar_core.progress import Report, silent
from gpar_core.targets.known_targets import KnownTargets
from gpar_core.targets.line_similarity import OTHER, SAME, Queries, compared, similarities

N_NEAREST: Final = 10
PRIOR: Final = 1.0
"""Drugs with the targets of the average drug that are added to the nearest, so that a gene which
none of them has is unlikely, not impossible."""


def drug_similarities(
    queries: Queries, compendium: Compendium, known: KnownTargets, report: Report = silent
) -> np.ndarray:
    """(n, d) similarity of each query to each drug with known targets, in standard deviations.

    By the representative signatures of the drugs, in the cell lines that a query shares with them,
    else in others. -inf for the query's own molecule and for drugs that cannot be compared.
    """
    signatures = compendium.signatures
    code = known.drugs.get_indexer(pd.Index(signatures[fields.DRUG]))
    code[~signatures[fields.REPRESENTATIVE].to_numpy(bool)] = -1
    code[(signatures[fields.PERT_TYPE] != fields.COMPOUND_PERT_TYPE).to_numpy()] = -1
    found = similarities(
        compared(queries, compendium, code, report), len(queries.names), len(known.drugs)
    )
    near = np.full((len(queries.names), len(known.drugs)), np.nan, np.float32)
    for scope in (SAME, OTHER):
        if (z := found.get((fields.COMPOUND_PERT_TYPE, scope))) is not None:
            near = np.where(np.isfinite(near), near, z)
    own = known.drugs.get_indexer(pd.Index(queries.names))
    near[np.flatnonzero(own >= 0), own[own >= 0]] = np.nan
    return np.where(np.isfinite(near), near, -np.inf)


def nearest_drugs(
    similarity: np.ndarray, known: KnownTargets, compendium: Compendium
) -> pd.DataFrame:
    """The nearest drugs of one query, (d,) similarities: pert_iname, similarity and target."""
    order, weight = nearest(similarity[None])
    order, weight = order[0][weight[0] > 0], weight[0][weight[0] > 0]
    names = compendium.drugs.set_index(fields.DRUG)[fields.PERT_INAME]
    return pd.DataFrame(
        {
            fields.PERT_INAME: names.loc[known.drugs[order]].to_numpy(),
            "similarity": weight,
            fields.TARGET: [", ".join(known.genes[known.has[drug]]) for drug in order],
        }
    )


def nearest(similarity: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The most similar drugs of each query, the nearest first.

    similarity: (n, d). Returns positions and weights (n, k) with k = min(`N_NEAREST`, d). A weight
    is the similarity, 0 for a drug that is less similar than the average one.
    """
    k = min(N_NEAREST, similarity.shape[1])
    order = np.argsort(-similarity, axis=1, kind="stable")[:, :k]
    return order, np.maximum(np.take_along_axis(similarity, order, axis=1), 0.0)


def neighbor_evidence(similarity: np.ndarray, known: KnownTargets, own: np.ndarray) -> np.ndarray:
    """How much more often the nearest drugs have each target than other drugs do.

    similarity: (n, d), from `drug_similarities`. own: (n,) position of each query's molecule among
    the d drugs, -1 if it has no known target; its targets are never counted.

    With share s of the k nearest drugs, weighted by similarity, that have the target, and share b
    of all other drugs: log((k s + PRIOR b) / ((k + PRIOR) b)), 0 where both agree. Returns
    (n, n_genes), NaN for targets that no other drug has, and where no drug is near.
    """
    order, weight = nearest(similarity)
    k = (weight > 0).sum(axis=1)
    total = weight.sum(axis=1)
    has = known.has.astype(np.float32)
    share = np.stack([w @ has[of] for of, w in zip(order, weight, strict=True)])
    share /= np.where(total > 0, total, np.nan)[:, None]
    counts = np.tile(has.sum(axis=0), (len(own), 1))
    counts[own >= 0] -= has[own[own >= 0]]
    base = counts / np.maximum(len(has) - (own >= 0), 1)[:, None]
    base[base <= 0] = np.nan
    return np.log((k[:, None] * share + PRIOR * base) / ((k[:, None] + PRIOR) * base))
