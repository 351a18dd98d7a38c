"""Search a compendium: every compound by how far it mimics or reverses a query."""

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data.compendium import Compendium
from gpar_core.errors import RequestError
from gpar_core.progress import Progress, Report, Tables, silent
from gpar_core.rank.scoring import BLOCK_ROWS
from gpar_core.search.connectivity import normalized
from gpar_core.search.query import Query
from gpar_core.search.scores import DEFAULT_SCORE, SCORES
from gpar_core.search.significance import N_RANDOM, p_values, random_queries
from gpar_core.search.summary import by_quantile

STAGE = "Signature search"
TABLES = {"compound": "compounds", "cell": "cells", "signature": "signatures"}
"""What a row is -> the table of `search`."""


def search(
    compendium: Compendium,
    query: Query,
    *,
    score: str = DEFAULT_SCORE,
    n_random: int = N_RANDOM,
    seed: int = 0,
    report: Report = silent,
) -> Tables:
    """Compare a query with every signature of a compendium.

    score: a key of `SCORES`. n_random: random queries behind the p-values. report: may raise to
    stop.

    Returns
    signatures: sig_id, drug, pert_iname, cell_id, score, and normalized by cell line
        (`connectivity.normalized`).
    cells: drug, pert_iname, cell_id, n_signatures, normalized (`summary.by_quantile`).
    compounds: drug, pert_iname, moa, normalized (of its cell lines, by the same rule), p (see
        `significance.p_values`), fdr (Benjamini-Hochberg), n_cells, n_signatures, and n_mimic and
        n_reverse, its cell lines above and below 0; the strongest mimic first.

    Raises RequestError for an unknown score.
    """
    from scipy.stats import false_discovery_control  # noqa: PLC0415 -- pages start without it

    if score not in SCORES:
        raise RequestError(f"There is no score '{score[:20]}'. Use {', '.join(SCORES)}.")
    queries = [query, *random_queries(query, n_random, seed=seed)]
    found = _scores(compendium, queries, score, report)
    signatures = compendium.signatures
    cell, line = pd.factorize(signatures[fields.CELL_ID], sort=True)
    ncs = normalized(found, cell)
    drug, names = pd.factorize(signatures[fields.DRUG], sort=True)
    in_line, place = np.unique(drug * len(line) + cell, return_inverse=True)
    of_line = by_quantile(ncs, place, len(in_line))
    drug_of_line = in_line // len(line)
    of_drug = by_quantile(of_line, drug_of_line, len(names))
    p = p_values(of_drug[:, 0], of_drug[:, 1:])
    cells = pd.DataFrame(
        {
            fields.DRUG: names[drug_of_line],
            fields.CELL_ID: line[in_line % len(line)],
            "n_signatures": np.bincount(place),
            "normalized": of_line[:, 0],
        }
    )
    compounds = pd.DataFrame(
        {
            fields.DRUG: names,
            "normalized": of_drug[:, 0],
            "p": p,
            "fdr": false_discovery_control(p),
            "n_cells": np.bincount(drug_of_line),
            "n_signatures": np.bincount(drug),
            "n_mimic": np.bincount(drug_of_line, of_line[:, 0] > 0).astype(int),
            "n_reverse": np.bincount(drug_of_line, of_line[:, 0] < 0).astype(int),
        }
    )
    known = compendium.drugs[[fields.DRUG, fields.PERT_INAME, fields.MOA]]
    compounds = known.merge(compounds, on=fields.DRUG)
    cells = known[[fields.DRUG, fields.PERT_INAME]].merge(cells, on=fields.DRUG)
    described = [fields.SIG_ID, fields.DRUG, fields.PERT_INAME, fields.CELL_ID]
    return {
        "signatures": signatures[described].assign(score=found[:, 0], normalized=ncs[:, 0]),
        "cells": cells,
        "compounds": compounds.sort_values(
            ["normalized", fields.DRUG], ascending=[False, True], ignore_index=True
        ),
    }


def _scores(compendium: Compendium, queries: list[Query], score: str, report: Report) -> np.ndarray:
    n = compendium.n_signatures
    found = np.empty((n, len(queries)), np.float32)
    for start in range(0, n, BLOCK_ROWS):
        report(Progress(STAGE, start, n, f"{start:,} of {n:,} signatures"))
        block = slice(start, start + BLOCK_ROWS)
        z = np.asarray(compendium.matrix[block], np.float32)
        found[block] = SCORES[score].of(z, queries)
    return found
