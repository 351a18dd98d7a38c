"""Plan a search with one query or a batch, ready to be queued."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.analyses.signature_search.request import ALL, SearchRequest, sizes
from gpar_core.data.changes import Changes
from gpar_core.data.compendium import Compendium
from gpar_core.data.profile_tables import cleaned
from gpar_core.data.profiles import Profiles, profiles_id
from gpar_core.data.training_set import known_drugs
from gpar_core.data.uploaded_table import table_id
from gpar_core.errors import NotFoundError, check_seed
from gpar_core.search.batch_lists import queries_in, table_of
from gpar_core.search.cut_offs import CutOffs, of_changes
from gpar_core.search.inputs import Asked, profile_queries, profile_query
from gpar_core.search.query import (
    TOP_GENES,
    Query,
    QueryMatch,
    of_compound,
    of_lists,
    of_signature,
)
from gpar_core.search.scores import check_score, check_varies, default_score

MAX_NAME = 80


def plan_list_search(
    compendium: Compendium,
    up: Sequence[str],
    down: Sequence[str],
    *,
    name: str = "",
    score: str = "",
    seed: int = 0,
) -> tuple[SearchRequest, QueryMatch]:
    """A search with gene lists, and how their names were found.

    up, down: symbols, Entrez or Ensembl ids; one may be empty. name: the query's name on screen.
    score: '' for `default_score`. Raises RequestError.
    """
    query, match = of_lists(name, up, down)
    return _of_lists(compendium, query, score=score, seed=seed), match


def plan_table_search(
    compendium: Compendium,
    changes: Changes,
    cut_offs: CutOffs,
    *,
    comparison: int = 0,
    name: str = "",
    score: str = "",
    seed: int = 0,
) -> tuple[SearchRequest, QueryMatch]:
    """A search with the genes of a differential expression table that pass, and their numbers.

    comparison: of the table. Other arguments as for `plan_list_search`. Raises RequestError.
    """
    query, match = of_changes(changes, cut_offs, name=name, comparison=comparison)
    return _of_lists(compendium, query, score=score, seed=seed), match


def plan_compound_search(
    compendium: Compendium,
    compound: str,
    *,
    cell: str = "",
    genes: int = TOP_GENES,
    score: str = "",
    seed: int = 0,
) -> SearchRequest:
    """A search with a compound of the compendium. cell: '' for all its lines. score: as for lists.

    Raises RequestError or NotFoundError.
    """
    (drug,) = known_drugs(compendium, [compound])
    query = of_compound(compendium, drug, cell=cell, n_genes=genes)
    return _request(
        compendium, query.name, score, [query], compound=drug, cell=cell, genes=genes, seed=seed
    )


def plan_signature_search(
    compendium: Compendium,
    sig_id: str,
    *,
    genes: int = TOP_GENES,
    score: str = "",
    seed: int = 0,
) -> SearchRequest:
    """A search with a signature of the compendium. Raises RequestError or NotFoundError."""
    query = of_signature(compendium, sig_id, n_genes=genes)
    return _request(
        compendium, query.name, score, [query], signature=sig_id, genes=genes, seed=seed
    )


def plan_profile_search(
    compendium: Compendium,
    profiles: Profiles,
    *,
    profile: int = 0,
    name: str = "",
    genes: int = TOP_GENES,
    score: str = "",
    seed: int = 0,
) -> SearchRequest:
    """A search with an uploaded profile, to be published with `data.uploads.publish_profiles`.

    profile: its position, `ALL` for a batch of all. name: '' for that of the profile. Raises
    RequestError or FileFormatError.
    """
    if profile == ALL:
        queries = profile_queries(profiles, genes)
        name = name or f"{len(queries)} profiles"
    else:
        name = name or profiles.names[profile]
        queries = [profile_query(profiles.names[profile], profiles.matrix[profile], genes)]
    return _request(
        compendium, name, score, queries,
        profiles=profiles_id(profiles), profile=profile, genes=genes, seed=seed,
    )  # fmt: skip


def plan_set_search(
    compendium: Compendium, sets: pd.DataFrame, *, name: str, score: str = "", seed: int = 0
) -> SearchRequest:
    """A batch of gene sets, to be published with `data.uploads.publish_table`.

    sets: as `search.batch_lists.read_batch` returns them. Raises RequestError.
    """
    return _request(compendium, name, score, queries_in(sets), sets=table_id(sets), seed=seed)


def plan_asked(
    compendium: Compendium,
    asked: Asked,
    *,
    name: str = "",
    genes: int = TOP_GENES,
    score: str = "",
    seed: int = 0,
) -> SearchRequest:
    """A search with what the command line or Python gave; uploads are to be published first.

    Several lists, as of a table with several comparisons, are a batch. Raises as the others.
    """
    how: dict[str, Any] = {"score": score, "seed": seed}
    if asked.drug:
        return plan_compound_search(compendium, asked.drug, cell=asked.cell, genes=genes, **how)
    if asked.signature:
        return plan_signature_search(compendium, asked.signature, genes=genes, **how)
    if asked.profiles is not None:
        place = ALL if asked.profile is None else asked.profile
        return plan_profile_search(
            compendium, asked.profiles, profile=place, name=name, genes=genes, **how
        )
    if asked.table is not None or len(asked.queries) > 1:
        sets = table_of(asked.queries) if asked.table is None else asked.table
        return plan_set_search(compendium, sets, name=name, **how)
    (query,) = asked.queries
    return _of_lists(compendium, replace(query, name=name or query.name), **how)


def plan_one_of(
    batch: SearchRequest, query: str, uploaded: pd.DataFrame | Profiles
) -> SearchRequest:
    """A search with one query of a batch.

    query: its name. uploaded: the queries, or the profiles, of the batch. Raises NotFoundError.
    """
    names = list(uploaded.names if isinstance(uploaded, Profiles) else uploaded["query"])
    if query not in names:
        raise NotFoundError(f"The batch has no query '{query[:80]}'.")
    place = names.index(query)
    name = _shown(query)
    if isinstance(uploaded, Profiles):
        return replace(batch, name=name, profile=place)
    row = uploaded.iloc[place]
    return replace(
        batch, name=name, sets="", up=tuple(row["up"].split()), down=tuple(row["down"].split())
    )


def _of_lists(compendium: Compendium, query: Query, *, score: str, seed: int) -> SearchRequest:
    return _request(
        compendium,
        query.name,
        score,
        [query],
        nameless=sizes(len(query.up), len(query.down)),
        up=_symbols(query.up),
        down=_symbols(query.down),
        seed=seed,
    )


def _request(
    compendium: Compendium,
    name: str,
    score: str,
    queries: Sequence[Query],
    *,
    nameless: str = "",
    **how: Any,
) -> SearchRequest:
    score = score or default_score(compendium)
    check_score(score)
    check_varies(score, queries)
    check_seed(how["seed"])
    shown = _shown(name) or nameless
    return SearchRequest(compendium.name, compendium.fingerprint, shown, score, **how)


def _shown(name: str) -> str:
    return cleaned(name)[:MAX_NAME]


def _symbols(genes: np.ndarray) -> tuple[str, ...]:
    return tuple(sorted(fields.LANDMARK_SYMBOLS[gene] for gene in genes))
