"""The report of an evaluation of target prediction."""

import pandas as pd

from gpar_core.analyses.result import Analysis
from gpar_core.analyses.target_prediction.request import TargetEvaluationRequest
from gpar_core.export import with_analysis
from gpar_core.report import origins
from gpar_core.report.document import Document, Section, Table
from gpar_core.report.of_targets import METHODS as OF_LINES
from gpar_core.report.of_targets import again, whole
from gpar_core.report.words import citation, number
from gpar_core.targets.evaluate import ABOUT, FIRST, METHODS
from gpar_core.targets.evidence import LINES
from gpar_core.targets.verdict import hits_in_words

HOW = (
    "The genes are ranked for each molecule with a known target among those that have a knock-down "
    "or knock-out, without using its own targets. A molecule counts if one of its known targets is "
    "among the first; where scores tie, the share of orders in which one is. Intervals are 95%, "
    "from resampling molecules.",
    *ABOUT.values(),
)


def target_evaluation_report(done: Analysis) -> Document:
    """How often each method finds a known target, and whether probabilities come true."""
    request = done.request
    assert isinstance(request, TargetEvaluationRequest)  # noqa: S101 -- its caller chose it so
    origin = origins.of_target_evaluation(done, request)
    return Document(
        title=f"{request.title.replace('Evaluate', 'Evaluation of')}",
        verdict=hits_in_words(done.tables["methods"]),
        origin=origin,
        sections=(
            _methods(done),
            *_probabilities(done),
            Section("Methods", (*HOW, *OF_LINES), tables=whole(done, "molecules", "scope")),
            again(origin, request),
            citation(origin),
        ),
    )


def _methods(done: Analysis) -> Section:
    table = done.tables["methods"]
    (scope,) = done.tables["scope"].to_dict("records")
    cells = table.assign(
        cell=table["share"].map(number)
        + " ("
        + table["low"].map(number)
        + "–"
        + table["high"].map(number)
        + ")"
    )
    wide = cells.pivot_table(index="method", columns="first", values="cell", aggfunc="first")
    shown = pd.DataFrame(
        {
            "Ranked by": [METHODS[name] for name in METHODS if name in wide.index],
            **{
                f"Among the first {k}": [
                    wide.loc[name, k] for name in METHODS if name in wide.index
                ]
                for k in FIRST
            },
        }
    )
    said = (
        f"Share of {scope['n_molecules']:,} molecules, with {scope['n_targets']:,} known targets "
        f"among {scope['n_genes']:,} genes, that have a known target among the first genes."
    )
    rows = Table("methods", with_analysis(table, done), shown)
    return Section("Known targets among the first genes", (said,), tables=(rows,))


def _probabilities(done: Analysis) -> tuple[Section, ...]:
    """Whether probabilities come true, and the weights behind them; none without a combination."""
    if "reliability" not in done.tables:
        return ()
    rows, weights = done.tables["reliability"], done.tables["weights"]
    came_true = pd.DataFrame(
        {
            "Probability, mean": rows["predicted"].map(number),
            "Known targets": rows["observed"].map(number),
            "95% interval": rows["low"].map(number) + "–" + rows["high"].map(number),
            "Cases": rows["n"].map("{:,}".format),
        }
    )
    shown = pd.DataFrame(
        {
            "Line of evidence": weights["line"].map(LINES),
            "Weight": weights["weight"].map(lambda value: number(value, 2)),
            "Presence": weights["presence"].map(lambda value: number(value, 2)),
        }
    )
    said = (
        "Cases of a molecule and a gene, by models that did not see the molecule. Cases of one "
        "molecule depend on each other, so intervals are optimistic.",
    )
    tables = (
        Table("reliability", with_analysis(rows, done), came_true),
        Table(
            "weights",
            with_analysis(weights, done),
            shown,
            "How much a line raises the log odds of a known target: for each unit of its value, "
            "and by saying anything on a gene.",
        ),
    )
    return (Section("Do probabilities come true?", said, tables=tables),)
