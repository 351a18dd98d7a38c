"""Search with many queries at once."""

from collections.abc import Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data.class_tables import known_columns
from gpar_core.data.compendium import Compendium
from gpar_core.errors import check_seed
from gpar_core.learn.engine import Alone, Pool, Shared
from gpar_core.progress import Progress, Remember, Report, Tables, silent, uncached
from gpar_core.search.null import null_scores
from gpar_core.search.query import Query
from gpar_core.search.scores import check_score, check_varies, default_score
from gpar_core.search.search import Comparison, Connectivity, comparison
from gpar_core.search.significance import Null, n_random_of, null_of, p_values
from gpar_core.search.top_classes import top_classes

MAX_NULLS = 100
"""Sets of random queries behind the p-values of a batch; with more, a batch would take hours."""
BLOCK_QUERIES = 20
"""Queries that are compared at once, and kept when a batch is stopped."""
MAX_ROWS = 5_000_000
"""Rows of the result: in larger ones, only the strongest compounds of each query stay."""
N_BEST = 3
STAGE = "Signature search"


def search_batch(
    compendium: Compendium,
    queries: Sequence[Query],
    *,
    score: str = "",
    n_random: int = 0,
    seed: int = 0,
    threads: int = 1,
    pool: Pool | None = None,
    report: Report = silent,
    remember: Remember = uncached,
) -> Tables:
    """Compare each of several queries with a compendium; names of queries are different.

    p and fdr are those of `search.search` for the query alone: random lists depend only on the
    sizes of lists, so queries of two lists with equal sizes share theirs. If there are more than
    `MAX_NULLS` pairs of sizes, lists share those of the nearest sizes by ratio, within a fifth,
    which changes p no more than another seed does. If there are still too many, as for as many
    profiles, p and fdr are missing in the whole batch. score, n_random, seed, threads, report: as
    for `search.search`. pool: compares blocks of queries; None for this process. remember: keeps
    finished blocks of queries.

    Returns
    compounds: query, drug, pert_iname, moa, target (if any is known), connectivity, p, fdr,
        n_cells, n_mimic and n_reverse; the queries in their order, the strongest mimic first. Of
        more than `MAX_ROWS` rows, each query keeps as many mimics as reversers.
    queries: query, n_up and n_down (genes of its lists), mimics and reverses (names of the
        strongest `N_BEST` compounds), and the columns of `top_classes`.

    Raises RequestError for an unknown score, or one by which a query has no direction.
    """
    score = score or default_score(compendium)
    check_score(score)
    check_varies(score, queries)
    check_seed(seed)
    standing = list(queries)
    if len(_same_null(standing)) > MAX_NULLS:
        standing = [_rounded(query) for query in queries]
    groups = _same_null(standing)
    n_drawn = (n_random or n_random_of(score)) if len(groups) <= MAX_NULLS else 0
    n_rows = MAX_ROWS // len(queries)
    order = [number for group in groups for number in group]
    batch = _Batch(compendium, score, n_drawn, seed, n_rows, threads)
    parts: dict[int, pd.DataFrame] = {}
    tops: list[pd.DataFrame] = []

    def block(start: int, shared: Shared[_Batch]) -> Tables:
        def quietly(event: Progress) -> None:
            n = len(parts)
            here = Progress(STAGE, n, len(queries), f"{n:,} of {len(queries):,} queries")
            report(here if event.stage == STAGE else event)

        quietly(Progress(STAGE))
        numbers = order[start : start + BLOCK_QUERIES]
        asked = [queries[number] for number in numbers], [standing[number] for number in numbers]
        key = f"queries and classes {start}-{start + len(numbers)} of {len(queries)}"
        return remember(key, lambda: shared.call(_compared, asked, quietly))

    starts = range(0, len(order), BLOCK_QUERIES)
    with (
        (pool or Alone()).sharing(batch, at_once=1) as shared,
        ThreadPoolExecutor(shared.at_once) as workers,
    ):
        each = map if shared.at_once == 1 else workers.map
        for start, done in zip(starts, each(partial(block, shared=shared), starts), strict=True):
            numbers = order[start : start + BLOCK_QUERIES]
            parts.update(zip(numbers, _split(done["compounds"], len(numbers)), strict=True))
            tops.append(done["top_classes"])
    known = compendium.drugs[[fields.DRUG, fields.PERT_INAME, *known_columns(compendium)]]
    rows = pd.concat([parts[number] for number in range(len(queries))], ignore_index=True)
    compounds = rows.merge(known, on=fields.DRUG, how="left")
    first = ["query", *known.columns]
    compounds = compounds[[*first, *(name for name in compounds if name not in first)]]
    summary = _summary(queries, compounds).merge(pd.concat(tops), on="query")
    return {"compounds": compounds, "queries": summary}


def has_p(batch: pd.DataFrame) -> bool:
    """Whether the compounds of a batch have p-values."""
    return bool(batch["p"].notna().any())


def strongest(batch: pd.DataFrame, n: int) -> pd.DataFrame:
    """Of the compounds of a batch, the n first and the n last of each query."""
    by_query = batch.groupby("query", sort=False)
    place = by_query.cumcount()
    from_end = by_query["query"].transform("size") - 1 - place
    return batch[(place < n) | (from_end < n)]


def _same_null(queries: Sequence[Query]) -> list[list[int]]:
    """Positions of the queries that have the same random queries."""
    groups: dict[Hashable, list[int]] = {}
    for number, query in enumerate(queries):
        groups.setdefault(_sizes(query) or number, []).append(number)
    return list(groups.values())


def _sizes(query: Query) -> tuple[int, int] | None:
    """The sizes of two lists; None for a profile, whose random queries have its values."""
    return (len(query.up), len(query.down)) if query.profile is None else None


def _rounded(query: Query) -> Query:
    """A query with lists of the nearest sizes among the powers of the square root of 2."""
    n_up, n_down = (
        round(2 ** (round(2 * np.log2(size)) / 2)) if size else 0
        for size in (len(query.up), len(query.down))
    )
    if query.profile is not None or n_up + n_down > fields.N_LANDMARKS:
        return query
    genes = np.arange(n_up + n_down)
    return Query(query.name, genes[:n_up], genes[n_up:])


def _nulls(compared: Comparison, queries: Sequence[Query], n_random: int, seed: int) -> list[Null]:
    """For each query, the null of compounds by its random queries."""
    if not n_random:
        return []
    found: list[Null] = []
    for number, query in enumerate(queries):
        shared = number > 0 and _sizes(query) and _sizes(query) == _sizes(queries[number - 1])
        if not shared:
            scores = null_scores(
                compared.compendium, query, compared.score, compared.of_drugs,
                n_random=n_random, seed=seed,
            )  # fmt: skip
            null = null_of(scores)
        found.append(null)
    return found


def _compounds(
    found: Connectivity, queries: Sequence[Query], nulls: Sequence[Null], n_rows: int
) -> pd.DataFrame:
    """The compounds of each query. n_rows: at most for each."""
    from scipy.stats import false_discovery_control  # noqa: PLC0415 -- pages start without it

    n_cells = np.bincount(found.drug_of)
    tables = []
    for number, query in enumerate(queries):
        score, line = found.drug[:, number], found.line[:, number]
        p = p_values(score, nulls[number]) if nulls else np.full(len(score), np.nan)
        order = np.lexsort((found.drugs, -score))
        if len(order) > n_rows:
            order = np.concatenate([order[: n_rows // 2], order[-(n_rows // 2) :]])
        table = pd.DataFrame(
            {
                "query": query.name,
                fields.DRUG: found.drugs,
                "connectivity": score,
                "p": p,
                "fdr": false_discovery_control(p) if nulls else p,
                "n_cells": n_cells,
                "n_mimic": np.bincount(found.drug_of, line > 0).astype(int),
                "n_reverse": np.bincount(found.drug_of, line < 0).astype(int),
            }
        )
        tables.append(table.iloc[order])
    return pd.concat(tables, ignore_index=True)


def _split(table: pd.DataFrame, n_queries: int) -> list[pd.DataFrame]:
    """The rows of each query; they have equally many."""
    n_rows = len(table) // n_queries
    return [table.iloc[start : start + n_rows] for start in range(0, len(table), n_rows)]


def _summary(queries: Sequence[Query], compounds: pd.DataFrame) -> pd.DataFrame:
    by_query = dict(iter(compounds.groupby("query", sort=False)))
    rows = []
    for query in queries:
        own = by_query[query.name]
        mimics = own[own["connectivity"] > 0]
        reverses = own[own["connectivity"] < 0].iloc[::-1]
        best = ("; ".join(side[fields.PERT_INAME].head(N_BEST)) for side in (mimics, reverses))
        rows.append((query.name, len(query.up), len(query.down), *best))
    return pd.DataFrame(rows, columns=["query", "n_up", "n_down", "mimics", "reverses"])


@dataclass(eq=False)
class _Batch:
    """What the blocks of a batch share. n_drawn: random queries. n_rows: of each query, at most."""

    compendium: Compendium
    score: str
    n_drawn: int
    seed: int
    n_rows: int
    threads: int
    _prepared: Comparison | None = None

    def __getstate__(self) -> dict[str, object]:
        """What goes to another computer, which prepares the comparison itself, on one core."""
        return {**self.__dict__, "threads": 1, "_prepared": None}

    def prepared(self, report: Report) -> Comparison:
        """The comparison, prepared once on each computer."""
        if self._prepared is None:
            self._prepared = comparison(
                self.compendium, self.score, threads=self.threads, report=report
            )
        return replace(self._prepared, report=report)


def _compared(
    batch: _Batch, asked: tuple[list[Query], list[Query]], pool: Pool, report: Report
) -> Tables:
    """The tables of a block of queries, given with those that stand for them in the null."""
    queries, standing = asked
    ready = batch.prepared(report)
    nulls = _nulls(ready, standing, batch.n_drawn, batch.seed)
    found = ready.connectivity(queries)
    tops = top_classes(batch.compendium, found.drugs, found.drug)
    return {
        "compounds": _compounds(found, queries, nulls, batch.n_rows),
        "top_classes": tops.assign(query=[query.name for query in queries]),
    }
