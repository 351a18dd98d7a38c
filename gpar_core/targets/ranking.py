"""Genes ranked as targets of each query, with every line of evidence."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gpar_core.targets.combination import Combination
from gpar_core.targets.evidence import Evidence
from gpar_core.targets.genetic import fdr_of, p_values
from gpar_core.targets.known_targets import KnownTargets


def ranked_targets(
    evidence: Evidence,
    combination: Combination | None,
    known: KnownTargets,
    labels: Sequence[str],
) -> pd.DataFrame:
    """Genes on which there is some evidence, the likeliest first, query by query.

    labels: (n,) names of the queries on screen. combination: None if nothing was fitted; then the
    genetic evidence ranks, or the sum of the lines without genetic signatures. Returns one row per
    query and gene:

    query, rank (from 1), gene, probability (NaN without a combination), genetic (z of all genetic
        lines), p and fdr (of that, over the genes), a column for each line, known (whether the
        query is known to target it).
    """
    probability = None
    if combination is not None and evidence.lines:
        probability = combination.probability(evidence.lines, evidence.queries)
    is_known = known.among(pd.Index(evidence.queries), evidence.genes)
    tables = []
    for number, label in enumerate(labels):
        lines = {name: values[number] for name, values in evidence.lines.items()}
        z = np.full(len(evidence.genes), np.nan)
        if evidence.genetic is not None:
            z = evidence.genetic[number].astype(float)
        p = p_values(z)
        table = pd.DataFrame(
            {
                "query": label,
                "gene": evidence.genes,
                "probability": np.nan if probability is None else probability[number],
                "genetic": z,
                "p": p,
                "fdr": fdr_of(p),
                **lines,
                "known": is_known[number],
            }
        )
        some = table[list(lines)].notna().any(axis=1) if lines else table["known"] & False
        table = table.assign(total=table[list(lines)].sum(axis=1))[some]
        keys = ["probability", "genetic", "total", "gene"]
        table = table.sort_values(keys, ascending=[False, False, False, True], ignore_index=True)
        table.insert(1, "rank", np.arange(1, len(table) + 1))
        tables.append(table.drop(columns="total"))
    return pd.concat(tables, ignore_index=True)
