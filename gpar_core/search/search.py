"""Search a compendium: how strongly each compound mimics or reverses a query."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data.compendium import Compendium
from gpar_core.errors import check_seed
from gpar_core.learn.presets import MatchingSettings
from gpar_core.learn.saved_space import known_space
from gpar_core.learn.space import Space
from gpar_core.progress import Progress, Report, Tables, silent, standing_at
from gpar_core.search.connectivity import normalized
from gpar_core.search.details import Details, details
from gpar_core.search.groups import Groups, groups_of
from gpar_core.search.null import null_scores
from gpar_core.search.query import Query
from gpar_core.search.reference import is_automatic
from gpar_core.search.scan import STAGE, scan
from gpar_core.search.scores import SCORES, check_score, check_varies, default_score
from gpar_core.search.significance import n_random_of, null_of, p_values
from gpar_core.search.space_score import directions, scores_of
from gpar_core.search.summary import by_quantile
from gpar_core.search.vectors import Vectors, known_vectors

DESCRIBED = (
    fields.SIG_ID, fields.DRUG, fields.PERT_INAME, fields.CELL_ID, fields.DOSE, fields.DOSE_UNIT,
    fields.TIME, fields.TIME_UNIT,
)  # fmt: skip
"""Columns of a signature in a result."""

TABLES = {"compound": "compounds", "cell": "cells", "signature": "signatures"}
"""What a row is -> the table of `search`."""

AT_ONCE = 2**23
"""Scores of signatures that are held in memory together."""


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


@dataclass(frozen=True, eq=False)
class Comparison:
    """A compendium ready to be compared with any number of queries by one score.

    space, vectors: of the score in GPAR's space. Other fields as the arguments of `connectivity`.
    """

    compendium: Compendium
    score: str
    groups: Groups
    space: Space | None
    vectors: Vectors | None
    threads: int
    report: Report

    def connectivity(self, queries: Sequence[Query]) -> Connectivity:
        """As the function of this name."""
        of, groups = SCORES[self.score], self.groups
        if self.space and self.vectors:
            wanted = directions(self.space, queries)
            found = scores_of(self.vectors, wanted, threads=self.threads)
            raw = signature = found.signature
            line, whole = found.line, found.drug
        else:
            raw = scan(self.compendium, queries, of, threads=self.threads, report=self.report)
            parts = np.array_split(raw, min(self.threads, raw.shape[1]), axis=1)
            with ThreadPoolExecutor(self.threads) as pool:
                columns = zip(*pool.map(partial(summarized, groups), parts), strict=True)
            signature, line, whole = (np.concatenate(each, axis=1) for each in columns)
        names = (groups.line_of, groups.drug_of, groups.drugs, groups.cells)
        return Connectivity(raw, signature, line, whole, *names)

    def of_drugs(self, queries: Sequence[Query]) -> np.ndarray:
        """(d, q) as `Connectivity.drug`, the scores of a few queries in memory at once."""
        if self.space and self.vectors:
            wanted = directions(self.space, queries)
            return self.vectors.cosines(2, wanted, threads=self.threads)
        n, at_once = len(queries), max(1, AT_ONCE // self.compendium.n_signatures)
        found = []
        for first in range(0, n, at_once):
            now = Progress(STAGE, first, n, f"{first:,} of {n:,} queries")
            one = replace(self, report=standing_at(now, self.report)) if n > at_once else self
            found.append(one.connectivity(queries[first : first + at_once]).drug)
        return np.concatenate(found, axis=1)


def summarized(groups: Groups, raw: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(n, q) raw scores to comparable ones: of signatures, of lines, of compounds."""
    signature = normalized(raw, groups.cell)
    line = by_quantile(signature, groups.line_of, len(groups.drug_of))
    return signature, line, by_quantile(line, groups.drug_of, len(groups.drugs))


def comparison(
    compendium: Compendium, score: str, *, threads: int = 1, report: Report = silent
) -> Comparison:
    """Prepare a compendium for a score. Arguments as for `connectivity`."""
    check_score(score)
    groups, space, vectors = groups_of(compendium), None, None
    if SCORES[score].of is None:
        settings = MatchingSettings()
        space = known_space(compendium, settings, seed=0, threads=threads, report=report)
        vectors = known_vectors(compendium, space, groups, threads=threads, report=report)
    return Comparison(compendium, score, groups, space, vectors, threads, report)


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
    rule, over the signatures of a compound in a line and over its lines. threads: blocks of
    signatures compared at once; the result does not depend on it. report: may raise to stop. Raises
    RequestError for an unknown score. Many queries, a few at a time, are faster by one
    `comparison`.
    """
    return comparison(compendium, score, threads=threads, report=report).connectivity(queries)


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

    Raises RequestError for an unknown score, or one by which the query has no direction
    (`scores.check_varies`).
    """
    from scipy.stats import false_discovery_control  # noqa: PLC0415 -- pages start without it

    score = score or default_score(compendium)
    check_score(score)
    check_varies(score, [query])
    check_seed(seed)
    compared = comparison(compendium, score, threads=threads, report=report)
    found = compared.connectivity([query])
    n_random = n_random or n_random_of(score)
    null = null_scores(compendium, query, score, compared.of_drugs, n_random=n_random, seed=seed)
    p = p_values(found.drug[:, 0], null_of(null))
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
            lambda some, now: replace(compared, report=now).connectivity(some),
            threads=threads,
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
