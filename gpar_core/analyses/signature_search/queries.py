"""The queries that a request names: in the request, in the compendium, or uploaded."""

import pandas as pd

from gpar_core.analyses.signature_search.request import SearchRequest
from gpar_core.data import profiles as uploaded_profiles
from gpar_core.data import uploaded_table
from gpar_core.data.compendium import Compendium
from gpar_core.data.profiles import Profiles
from gpar_core.errors import NotFoundError
from gpar_core.search.batch_lists import queries_in
from gpar_core.search.inputs import profile_queries, profile_query
from gpar_core.search.query import Query, of_compound, of_lists, of_signature
from gpar_core.storage.cache import Cache


def query_of(request: SearchRequest, compendium: Compendium, cache: Cache) -> Query:
    """The query of a request that is no batch. Raises GparError."""
    if request.compound:
        return of_compound(compendium, request.compound, cell=request.cell, n_genes=request.genes)
    if request.signature:
        return of_signature(compendium, request.signature, n_genes=request.genes)
    if request.profiles:
        found = uploaded_profiles.load(cache.existing_profile_set(request.profiles))
        if not 0 <= request.profile < len(found.names):
            raise NotFoundError(
                f"The uploaded file has {len(found.names):,} profiles, so none has the number "
                f"{request.profile + 1}."
            )
        values = found.matrix[request.profile]
        return profile_query(request.name, values, request.genes)
    return of_lists(request.name, request.up, request.down)[0]


def upload_of(request: SearchRequest, cache: Cache) -> pd.DataFrame | Profiles:
    """The uploaded queries of a batch: a table of gene sets, or profiles. Raises GparError."""
    if request.sets:
        return uploaded_table.load(cache.existing_table(request.sets))
    return uploaded_profiles.load(cache.existing_profile_set(request.profiles))


def batch_of(request: SearchRequest, uploaded: pd.DataFrame | Profiles) -> list[Query]:
    """The queries of a batch. Raises GparError."""
    if isinstance(uploaded, Profiles):
        return profile_queries(uploaded, request.genes)
    return queries_in(uploaded)
