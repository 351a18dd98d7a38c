"""The figures of a result, in a form that can be compared."""

import hashlib
from collections.abc import Mapping

import pandas as pd

from gpar_core import fields
from gpar_core.analyses.training.result import Model
from gpar_core.report.document import Outcome
from gpar_core.search.batch import strongest
from gpar_core.targets.evaluate import METHODS

N_FIRST = 100
N_FIGURES = 10
"""Compounds of each side of a search whose connectivity is a figure of its own."""
N_QUERIES = 25
"""Queries of a batch whose strongest compounds, or likeliest genes, are figures."""
N_GENES = 25
"""Genes of each query that count as ranked first."""
MAX_NAME = 60
TIMES = ("seconds",)
"""Columns that vary between runs and are not part of the result."""


def of_model(model: Model) -> Outcome:
    """Figures of the cross-validation, the compounds ranked first, and a digest of all scores."""
    summary = model.summary
    metrics = summary.metrics
    figures = {
        "mean AUROC": metrics.mean_auroc,
        "95% interval from": metrics.interval[0],
        "95% interval to": metrics.interval[1],
        "pooled AUROC": metrics.pooled_auroc,
        "average precision": metrics.average_precision,
        "permuted labels, chance": summary.chance.p,
    }
    if summary.logistic_auroc is not None:
        figures["logistic regression"] = summary.logistic_auroc
    figures |= {f"AUROC of fold {n}": auroc for n, auroc in enumerate(metrics.fold_auroc, start=1)}
    figures |= {f"permuted labels {n}": auroc for n, auroc in enumerate(summary.null_auroc, 1)}
    digest = digest_of({"ranking": model.ranking, "held_out": model.held_out})
    return Outcome(figures, tuple(model.ranking[fields.PERT_ID].head(N_FIRST)), digest)


def of_measures(measures: pd.DataFrame) -> Outcome:
    """AUROC of every class by every method, and a digest of all figures.

    measures: from `compare.evaluation.compare`.
    """
    names = measures["class"] + ", " + measures["method"] + ", " + measures["protocol"]
    figures = {
        str(name): float(auroc) for name, auroc in zip(names, measures["auroc"], strict=True)
    }
    return Outcome(figures, (), digest_of({"measures": measures}))


def of_compounds(compounds: pd.DataFrame) -> Outcome:
    """Connectivity of the strongest compounds of both sides, and a digest of all figures.

    compounds: from `search.search`. The first of both sides are the compounds ranked first.
    """
    half = N_FIRST // 2
    columns = [fields.PERT_INAME, fields.DRUG, "connectivity"]
    ends = [compounds.head(half), compounds.iloc[half:].tail(half).iloc[::-1]]
    figures = {
        f"{name} ({drug})": float(own)
        for end in ends
        for name, drug, own in end[columns].head(N_FIGURES).to_numpy()
    }
    first = tuple(pd.concat(ends)[fields.DRUG])
    return Outcome(figures, first, digest_of({"compounds": compounds}))


def of_batch(compounds: pd.DataFrame) -> Outcome:
    """Connectivity of the strongest mimic and reverser of each query, and a digest of the first.

    compounds: from `search.batch`. Only the first `N_QUERIES` queries have figures; the digest has
    the first `N_FIRST` compounds of all. Those ranked first are the ends of each query.
    """
    ends = strongest(compounds, 1)
    query = ends["query"].str[:MAX_NAME] + ", "
    names = (query + ends[fields.PERT_INAME])[: 2 * N_QUERIES]
    figures = dict(zip(names, ends["connectivity"].astype(float), strict=False))
    digest = digest_of({"compounds": strongest(compounds, N_FIRST // 2)})
    return Outcome(figures, tuple(query + ends[fields.DRUG]), digest)


def of_targets(targets: pd.DataFrame) -> Outcome:
    """Probability of the likeliest genes of each query, and a digest of the evidence on all genes.

    targets: from `targets.ranking`. Where nothing was fitted, the figures are the genetic evidence.
    Only the first `N_QUERIES` queries have figures.
    """
    top = targets.groupby("query", sort=False).head(N_GENES)
    names = top["query"].str[:MAX_NAME] + ", " + top["gene"]
    values = top["probability"].fillna(top["genetic"]).where(top["rank"] <= N_FIGURES)
    figures = pd.Series(values.to_numpy(float), names).dropna().head(N_QUERIES * N_FIGURES)
    return Outcome(
        dict(zip(map(str, figures.index), figures, strict=True)),
        tuple(names),
        digest_of({"targets": targets}),
    )


def of_hits(tables: Mapping[str, pd.DataFrame]) -> Outcome:
    """The share of molecules with a known target among the first genes, by method, and a digest.

    tables: from `targets.evaluate`.
    """
    methods = tables["methods"]
    names = methods["method"].map(METHODS) + ", first " + methods["first"].astype(str)
    figures = dict(zip(names, methods["share"].astype(float), strict=True))
    return Outcome(figures, (), digest_of(tables))


def digest_of(tables: Mapping[str, pd.DataFrame]) -> str:
    """SHA-256 of the tables as CSV, numbers to nine digits, without the times they took."""
    total = hashlib.sha256()
    for name, table in tables.items():
        timeless = table.drop(columns=[each for each in TIMES if each in table])
        text = timeless.to_csv(index=False, float_format="%.9g", lineterminator="\n")
        total.update(f"{name}\n{text}".encode())
    return total.hexdigest()
