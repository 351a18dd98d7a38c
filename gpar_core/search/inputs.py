"""The queries that a user gives as names, ids and files: for the command line and Python."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from gpar_core.data.changes import read_changes
from gpar_core.data.compendium import Compendium
from gpar_core.data.profiles import Profiles, accept, read_profiles
from gpar_core.data.training_set import known_drugs
from gpar_core.errors import RequestError
from gpar_core.search.batch_lists import MAX_QUERIES, queries_in, read_batch, searchable, too_many
from gpar_core.search.cut_offs import CutOffs, of_changes
from gpar_core.search.query import (
    TOP_GENES,
    ListMatch,
    Query,
    QueryMatch,
    of_compound,
    of_lists,
    of_profile,
    of_signature,
)

BETWEEN_GENES = re.compile(r"[\s,;]+")


@dataclass(frozen=True, eq=False)
class Asked:
    """queries: to search with. notes: how they were read, one sentence each. table: of a batch of
    gene sets, as in `batch_lists.COLUMNS`. drug, cell, signature: of a compound or a signature.
    profiles: of a file; profile: the position of the one to search with, None for all."""

    queries: tuple[Query, ...]
    notes: tuple[str, ...] = ()
    table: pd.DataFrame | None = None
    drug: str = ""
    cell: str = ""
    signature: str = ""
    profiles: Profiles | None = None
    profile: int | None = None


def asked(
    compendium: Compendium,
    *,
    up: str | Iterable[object] = (),
    down: str | Iterable[object] = (),
    table: Path | None = None,
    profiles: Path | None = None,
    profile: str = "",
    z_score: bool = False,
    gmt: Path | None = None,
    compound: str = "",
    cell: str = "",
    signature: str = "",
    cut_offs: CutOffs | None = None,
    genes: int = TOP_GENES,
    name: str = "gene lists",
) -> Asked:
    """The queries of exactly one of: up and down, table, profiles, gmt, compound, signature.

    up, down: names of genes, as for `gene_names`. table: of differential expression, with
    `cut_offs`. profiles: one or more profiles or a whole result table, of which `profile` is the
    name or the number of one;
    z_score: as for `profiles.accept`. gmt: gene sets. compound: name or pert_id; cell: one of its
    cell lines, '' for all. signature: sig_id. genes: taken from each end of a profile. name: of
    gene lists. Raises GparError.
    """
    up, down = gene_names(up), gene_names(down)
    ways = {
        "lists": bool(up or down),
        "table": table is not None,
        "profiles": profiles is not None,
        "gmt": gmt is not None,
        "compound": bool(compound),
        "signature": bool(signature),
    }
    if sum(ways.values()) != 1:
        raise RequestError(
            "Give one query: gene lists (--up, --down), --table FILE, --profiles FILE, --gmt FILE, "
            "--compound NAME or --signature SIG_ID."
        )
    if cell and not compound:
        raise RequestError("A cell line needs a compound: give --compound NAME too.")
    if table is not None:
        return _of_table(_existing(table), cut_offs or CutOffs(genes=genes))
    if profiles is not None:
        return _of_profiles(_existing(profiles), profile, genes, z_score=z_score)
    if gmt is not None:
        sets = read_batch(_existing(gmt), gmt.name)
        return Asked(tuple(queries_in(sets)), tuple(_batch_notes(sets)), sets)
    if compound:
        (drug,) = known_drugs(compendium, [compound])
        query = of_compound(compendium, drug, cell=cell, n_genes=genes)
        return Asked((query,), drug=drug, cell=cell)
    if signature:
        query = of_signature(compendium, signature, n_genes=genes)
        return Asked((query,), signature=signature)
    query, match = of_lists(name, up, down)
    return Asked((query,), tuple(match_notes(match)))


def profile_queries(profiles: Profiles, genes: int = TOP_GENES) -> list[Query]:
    """Each profile as a query. Raises RequestError, also for too many."""
    if len(profiles.names) > MAX_QUERIES:
        raise RequestError(f"The file cannot be one batch: {too_many(len(profiles.names))}")
    return [
        profile_query(name, values, genes)
        for name, values in zip(profiles.names, profiles.matrix, strict=True)
    ]


def profile_query(name: str, values: np.ndarray, genes: int = TOP_GENES) -> Query:
    """A profile as a query. values: (978,). Raises RequestError if it has no negative value."""
    query = of_profile(name, values, n_genes=genes)
    if not len(query.down):
        raise RequestError(
            f"The profile '{name}' has no value below 0, so it does not show which genes go down. "
            "Give z-scores or a signed statistic, not p-values, levels or absolute values."
        )
    return query


def gene_names(names: str | Iterable[object]) -> list[str]:
    """Names of genes one by one, or in a text with blanks, commas or semicolons between them.

    Entrez ids may be numbers. Raises RequestError for a missing value.

    >>> gene_names("TP53, EGFR MYC"), gene_names([7157, "EGFR"])
    (['TP53', 'EGFR', 'MYC'], ['7157', 'EGFR'])
    """
    if isinstance(names, str):
        return [name for name in BETWEEN_GENES.split(names) if name]
    found = list(names)
    if any(name is None or name != name for name in found):  # noqa: PLR0124 -- NaN alone differs
        raise RequestError("A name of a gene is missing (None or NaN). Leave such rows out.")
    return [str(name) for name in found]


def match_notes(match: QueryMatch) -> list[str]:
    """How the lists of a query were found, one sentence each."""
    notes = [
        f"{side}: {_found(found)}"
        for side, found in (("up", match.up), ("down", match.down))
        if found.n_given
    ]
    if renamed := tuple(dict.fromkeys((*match.up.renamed, *match.down.renamed))):
        notes.append(f"Found by another name: {_some(renamed)}")
    return [*notes, *(f"warning: {warning}" for warning in match.warnings)]


def _of_table(path: Path, cut_offs: CutOffs) -> Asked:
    changes = read_changes(path, path.name)
    made: list[Query] = []
    notes = list(changes.notes)
    for comparison, name in enumerate(changes.names):
        prefix = f"{name}: " if len(changes.names) > 1 else ""
        try:
            query, match = of_changes(changes, cut_offs, comparison=comparison)
        except RequestError as error:
            if not made and comparison == len(changes.names) - 1:
                raise
            notes.append(f"warning: {prefix}{error}")
            continue
        made.append(query)
        notes += [prefix + note for note in match_notes(match)]
        notes.append(
            f"{prefix}{len(query.up)} landmark genes up and {len(query.down)} down are used"
        )
    return Asked(tuple(made), tuple(notes))


def _of_profiles(path: Path, profile: str, genes: int, *, z_score: bool) -> Asked:
    found = accept(read_profiles(path, path.name), impute=True, z_score=z_score)
    if not profile:
        place = 0 if len(found.names) == 1 else None
        queries = tuple(profile_queries(found, genes))
        return Asked(queries, found.notes, profiles=found, profile=place)
    if profile not in found.names and profile.isdecimal() and 0 < int(profile) <= len(found.names):
        profile = found.names[int(profile) - 1]
    if profile not in found.names:
        raise RequestError(
            f"'{path.name}' has no profile '{profile[:80]}'. It has {_some(found.names)}."
        )
    place = found.names.index(profile)
    query = profile_query(profile, found.matrix[place], genes)
    return Asked((query,), found.notes, profiles=found, profile=place)


def _batch_notes(table: pd.DataFrame) -> list[str]:
    usable = searchable(table)
    notes = [
        f"{usable.sum():,} of {len(table):,} gene sets can be searched; "
        f"{table['n_found'].sum():,} of their {table['n_given'].sum():,} genes are landmark genes"
    ]
    lost = table[~usable]
    if len(lost):
        notes.append(f"warning: left out: {_some(list(lost['query']))}")
    return notes


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise RequestError(f"There is no file '{path}'. Check its name and folder.")
    return path


def _found(found: ListMatch) -> str:
    lost = f"; not among them: {_some(found.missing)}" if found.missing else ""
    return f"{found.n_found} of {found.n_given} genes are landmark genes{lost}"


def _some(names: Iterable[str]) -> str:
    names = list(names)
    return ", ".join(names[:10]) + (", …" if len(names) > 10 else "")
