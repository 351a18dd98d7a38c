"""Search a compendium: how strongly each compound mimics or reverses a query."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data.compendium import Compendium
from gpar_core.errors import RequestError
from gpar_core.learn.presets import MatchingSettings
from gpar_core.learn.saved_space import known_space
from gpar_core.progress import Progress, Report, Tables, silent
from gpar_core.rank.scoring import BLOCK_ROWS
from gpar_core.search.connectivity import normalized
from gpar_core.search.details import Details, details
from gpar_core.search.query import Query
from gpar_core.search.reference import is_automatic
from gpar_core.search.scores import SCORES, Compare, default_score
from gpar_core.search.significance import n_random_of, p_values, random_queries
from gpar_core.search.space_score import STAGE, space_scores
from gpar_core.search.summary import by_quantile

DESCRIBED = (
    fields.SIG_ID, fields.DRUG, fields.PERT_INAME, fields.CELL_ID, fields.DOSE, fields.DOSE_UNIT,
    fields.TIME, fields.TIME_UNIT,
)  # fmt: skip
"""Columns of a signature in a result."""

TABLES = {"compound": "compounds", "cell": "cells", "signature": "signatures"}
"""What a row is -> the table of `search`."""


@dataclass(frozen=True, eq=False)
class Connectivity:
    """How strongly q queries are mimicked (above 0) or reversed (below 0).

    score: (n, q) raw scores of signatures. signature: (n, q), line: (m, q) of compounds in one cell
    line, drug: (d, q) of compounds, all comparable between cell lines. line_of: (n,) and drug_of:
    (m,) int, the row of `line` of each signature, and the compound of each such row. drugs: (d,)
    names, sorted. cells: (m,) cell lines.
    """

    score: np.ndarray
    signature: np.ndarray
    line: np.ndarray
    drug: np.ndarray
    line_of: np.ndarray
    drug_of: np.ndarray
    drugs: np.ndarray
    cells: np.ndarray


def connectivity(
    compendium: Compendium,
    queries: Sequence[Query],
    score: str,
    *,
    threads: int = 1,
    report: Report = silent,
) -> Connectivity:
    """Compare queries with a whole compendium.

    score: a key of `SCORES`. In GPAR's space signatures are pooled before they are compared
    (`space_score`); other scores are normalized by cell line and then summarized by the quantile
    rule, over the signatures of a compound in a line and over its lines. threads: for learning a
    space that is not known yet. report: may raise to stop. Raises RequestError for an unknown
    score.
    """
    if score not in SCORES:
        raise RequestError(f"There is no score '{score[:20]}'. Use {', '.join(SCORES)}.")
    signatures = compendium.signatures
    cell, cells = pd.factorize(signatures[fields.CELL_ID], sort=True)
    drug, drugs = pd.factorize(signatures[fields.DRUG], sort=True)
    lines, line_of = np.unique(drug * len(cells) + cell, return_inverse=True)
    drug_of, cell_of = np.divmod(lines, len(cells))
    of = SCORES[score].of
    if of is None:
        settings = MatchingSettings()
        space = known_space(compendium, settings, seed=0, threads=threads, report=report)
        found = space_scores(compendium, space, queries, line_of, drug, report=report)
        raw = signature = found.signature
        line, whole = found.line, found.drug
    else:
        raw = _scores(compendium, queries, of, report)
        signature = normalized(raw, cell)
        line = by_quantile(signature, line_of, len(lines))
        whole = by_quantile(line, drug_of, len(drugs))
    return Connectivity(
        raw, signature, line, whole, line_of, drug_of, np.asarray(drugs), np.asarray(cells)[cell_of]
    )


def search(
    compendium: Compendium,
    query: Query,
    *,
    score: str = "",
    tau: bool = False,
    n_random: int = 0,
    seed: int = 0,
    threads: int = 1,
    report: Report = silent,
) -> Tables:
    """Compare a query with every signature of a compendium.

    score: '' for `scores.default_score`. tau: compute the columns marked * for a large compendium
    too; where `reference.is_automatic`, they are always there. n_random: random queries behind the
    p-values, 0 for `significance.n_random_of`. seed: of these. Other arguments as for
    `connectivity`.

    Returns
    signatures: sig_id, drug, pert_iname, cell_id, pert_dose, pert_dose_unit, pert_time,
        pert_time_unit, score, connectivity, p* (by scores of `list_null.TERMS`), and rges* for
        gene lists (`srges.rges`).
    cells: drug, pert_iname, cell_id, n_signatures, connectivity, tau*.
    compounds: drug, pert_iname, moa, connectivity, p (see `significance.p_values`), fdr (Benjamini-
        Hochberg), n_cells, n_signatures, n_mimic and n_reverse (its cell lines above and below 0),
        tau* and p_reference* (see `search.tau`), and srges* for gene lists (`srges.reversal`); the
        strongest mimic first.
    adjustments*: for gene lists, how RGES is adjusted for dose and time (`srges.Reversal`).

    Raises RequestError for an unknown score.
    """
    from scipy.stats import false_discovery_control  # noqa: PLC0415 -- pages start without it

    score = score or default_score(compendium)
    n_random = n_random or n_random_of(score)
    queries = [query, *random_queries(query, n_random, seed=seed)]
    found = connectivity(compendium, queries, score, threads=threads, report=report)
    p = p_values(found.drug[:, 0], found.drug[:, 1:])
    in_line = np.bincount(found.line_of)
    own = found.line[:, 0]
    cells = pd.DataFrame(
        {
            fields.DRUG: found.drugs[found.drug_of],
            fields.CELL_ID: found.cells,
            "n_signatures": in_line,
            "connectivity": own,
        }
    )
    compounds = pd.DataFrame(
        {
            fields.DRUG: found.drugs,
            "connectivity": found.drug[:, 0],
            "p": p,
            "fdr": false_discovery_control(p),
            "n_cells": np.bincount(found.drug_of),
            "n_signatures": np.bincount(found.drug_of, in_line).astype(int),
            "n_mimic": np.bincount(found.drug_of, own > 0).astype(int),
            "n_reverse": np.bincount(found.drug_of, own < 0).astype(int),
        }
    )
    more = Details()
    if tau or is_automatic(compendium, score):
        more = details(
            compendium,
            query,
            score,
            found,
            lambda some, now: connectivity(compendium, some, score, threads=threads, report=now),
            report=report,
        )
    known = compendium.drugs[[fields.DRUG, fields.PERT_INAME, fields.MOA]]
    return {
        "signatures": compendium.signatures[list(DESCRIBED)].assign(
            score=found.score[:, 0], connectivity=found.signature[:, 0], **more.signatures
        ),
        "cells": known[[fields.DRUG, fields.PERT_INAME]].merge(
            cells.assign(**more.cells), on=fields.DRUG
        ),
        "compounds": known.merge(compounds.assign(**more.compounds), on=fields.DRUG).sort_values(
            ["connectivity", fields.DRUG], ascending=[False, True], ignore_index=True
        ),
        **more.tables,
    }


def _scores(
    compendium: Compendium, queries: Sequence[Query], of: Compare, report: Report
) -> np.ndarray:
    n = compendium.n_signatures
    found = np.empty((n, len(queries)), np.float32)
    for start in range(0, n, BLOCK_ROWS):
        report(Progress(STAGE, start, n, f"{start:,} of {n:,} signatures"))
        block = slice(start, start + BLOCK_ROWS)
        found[block] = of(np.asarray(compendium.matrix[block], np.float32), queries)
    return found
