"""Search with many queries at once."""

from collections.abc import Hashable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data.compendium import Compendium
from gpar_core.errors import check_seed
from gpar_core.progress import Progress, Remember, Report, Tables, silent, uncached
from gpar_core.search.null import null_scores
from gpar_core.search.query import Query
from gpar_core.search.scores import check_score, check_varies, default_score
from gpar_core.search.search import Comparison, Connectivity, comparison
from gpar_core.search.significance import Null, n_random_of, null_of, p_values

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
    report: Report = silent,
    remember: Remember = uncached,
) -> Tables:
    """Compare each of several queries with a compendium; names of queries are different.

    p and fdr are those of `search.search` for the query alone: random lists depend only on the
    sizes of lists, so queries of two lists with equal sizes share theirs. If there are more than
    `MAX_NULLS` pairs of sizes, lists share those of the nearest sizes by ratio, within a fifth,
    which changes p no more than another seed does. If there are still too many, as for as many
    profiles, p and fdr are missing in the whole batch. score, n_random, seed, threads, report: as
    for `search.search`. remember: keeps finished blocks of queries.

    Returns
    compounds: query, drug, pert_iname, moa, connectivity, p, fdr, n_cells, n_mimic and n_reverse;
        the queries in their order, the strongest mimic first. Of more than `MAX_ROWS` rows, each
        query keeps as many mimics as reversers.
    queries: query, n_up and n_down (genes of its lists), mimics and reverses (names of the
        strongest `N_BEST` compounds).

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
    compared = comparison(compendium, score, threads=threads, report=report)
    parts: dict[int, pd.DataFrame] = {}
    for start in range(0, len(order), BLOCK_QUERIES):
        here = Progress(STAGE, start, len(queries), f"{start:,} of {len(queries):,} queries")
        report(here)

        def quietly(event: Progress, here: Progress = here) -> None:
            report(here if event.stage == STAGE else event)

        quiet = replace(compared, report=quietly)

        def compute(numbers: Sequence[int], quiet: Comparison = quiet) -> Tables:
            block = [queries[number] for number in numbers]
            nulls = _nulls(quiet, [standing[number] for number in numbers], n_drawn, seed)
            return {"compounds": _compounds(quiet.connectivity(block), block, nulls, n_rows)}

        numbers = order[start : start + BLOCK_QUERIES]
        key = f"queries {start}-{start + len(numbers)} of {len(queries)}"
        table = remember(key, partial(compute, numbers))["compounds"]
        parts.update(zip(numbers, _split(table, len(numbers)), strict=True))
    known = compendium.drugs[[fields.DRUG, fields.PERT_INAME, fields.MOA]]
    rows = pd.concat([parts[number] for number in range(len(queries))], ignore_index=True)
    compounds = rows.merge(known, on=fields.DRUG, how="left")
    first = ["query", *known.columns]
    compounds = compounds[[*first, *(name for name in compounds if name not in first)]]
    return {"compounds": compounds, "queries": _summary(queries, compounds)}


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
