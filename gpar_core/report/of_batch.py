"""The report of a batch of signature searches."""

import pandas as pd

from gpar_core import fields
from gpar_core.analyses.result import Analysis
from gpar_core.analyses.signature_search.request import SearchRequest
from gpar_core.analyses.signature_search.verdict import LOW_FDR, TOP_CLASSES, clear_classes, counts
from gpar_core.data.kind_names import counted
from gpar_core.export import with_analysis
from gpar_core.report import origins
from gpar_core.report.document import Document, Section, Table
from gpar_core.report.search_methods import REVIEWED, how_scored, how_tested
from gpar_core.report.words import citation, number, reproduction
from gpar_core.search.batch import has_p, strongest
from gpar_core.search.scores import SCORES

N_FIRST = 5
"""Compounds of each side that the page names for a query."""
N_KEPT = 50
"""Compounds of each side that the files have for a query, or more where `MAX_ROWS` allows it."""
MAX_ROWS = 200_000
N_LEFT_OUT = 50
MAX_NAME = 60


def batch_report(done: Analysis) -> Document:
    """What each query found, and how it was computed.

    The page has a line for each query. The files have all of them, and of each query as many of its
    strongest compounds as `MAX_ROWS` allows.
    """
    request = done.request
    assert isinstance(request, SearchRequest)  # noqa: S101 -- its caller chose it so
    origin = origins.of_search(done, request)
    queries, compounds = done.tables["queries"], done.tables["compounds"]
    found = summary(queries, compounds)
    methods = (
        how_scored(request.score, request.against), *_tested(request, compounds), REVIEWED,
    )  # fmt: skip
    return Document(
        title=f"{request.title}, in '{done.compendium}'",
        verdict=_verdict(found, compounds, request.noun),
        origin=origin,
        sections=(
            _asked(request, done),
            _results(found, request, done),
            *_left_out(queries, done),
            Section("Methods", methods),
            reproduction(origin),
            citation(origin),
        ),
    )


def summary(queries: pd.DataFrame, compounds: pd.DataFrame) -> pd.DataFrame:
    """The result of each query that was searched, in their order.

    queries, compounds: of a batch.

    Returns
    query, n_up, n_down: of the batch.
    n_mimic, n_reverse: compounds of each side with a low FDR; NaN if there are no p-values.
    mimics, reverses: names of the first `N_FIRST` compounds with their connectivity.
    """
    low = compounds["fdr"] < LOW_FDR
    above, below = compounds["connectivity"] > 0, compounds["connectivity"] < 0
    found = queries.loc[queries["mimics"].notna(), ["query", "n_up", "n_down"]]
    for name, side, listed in (
        ("mimic", above, compounds[above]),
        ("reverse", below, compounds[below].iloc[::-1]),
    ):
        n = (low & side).groupby(compounds["query"]).sum() if has_p(compounds) else pd.Series()
        first = listed.groupby("query", sort=False).head(N_FIRST)
        values = first["connectivity"].map(lambda value: number(value, 2))
        named = (first[fields.PERT_INAME].map(_short) + " (" + values + ")").groupby(first["query"])
        found[f"n_{name}"] = found["query"].map(n)
        found[f"{name}s"] = found["query"].map(named.agg(", ".join)).fillna("none")
    return found


def _verdict(found: pd.DataFrame, compounds: pd.DataFrame, noun: str) -> str:
    if not has_p(compounds):
        return f"{_counted(len(found))} searched. There are no p-values for so many profiles."
    n = int(((found["n_mimic"] + found["n_reverse"]) > 0).sum())
    return (
        f"{_counted(len(found))} searched. For {n:,} of them, at least one {noun} has an FDR "
        f"below {LOW_FDR}."
    )


def _asked(request: SearchRequest, done: Analysis) -> Section:
    queries, compounds = done.tables["queries"], done.tables["compounds"]
    facts = {
        "Batch": request.name,
        "Given as": "gene sets from a file; their landmark genes are compared"
        if request.sets
        else f"profiles from a file; lists are the {request.genes} highest and {request.genes} "
        "lowest landmark genes of each",
        "Queries": f"{len(queries):,}",
        "Score": SCORES[request.score].label,
        "Compared with": counted(compounds[fields.DRUG].nunique(), request.against),
    }
    return Section("Queries", facts=facts)


def _results(found: pd.DataFrame, request: SearchRequest, done: Analysis) -> Section:
    compounds = done.tables["compounds"]
    shown = pd.DataFrame(
        {
            "Query": found["query"].map(_short),
            "Genes up": found["n_up"].map("{:.0f}".format),
            "Genes down": found["n_down"].map("{:.0f}".format),
            f"FDR below {LOW_FDR}": [
                "—" if pd.isna(mimic) else counts(int(mimic), int(reverse))
                for mimic, reverse in zip(found["n_mimic"], found["n_reverse"], strict=True)
            ],
            **{
                f"Top {TOP_CLASSES[str(column)].one}": names.replace("", "none").loc[found.index]
                for column, names in clear_classes(done.tables["queries"]).items()
            },
            "Strongest mimics": found["mimics"],
            "Strongest reversers": found["reverses"],
        }
    )
    kept = strongest(compounds, max(N_KEPT, MAX_ROWS // (2 * max(len(found), 1))))
    said = [f"The first {N_FIRST} {request.nouns} of each side, with their connectivity."]
    if request.against == fields.COMPOUND_PERT_TYPE:
        said.append(
            "The top MOA, and the top target where any is known, is the class whose compounds "
            "mimic the query most clearly (Mann-Whitney test, FDR below "
            f"{LOW_FDR} over all classes)."
        )
    if len(kept) < len(compounds):
        said.append(
            f"The files have the {len(kept):,} strongest of {len(compounds):,} rows, as many for "
            "each query. The dashboard downloads all."
        )
    tables = (
        Table("queries", with_analysis(done.tables["queries"], done), shown),
        Table("compounds", with_analysis(kept, done), pd.DataFrame()),
    )
    return Section("Results", tuple(said), tables=tables)


def _left_out(queries: pd.DataFrame, done: Analysis) -> tuple[Section, ...]:
    """The queries that could not be searched, if any."""
    lost = queries[queries["mimics"].isna()]
    if lost.empty:
        return ()
    shown = pd.DataFrame(
        {"Query": lost["query"].map(_short), "Problem": lost["problem"].str[:300]}
    ).head(N_LEFT_OUT)
    said = f"{_counted(len(lost))} left out" + (
        f"; the table shows the first {N_LEFT_OUT}." if len(lost) > N_LEFT_OUT else "."
    )
    table = Table("left-out", with_analysis(lost, done), shown)
    return (Section("Queries left out", (said,), tables=(table,)),)


def _tested(request: SearchRequest, compounds: pd.DataFrame) -> tuple[str, ...]:
    if not has_p(compounds):
        return ("p-values are left out: they take hours for so many profiles.",)
    shared = (
        "Queries with lists of the same sizes share their random queries; in a large batch, so do "
        "those with lists of similar sizes. The FDR is that of each query alone and not corrected "
        "for their number."
    )
    return (how_tested(request.score, request.against), shared)


def _counted(n: int) -> str:
    return f"{n:,} {'query was' if n == 1 else 'queries were'}"


def _short(name: str) -> str:
    return name if len(name) <= MAX_NAME else f"{name[: MAX_NAME - 1]}…"
