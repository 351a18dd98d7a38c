"""The report of a target prediction."""

from dataclasses import replace

import pandas as pd

from gpar_core import fields
from gpar_core.analyses.result import Analysis
from gpar_core.analyses.target_prediction.charts import evidence
from gpar_core.analyses.target_prediction.request import TargetEvaluationRequest, TargetRequest
from gpar_core.export import with_analysis
from gpar_core.report import origins
from gpar_core.report.document import Document, Figure, Origin, Section, Table
from gpar_core.report.words import citation, number, reproduction, small
from gpar_core.targets.evidence import LINES
from gpar_core.targets.verdict import verdict

N_SHOWN = 25
N_DRAWN = 10
"""Queries with a figure: one takes a third of a second."""
MODELS = (
    "It asks the same models of the library, which must be there; they are not trained again. "
    "Their own reports reproduce the training."
)
METHODS = (
    "Genetic lines: the cosine of the query's mean signature in a cell line with that of a gene's "
    "knock-down, knock-out or over-expression there, less the mean of all genes of that kind and "
    "line, since hairpins and cells have effects that all share. Cosines are standardized over "
    "genes, added over cell lines (Stouffer: sum / sqrt(number)) and standardized again; those of "
    "over-expressions count reversed. p: the tail of a normal distribution over all genes; FDR: "
    "Benjamini-Hochberg.",
    "Library: the mean log of the calibrated odds by the model of a target over those of its base "
    "rate. Nearest drugs: log((k s + b) / ((k + 1) b)) for share s of the k nearest drugs, "
    "weighted by similarity, and share b of all others that have the target. Neither the query's "
    "own molecule nor its known targets are used.",
    "Probability: a logistic regression over the lines, fitted on compounds with known targets, by "
    "a model that did not see the molecule. It is the share of cases with such evidence in which "
    "the gene was a known target; annotations are incomplete.",
)


def target_report(done: Analysis) -> Document:
    """The verdict, the genes with every line of evidence, nearest drugs and methods, query by
    query."""
    request = done.request
    assert isinstance(request, TargetRequest)  # noqa: S101 -- its caller chose it so
    targets, base_rate = done.tables["targets"], float(done.tables["scope"]["base_rate"].iloc[0])
    queries = [(str(name), table) for name, table in targets.groupby("query", sort=False)]
    origin = origins.of_targets(done, request)
    return Document(
        title=f"{request.title}, in '{done.compendium}'",
        verdict=" ".join(f"{name}: {verdict(table, base_rate)}" for name, table in queries),
        origin=origin,
        sections=(
            *(_genes(place, name, table, done) for place, (name, table) in enumerate(queries, 1)),
            _nearest(done),
            Section("Methods", METHODS, tables=whole(done, "cosines", "weights", "scope")),
            again(origin, request),
            citation(origin),
        ),
    )


def _genes(place: int, query: str, table: pd.DataFrame, done: Analysis) -> Section:
    top = table.head(N_SHOWN)
    lines = [name for name in LINES if name in table and table[name].notna().any()]
    shown = pd.DataFrame(
        {
            "#": top["rank"].astype(str),
            "Gene": top["gene"] + top["known"].map({True: " (known target)", False: ""}),
            "Probability": top["probability"].map(number),
            "Genetic": top["genetic"].map(lambda value: number(value, 2)),
            "p": top["p"].map(small),
            "FDR": top["fdr"].map(small),
            **{LINES[name]: top[name].map(lambda value: number(value, 2)) for name in lines},
        }
    )
    said = f"{len(table):,} genes; the table shows the first {len(top)}."
    rows = Table(f"targets-{place}", with_analysis(table, done), shown)
    title = f"Genes: {query}"
    if place > N_DRAWN or not lines:
        return Section(title, (said,), tables=(rows,))
    figure = Figure(
        f"evidence-{place}",
        evidence(table, simulated=done.simulated),
        "Evidence on the first genes. Genetic evidence is in standard deviations over all genes; "
        "that of the library and the nearest drugs is a log ratio to chance. Near 0 it says "
        "nothing. Known targets have an asterisk; they are not used as evidence.",
    )
    return Section(title, (said,), figures=(figure,), tables=(rows,))


def _nearest(done: Analysis) -> Section:
    rows = done.tables["neighbors"]
    if rows.empty:
        return Section("Nearest drugs", ("No drug with known targets is near.",))
    shown = pd.DataFrame(
        {
            "Query": rows["query"],
            "Drug": rows[fields.PERT_INAME],
            "Similarity": rows["similarity"].map(lambda value: number(value, 1)),
            "Known targets": rows[fields.TARGET],
        }
    )
    table = Table("nearest-drugs", with_analysis(rows, done), shown)
    return Section("Nearest drugs", tables=(table,))


def whole(done: Analysis, *names: str) -> tuple[Table, ...]:
    """Tables that only the files have, of those that the analysis has."""
    return tuple(
        Table(name, with_analysis(done.tables[name], done), pd.DataFrame())
        for name in names
        if name in done.tables
    )


def again(origin: Origin, request: TargetRequest | TargetEvaluationRequest) -> Section:
    """How to reproduce it, with the models of targets that it asked."""
    section = reproduction(origin)
    if not request.library:
        return section
    return replace(
        section,
        paragraphs=(*section.paragraphs, MODELS),
        facts={**section.facts, "Library": request.library},
    )
