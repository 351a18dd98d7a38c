"""Similarity of a compound to the loss or gain of each gene."""

from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data.compendium import Compendium
from gpar_core.targets.line_similarity import OTHER, SAME, Compared, similarities, standardized

SIGN: Final[Mapping[str, float]] = {"trt_sh.cgs": 1.0, "trt_xpr": 1.0, "trt_oe": -1.0}
"""An inhibitor resembles the loss of its target, and the reverse of its gain."""
KIND_NAMES: Final = {
    "trt_sh.cgs": "knock_down",
    "trt_xpr": "knock_out",
    "trt_oe": "over_expression",
}


def gene_key(symbol: str) -> str:
    """One spelling of a gene's symbol, by which tables are matched.

    >>> gene_key(" drd2")
    'DRD2'
    """
    return symbol.strip().upper()


def genes_of(genetic: Compendium) -> tuple[pd.Index, np.ndarray]:
    """The genes with a genetic signature, sorted, and that of each signature (n,)."""
    by_drug = genetic.drugs.set_index(fields.DRUG)[fields.TARGET].map(gene_key)
    of_signature = genetic.signatures[fields.DRUG].map(by_drug).fillna("")
    genes = pd.Index(sorted(set(of_signature) - {""}), dtype=object)
    return genes, genes.get_indexer(pd.Index(of_signature))


def gene_similarities(
    found: Iterable[Compared], n_queries: int, n_genes: int
) -> dict[str, np.ndarray]:
    """How each gene's loss resembles each query.

    found: from `line_similarity.compared`. Returns (n_queries, n_genes) by names as 'knock_down'
    (cell lines of the query) and 'knock_down_other' (other lines), higher if the query resembles
    the gene's loss: over-expressions count reversed.
    """
    scores = similarities(found, n_queries, n_genes)
    return {
        KIND_NAMES[kind] + ("" if scope == SAME else f"_{OTHER}"): SIGN[kind] * scores[kind, scope]
        for kind in KIND_NAMES
        for scope in (SAME, OTHER)
        if (kind, scope) in scores
    }


def added(scores: Mapping[str, np.ndarray]) -> np.ndarray:
    """Scores of several kinds as one, (n, n_genes), standardized again; NaN for a gene without any.

    scores: from `gene_similarities`. Of each kind, the cell lines of the query decide, other lines
    only where a gene has no signature in those. sum / sqrt(number of kinds), after Stouffer.
    """
    kinds = [name for name in KIND_NAMES.values() if name in scores or f"{name}_{OTHER}" in scores]
    each = []
    for kind in kinds:
        same, other = scores.get(kind), scores.get(f"{kind}_{OTHER}")
        both = [x for x in (same, other) if x is not None]
        each.append(both[0] if len(both) == 1 else np.where(np.isfinite(both[0]), *both))
    stacked = np.stack(each)
    count = np.isfinite(stacked).sum(axis=0)
    total = np.nansum(stacked, axis=0) / np.sqrt(np.where(count > 0, count, np.nan))
    return standardized(total)


def p_values(z: np.ndarray) -> np.ndarray:
    """(n_genes,) chance of a score as high, if those of all genes were normal; NaN stays."""
    from scipy.stats import norm  # noqa: PLC0415 -- pages start without it

    return norm.sf(z)


def fdr_of(p: np.ndarray) -> np.ndarray:
    """(n_genes,) Benjamini-Hochberg over the genes that have a p; NaN stays."""
    from scipy.stats import false_discovery_control  # noqa: PLC0415 -- pages start without it

    known = np.isfinite(p)
    found = np.full(len(p), np.nan)
    if known.any():
        found[known] = false_discovery_control(p[known])
    return found
