"""How well each method finds the held-out drugs of every MOA, on identical folds.

    python -m benchmarks.quality --files DIR [--methods gpar,gsea] [--json FILE]

DIR holds LINCS Level 5 files in GEO layout with a MOA table. Every MOA with at least four drugs
counts. A drug's score is the mean of its signatures' scores; AUROC is the mean over folds, average
precision is over the scores of all folds together.

MOAs are split into two halves at random: the settings of `fast` were chosen by looking at `tune`;
nothing was chosen by `report`.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from joblib import cpu_count
from scipy.stats import wilcoxon
from sklearn.metrics import average_precision_score, roc_auc_score

from gpar_core import fields
from gpar_core.compare import gsea
from gpar_core.compare.classifiers import CLASSIFIERS
from gpar_core.data import compendium as compendia
from gpar_core.data.compendium import Compendium
from gpar_core.data.importing import ImportFiles, import_compendium
from gpar_core.data.learning_set import learning_set
from gpar_core.data.training_set import TrainingSet, drugs_of_moa, select
from gpar_core.learn.cross_validation import Fit, cross_validate
from gpar_core.learn.engine import FitPool, FitTask
from gpar_core.learn.folds import Folds, assign_folds
from gpar_core.learn.metrics import WELL_TRAINED
from gpar_core.learn.presets import preset
from gpar_core.progress import silent
from gpar_core.rank.scoring import score

MIN_DRUGS = 4
SEED = 0
SPLIT_SEED = 123
NEGATIVES = ("others", "inactive")
FILES = {
    "matrix": "*.gctx",
    "sig_info": "sig_info*",
    "gene_info": "gene_info*",
    "sig_metrics": "sig_metrics*",
    "pert_info": "pert_info*",
    "moa": "moa*",
}
"""Patterns of file names, by fields of `ImportFiles`."""

GPAR, GSEA = "gpar", "gsea"
METHODS = (GPAR, GSEA, *CLASSIFIERS)

HeldOut = Callable[[TrainingSet, Folds], np.ndarray]
"""(n,) scores of a training set's signatures, each by a fit without its fold."""


def moas_of(compendium: Compendium, half: str) -> list[str]:
    """Names of the MOAs with enough drugs: all, or those of the half 'tune' or 'report'."""
    table = compendium.moas
    names = sorted(table.loc[table["n_drugs"] >= MIN_DRUGS, fields.MOA])
    order = np.random.default_rng(SPLIT_SEED).permutation(len(names))
    chosen = {"all": order, "tune": order[: len(names) // 2], "report": order[len(names) // 2 :]}
    return [names[place] for place in sorted(chosen[half])]


def held_out_by(method: str, compendium: Compendium) -> HeldOut:
    """The method as a function of a training set and its folds."""
    if method == GPAR:
        return _by_gpar(compendium)
    return _by_gsea(compendium) if method == GSEA else _by_fit(CLASSIFIERS[method], compendium)


def by_drug(
    values: np.ndarray, training_set: TrainingSet, folds: Folds
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores of signatures to (n_drugs,) positive, mean score and fold."""
    table = pd.DataFrame(
        {"positive": training_set.positive, "score": values, "fold": folds.fold}
    ).groupby(training_set.drug.astype(str))
    return (
        table["positive"].first().to_numpy(),
        table["score"].mean().to_numpy(),
        table["fold"].first().to_numpy(),
    )


def measure(
    compendium: Compendium, moas: list[str], methods: list[str], negatives: str
) -> pd.DataFrame:
    """One row per MOA and method: moa, n_drugs, method, auroc, ap, seconds."""
    held_out = {method: held_out_by(method, compendium) for method in methods}
    rows = []
    for place, moa in enumerate(moas, start=1):
        training_set = select(
            compendium, drugs_of_moa(compendium, moa), moa=moa, negatives=negatives
        )
        folds = assign_folds(training_set.positive, training_set.drug, seed=SEED)
        for method in methods:
            started = time.monotonic()
            values = held_out[method](training_set, folds)
            seconds = time.monotonic() - started
            positive, drug_score, fold = by_drug(values, training_set, folds)
            held = [fold == number for number in range(folds.k)]
            auroc = float(np.mean([roc_auc_score(positive[h], drug_score[h]) for h in held]))
            ap = float(average_precision_score(positive, drug_score))
            rows.append((moa, int(positive.sum()), method, auroc, ap, seconds))
        print(f"{place} of {len(moas)}: {moa}", file=sys.stderr)
    return pd.DataFrame(rows, columns=["moa", "n_drugs", "method", "auroc", "ap", "seconds"])


def summary(measured: pd.DataFrame) -> pd.DataFrame:
    """One row per method, in the order measured; p of GPAR against it over the MOAs' AUROCs."""
    grouped = measured.groupby("method", sort=False)
    table = grouped.agg(
        mean=("auroc", "mean"),
        median=("auroc", "median"),
        well_trained=("auroc", lambda auroc: (auroc >= WELL_TRAINED).mean()),
        ap=("ap", "mean"),
        seconds=("seconds", "sum"),
    )
    auroc = measured.pivot_table(index="moa", columns="method", values="auroc")
    if GPAR in auroc:
        table["wilcoxon_p"] = [
            np.nan if method == GPAR else wilcoxon(auroc[GPAR], auroc[method]).pvalue
            for method in table.index
        ]
    return table


def _by_fit(fit: Fit, compendium: Compendium) -> HeldOut:
    def held_out(training_set: TrainingSet, folds: Folds) -> np.ndarray:
        x = training_set.z_scores(compendium)
        return cross_validate(x, training_set, folds, fit, seed=SEED).score

    return held_out


def _by_gpar(compendium: Compendium) -> HeldOut:
    pool = FitPool(cpu_count())

    def held_out(training_set: TrainingSet, folds: Folds) -> np.ndarray:
        learning = learning_set(compendium, training_set, seed=SEED)
        tasks = [
            FitTask(str(k), np.flatnonzero(folds.fold != k), training_set.positive, SEED + k + 1)
            for k in range(folds.k)
        ]
        values = np.empty(len(training_set.rows))
        for task, network in pool.fit_all(learning, preset("fast"), tasks, report=silent):
            rows = np.flatnonzero(folds.fold == int(task.name))
            values[rows] = score(network, learning.x, rows)
        return values

    return held_out


def _by_gsea(compendium: Compendium) -> HeldOut:
    """Distances know no MOA, so they are computed once, over the representatives of all drugs."""
    representative = compendium.signatures[fields.REPRESENTATIVE].to_numpy()
    ranks = gsea.ranked_lists(compendium.matrix[representative])
    drug = compendium.signatures.loc[representative, fields.DRUG].to_numpy()
    names, prototypes = gsea.prototypes(ranks, drug)
    distance = gsea.distance_matrix(prototypes)

    def held_out(training_set: TrainingSet, folds: Folds) -> np.ndarray:
        place = np.searchsorted(names, training_set.drug.astype(str))
        among = distance[np.ix_(place, place)]
        return gsea.held_out_scores(among, training_set.positive, folds.fold)

    return held_out


def imported(files: Path, folder: Path) -> Compendium:
    """The compendium of the files, built in the empty `folder`. Raises DataError."""
    found = {field: next(iter(files.glob(pattern)), None) for field, pattern in FILES.items()}
    import_compendium(ImportFiles(**found), folder, name=files.name, report=silent)
    return compendia.load(folder)


def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality")
    parser.add_argument("--files", type=Path, required=True, help="folder in GEO layout")
    parser.add_argument("--methods", default=",".join(METHODS), help="of " + ", ".join(METHODS))
    parser.add_argument("--limit", type=int, help="only the first MOAs")
    parser.add_argument("--json", type=Path, default=Path("build/quality.json"))
    options = parser.parse_args()
    methods = options.methods.split(",")
    if unknown := set(methods) - set(METHODS):
        parser.error(f"unknown methods: {', '.join(sorted(unknown))}")
    tables = []
    with tempfile.TemporaryDirectory(prefix="gpar-") as folder:
        compendium = imported(options.files, Path(folder))
        moas = moas_of(compendium, "all")[: options.limit]
        for negatives in NEGATIVES:
            measured = measure(compendium, moas, methods, negatives)
            tables.append(measured.assign(negatives=negatives))
            for half in ("all", "report"):
                among = measured[measured["moa"].isin(moas_of(compendium, half))]
                print(f"\n{among['moa'].nunique()} MOAs ({half}), negatives: {negatives}")
                print(summary(among).to_string(float_format="{:.3g}".format), flush=True)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(
        json.dumps(pd.concat(tables).to_dict("records"), indent=1) + "\n", "utf-8"
    )


if __name__ == "__main__":
    _main()
