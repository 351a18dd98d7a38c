"""Gene sets as the queries of a batch: matched, counted, and kept as a table."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from gpar_core import fields
from gpar_core.data.gene_sets import GeneLists, read_gene_sets
from gpar_core.data.profiles import naming
from gpar_core.errors import FileFormatError, RequestError
from gpar_core.search.query import Query, QueryMatch, of_lists

MAX_QUERIES = 1_000
N_NAMED = 20
"""Missing genes that are named for each query."""

COLUMNS = ("query", "up", "down", "n_given", "n_found", "missing", "problem")
"""Of a table of queries. query: name. up, down: symbols of landmark genes, with spaces between
them. n_given: names of genes. n_found: landmark genes among them. missing: the first of the other
names. problem: why the query cannot be searched, or a warning, or ''."""


def read_batch(path: Path, file_name: str) -> pd.DataFrame:
    """Read a GMT file into a table of queries, one in each row (`COLUMNS`).

    Queries without a landmark gene stay in the table, with their problem. Raises FileFormatError if
    there are more than `MAX_QUERIES`, or none can be searched.
    """
    sets = read_gene_sets(path, file_name)
    with naming(file_name):
        return batch_of(sets)


def batch_of(lists: Iterable[GeneLists]) -> pd.DataFrame:
    """The table of queries of some gene lists. Raises FileFormatError, as `read_batch`."""
    lists = list(lists)
    if len(lists) > MAX_QUERIES:
        raise too_many(len(lists))
    table = pd.DataFrame([_row(each) for each in lists], columns=COLUMNS)
    if not searchable(table).any():
        raise FileFormatError(
            f"none of its {len(table):,} gene sets can be searched. The first: "
            f"{table['problem'].iloc[0]}"
        )
    return table


def table_of(queries: Iterable[Query]) -> pd.DataFrame:
    """The table of queries that are known as landmark genes."""
    return batch_of(
        GeneLists(query.name, _symbols(query.up), _symbols(query.down)) for query in queries
    )


def too_many(n: int) -> FileFormatError:
    """The error for a file of n queries, in words that follow its name."""
    return FileFormatError(
        f"it has {n:,} queries; a batch has {MAX_QUERIES:,} at most. Search it in parts."
    )


def searchable(table: pd.DataFrame) -> pd.Series:
    """Which queries of a table have landmark genes."""
    return (table["up"] != "") | (table["down"] != "")


def queries_in(table: pd.DataFrame) -> list[Query]:
    """The queries of a table that can be searched, in its order."""
    rows = table[searchable(table)]
    return [
        of_lists(row["query"], row["up"].split(), row["down"].split())[0]
        for row in rows.to_dict("records")
    ]


def _row(lists: GeneLists) -> tuple[str, str, str, int, int, str, str]:
    try:
        query, match = of_lists(lists.name, lists.up, lists.down)
    except RequestError as error:
        n_given = len(set(lists.up)) + len(set(lists.down))
        return lists.name, "", "", n_given, 0, "", str(error)
    up, down = (" ".join(_symbols(genes)) for genes in (query.up, query.down))
    n_given, n_found = (
        getattr(match.up, count) + getattr(match.down, count) for count in ("n_given", "n_found")
    )
    return lists.name, up, down, n_given, n_found, _missing(match), " ".join(match.warnings)


def _symbols(genes: Iterable[int]) -> tuple[str, ...]:
    return tuple(sorted(fields.LANDMARK_SYMBOLS[gene] for gene in genes))


def _missing(match: QueryMatch) -> str:
    names = (*match.up.missing, *match.down.missing)
    return ", ".join(names[:N_NAMED]) + (", …" if len(names) > N_NAMED else "")
