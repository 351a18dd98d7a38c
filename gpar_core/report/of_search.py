"""The report of a signature search."""

import pandas as pd

from gpar_core import fields, links
from gpar_core.analyses.result import Analysis
from gpar_core.analyses.signature_search import charts
from gpar_core.analyses.signature_search.request import SearchRequest
from gpar_core.analyses.signature_search.verdict import of_classes, verdict
from gpar_core.data.class_names import MOA, TARGET, Noun
from gpar_core.data.class_tables import listed
from gpar_core.data.kind_names import counted, heading
from gpar_core.errors import RequestError
from gpar_core.export import with_analysis
from gpar_core.report import origins
from gpar_core.report.document import Document, Figure, Section, Table
from gpar_core.report.search_methods import REVIEWED, how_scored, how_tested
from gpar_core.report.words import citation, number, reproduction, small
from gpar_core.search.combinations import N_COMPOUNDS
from gpar_core.search.layers import N_EXTREME
from gpar_core.search.scores import SCORES

N_SHOWN = 50
N_MOAS = 15
N_PAIRS = 15
SPECIFICITY = (("tau", "Tau", 0), ("srges", "sRGES", 2))
"""Columns that a search may have, their labels and digits."""
COMPUTED = {
    "tau": "Tau: the percentage of reference queries that one {noun} answers less strongly than "
    "this one, with the sign of its connectivity. Near 0, it answers almost every reference query "
    "at least as strongly (Subramanian et al. 2017).",
    "srges": "sRGES, for gene lists: the enrichment of the up list at the top of a signature minus "
    "that of the down list, adjusted to 10 µM and 24 hours where that is possible, averaged over "
    "cell lines. Below 0, one {noun} reverses the lists (Chen et al. 2017, "
    "doi:10.1038/ncomms16022).",
}
"""How the columns of `SPECIFICITY` are computed. {noun}: what was searched."""
PAIRED = (
    f"Pairs: of the {N_COMPOUNDS} strongest compounds of each side; a compound changes the genes "
    f"of its {N_EXTREME} highest and {N_EXTREME} lowest mean z-scores. After Duan et al. 2016 "
    "(doi:10.1038/npjsba.2016.15)."
)
SIDES = {"mimic": "that mimic the query", "reverse": "that reverse the query"}


def search_report(done: Analysis) -> Document:
    """The query, both lists, MOAs, heat map, pairs, and how they were computed.

    done: of a single query. Raises RequestError for a result of an earlier version, which lacks
    some.
    """
    request = done.request
    assert isinstance(request, SearchRequest)  # noqa: S101 -- its caller chose it so
    if "query" not in done.tables:
        raise RequestError(
            "An earlier version of GPAR made this result, which has too little for a report. "
            "Delete it and start the search again."
        )
    origin = origins.of_search(done, request)
    return Document(
        title=f"{request.title}, in '{done.compendium}'",
        verdict=_verdict(done.tables["compounds"], request.against, request.compound),
        origin=origin,
        sections=(
            _query(request, done),
            *(_side(side, request, done) for side in SIDES),
            *_classes(done),
            _heat_map(request, done),
            *_pairs(done),
            _methods(request, done),
            reproduction(origin),
            citation(origin),
        ),
    )


def on_side(compounds: pd.DataFrame, side: str) -> pd.DataFrame:
    """The compounds of one side, the strongest first."""
    own = compounds["connectivity"]
    return compounds[own > 0] if side == "mimic" else compounds[own < 0].iloc[::-1]


def _verdict(compounds: pd.DataFrame, kind: str, query: str) -> str:
    said = []
    for side, what in (("mimic", "Mimic it most"), ("reverse", "Reverse it most")):
        own = on_side(compounds, side)
        names = own.loc[own[fields.DRUG] != query, fields.PERT_INAME].head(3).tolist()
        said.append(f"{what}: {', '.join(names) or 'none'}.")
    return " ".join([verdict(compounds, kind, query=query), *said])


def _query(request: SearchRequest, done: Analysis) -> Section:
    genes = done.tables["query"]
    lists = {
        f"Genes {side}": f"{len(own)}: {', '.join(own) or 'none'}"
        for side in ("up", "down")
        for own in [genes.loc[genes["direction"] == side, "symbol"].tolist()]
    }
    facts = {"Query": request.name}
    if request.compound:
        lines = f"in {request.cell}" if request.cell else "one per cell line"
        facts["Compound"] = f"{request.name}: the mean of its signatures, {lines}"
    elif request.signature:
        facts["Signature"] = request.signature
    elif request.profiles:
        facts["Given as"] = "a profile from a file"
    else:
        facts["Given as"] = "gene lists; these are the landmark genes among them"
    if request.compound or request.signature or request.profiles:
        facts["Lists"] = f"its {request.genes} highest and {request.genes} lowest landmark genes"
    facts |= lists | {
        "Score": SCORES[request.score].label,
        "Compared with": f"{len(done.tables['signatures']):,} signatures of "
        f"{counted(len(done.tables['compounds']), request.against)} in "
        f"{done.tables['cells'][fields.CELL_ID].nunique()} cell lines",
    }
    return Section("Query", facts=facts, tables=(_whole("query", genes, done),))


def _side(side: str, request: SearchRequest, done: Analysis) -> Section:
    found = on_side(done.tables["compounds"], side)
    top = found.head(N_SHOWN)
    addresses = _addresses(top, request)
    shown = pd.DataFrame(
        {
            "#": [str(place) for place in range(1, len(top) + 1)],
            "Drug" if _of_drugs(request) else "Perturbation": top[fields.PERT_INAME],
            "Connectivity": top["connectivity"].map(lambda value: number(value, 2)),
            "p": top["p"].map(small),
            "FDR": top["fdr"].map(small),
            **{
                label: top[column].map(lambda value, digits=digits: number(value, digits))
                for column, label, digits in SPECIFICITY
                if column in top
            },
            "Cell lines that agree": top[f"n_{side}"].astype(str)
            + " of "
            + top["n_cells"].astype(str),
            **_known(top, request),
            **addresses,
        }
    )
    said = f"{counted(len(found), request.against)}; the table shows the first {len(top)}."
    table = Table(side, with_analysis(found, done), shown, links=tuple(addresses))
    return Section(f"{heading(request.against)} {SIDES[side]}", (said,), tables=(table,))


def _known(top: pd.DataFrame, request: SearchRequest) -> dict[str, pd.Series]:
    """What is known of drugs."""
    labels = {fields.MOA: "Known MOA", fields.TARGET: "Target"} if _of_drugs(request) else {}
    return {label: listed(top[column]) for column, label in labels.items() if column in top}


def _addresses(top: pd.DataFrame, request: SearchRequest) -> dict[str, list[str]]:
    """Pages of drugs, or of the genes that were changed, by the name of their site."""
    if _of_drugs(request):
        names = top[fields.PERT_INAME]
        return {
            "PubChem": list(map(links.pubchem, names)), "iLINCS": list(map(links.ilincs, names)),
        }  # fmt: skip
    if request.against in fields.GENETIC and fields.TARGET in top:
        pages = [links.gene_pages(gene) for gene in top[fields.TARGET]]
        return {site: [page[site] for page in pages] for site in ("NCBI Gene", "Open Targets")}
    return {}


def _of_drugs(request: SearchRequest) -> bool:
    return request.against == fields.COMPOUND_PERT_TYPE


def _classes(done: Analysis) -> list[Section]:
    """Those that were computed: knock-downs and the like have no classes."""
    kinds = (("moas", "moa", MOA), ("targets", "target", TARGET))
    return [_of_classes(done, *kind) for kind in kinds if kind[0] in done.tables]


def _of_classes(done: Analysis, name: str, column: str, noun: Noun) -> Section:
    table, title = done.tables[name], noun.many[0].upper() + noun.many[1:]
    if table.empty:
        return Section(title, (f"No {noun.one} has three compounds or more here.",))
    ends = table if len(table) <= 2 * N_MOAS else pd.concat([table[:N_MOAS], table[-N_MOAS:]])
    shown = pd.DataFrame(
        {
            noun.title: ends[column],
            "Drugs": ends["n_drugs"].astype(str),
            "Median connectivity": ends["median_connectivity"].map(lambda value: number(value, 2)),
            "AUROC": ends[f"{column}_auroc"].map(number),
            "p": ends["p"].map(small),
            "FDR": ends["fdr"].map(small),
        }
    )
    said = (
        f"AUROC is the chance that a compound of the {noun.one} has a higher connectivity than one "
        "without: near 1 its compounds mimic the query, near 0 they reverse it. The table shows "
        f"{'all' if len(ends) == len(table) else f'the first and the last {N_MOAS} of'} "
        f"{noun.counted(len(table))}."
    )
    said = f"{of_classes(table, noun)} {said}"
    return Section(title, (said,), tables=(Table(name, with_analysis(table, done), shown),))


def _heat_map(request: SearchRequest, done: Analysis) -> Section:
    heat = done.tables["heat_map"]
    if heat.empty:
        return Section("Heat map", (f"No {request.noun} mimics or reverses the query.",))
    figure = Figure(
        "heat-map",
        charts.heat_map(heat, request.noun, simulated=done.simulated),
        f"Mean z-scores of the query's genes in the {request.nouns} that mimic and reverse it "
        "most. Triangles: direction in the query. Both axes are clustered.",
    )
    return Section("Heat map", figures=(figure,), tables=(_whole("heat-map", heat, done),))


def _pairs(done: Analysis) -> tuple[Section, ...]:
    """Of compounds alone."""
    if "combinations" not in done.tables:
        return ()
    pairs = done.tables["combinations"]
    top = pd.concat([pairs[pairs["side"] == side].head(N_PAIRS) for side in SIDES])
    shown = pd.DataFrame(
        {
            "Side": top["side"].map(charts.SIDES),
            "Drug": top[fields.PERT_INAME],
            "Second drug": top["other_name"],
            "Coverage": top["coverage"].map("{:.0%}".format),
            "Gain": top["gain"].map("{:.0%}".format),
            "Conflicts": top["conflicts"].astype(str),
        }
    )
    said = (
        "Coverage is the share of the query's genes that at least one of the two changes in the "
        "wanted direction. Gain is how much more the pair covers than the better one alone. "
        "Conflicts are covered genes that the other compound changes in the opposite direction. "
        "Effects of two compounds need not add up."
    )
    table = Table("pairs", with_analysis(pairs, done), shown)
    return (Section("Pairs", (said,), tables=(table,)),)


def _methods(request: SearchRequest, done: Analysis) -> Section:
    said = (
        how_scored(request.score, request.against),
        how_tested(request.score, request.against),
        *(
            COMPUTED[column].format(noun=request.noun)
            for column, _, _ in SPECIFICITY
            if column in done.tables["compounds"]
        ),
        *_tested(done),
        "Heat map: average linkage on 1 minus Pearson's correlation, leaves in the order that "
        "makes neighbors most similar (Bar-Joseph et al. 2001, "
        "doi:10.1093/bioinformatics/17.suppl_1.S22).",
        *([PAIRED] if "combinations" in done.tables else []),
        REVIEWED,
    )
    cells = _whole("cell-lines", done.tables["cells"], done)
    signatures = _whole("signatures", done.tables["signatures"], done)
    return Section("Methods", said, tables=(cells, signatures))


def _tested(done: Analysis) -> tuple[str, ...]:
    named = {"moas": "MOAs", "targets": "targets"}
    if not (found := " and ".join(named[name] for name in named if name in done.tables)):
        return ()
    return (
        f"{found}: two-sided Mann-Whitney test, for those of at least three compounds; a compound "
        "that is the query does not count.",
    )


def _whole(name: str, rows: pd.DataFrame, done: Analysis) -> Table:
    """A table that only the files have."""
    return Table(name, with_analysis(rows, done), pd.DataFrame())
