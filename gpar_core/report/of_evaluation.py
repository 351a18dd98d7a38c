"""The report of an evaluation."""

import pandas as pd

from gpar_core.analyses.evaluation import charts
from gpar_core.analyses.evaluation.evaluate import of_protocol, summary, verdict
from gpar_core.analyses.evaluation.request import EvaluationRequest
from gpar_core.analyses.result import Analysis
from gpar_core.compare.methods import (
    ABOUT_PROTOCOLS,
    DRUG,
    GPAR,
    METHODS,
    PROTOCOL_NAMES,
    PROTOCOLS,
)
from gpar_core.compare.retrieval import in_words
from gpar_core.data.class_names import noun_of
from gpar_core.export import with_analysis
from gpar_core.report import origins
from gpar_core.report.document import Document, Figure, Section, Table
from gpar_core.report.words import citation, number, reproduction, small


def evaluation_report(done: Analysis) -> Document:
    """All methods on all classes, by each protocol."""
    request = done.request
    assert isinstance(request, EvaluationRequest)  # noqa: S101 -- its caller chose it so
    origin = origins.of_evaluation(done, request)
    measures = done.tables["measures"]
    return Document(
        title=f"{request.title.replace('Evaluate', 'Evaluation of')} of '{done.compendium}'",
        verdict=verdict(of_protocol(measures, DRUG)),
        origin=origin,
        sections=(
            _asked(request, done),
            *(_protocol(protocol, of_protocol(measures, protocol), done) for protocol in PROTOCOLS),
            *_retrieval(done),
            _left_out(done),
            reproduction(origin),
            citation(origin),
        ),
    )


def _asked(request: EvaluationRequest, done: Analysis) -> Section:
    facts = {
        "Classes": f"{len(request.classes)} uploaded labels"
        if request.labels
        else f"{noun_of(request.classes).counted(len(request.classes))} of the compendium",
        "Methods": ", ".join(METHODS[name].label for name in request.methods),
        "References": "; ".join(dict.fromkeys(METHODS[name].reference for name in request.methods)),
        "Cell lines": ", ".join(request.method.cells) or "all",
        "Negatives": request.method.negatives,
        "Preset of GPAR": request.method.preset,
        "Seconds": f"{done.seconds:.0f}",
    }
    said = (
        "Every method used the same folds and the same drugs; no drug is in both training and test."
    )
    return Section("What was compared", (said,), facts)


def _protocol(protocol: str, measures: pd.DataFrame, done: Analysis) -> Section:
    overall = summary(measures)
    simulated = done.simulated
    figures = [
        Figure(
            f"methods-{protocol}",
            charts.by_method(measures, simulated=simulated),
            "Mean AUROC over the classes with its 95% interval, from resampling the classes; each "
            "small dot is a class.",
        )
    ]
    if GPAR in set(overall["method"]):
        figures += [
            Figure(
                f"beside-{rival}-{protocol}".replace("_", "-"),
                charts.paired(measures, rival, simulated=simulated),
                f"GPAR and {METHODS[rival].label}: one line per class, on the same folds.",
            )
            for rival in overall["method"]
            if rival != GPAR
        ]
    by_method = pd.DataFrame(
        {
            "Method": overall["method"].map(lambda name: METHODS[name].label),
            "Mean AUROC": [
                f"{number(mean)} ± {number(error)}" if pd.notna(error) else number(mean)
                for mean, error in zip(overall["mean"], overall["se"], strict=True)
            ],
            "Median": overall["median"].map(number),
            "0.6 or more": overall["reach_line"].map("{:.0%}".format),
            "Average precision": overall["ap"].map(number),
            "Median difference": overall["difference"].map(number),
            "p (Wilcoxon)": overall["p"].map(small),
        }
    )
    wide = measures.pivot_table(index="class", columns="method", values="auroc")
    names = [name for name in METHODS if name in wide]
    by_class = wide[names].map(number).rename(columns=lambda name: METHODS[name].label)
    sizes = measures.groupby("class")[["n_positive", "n_negative"]].first().astype(str)
    by_class.insert(0, "Drugs", sizes["n_positive"])
    by_class.insert(1, "Negatives", sizes["n_negative"])
    tables = (
        Table(
            f"methods-{protocol}",
            with_analysis(overall, done),
            by_method,
            f"Over {int(overall['n'].max())} classes. 'Median difference' is that of GPAR's AUROC "
            "minus the method's. p is from Wilcoxon's matched-pairs signed-rank test, two-sided; "
            "classes share drugs, so it is optimistic.",
        ),
        Table(
            f"classes-{protocol}",
            with_analysis(measures, done),
            by_class.rename_axis("Class").reset_index(),
            "AUROC of each method on each class.",
        ),
    )
    return Section(
        PROTOCOL_NAMES[protocol],
        (ABOUT_PROTOCOLS[protocol],),
        figures=tuple(figures),
        tables=tables,
    )


def _retrieval(done: Analysis) -> tuple[Section, ...]:
    """mAP of compounds and classes in a few lines; empty for a result without mAP."""
    lines = in_words(done.tables)
    about = (
        "Mean average precision as in Kalinin et al. 2025 (doi:10.1038/s41467-025-60306-2), by "
        "copairs: 1,000 random rankings, p corrected by Benjamini-Hochberg."
    )
    return (Section("Retrieval (mAP)", (about, *lines)),) if lines else ()


def _left_out(done: Analysis) -> Section:
    left_out = done.tables["left_out"]
    if left_out.empty:
        return Section("Classes left out", ("None.",))
    shown = left_out.rename(columns={"class": "Class", "reason": "Reason"})
    return Section(
        "Classes left out", tables=(Table("left-out", with_analysis(left_out, done), shown),)
    )
