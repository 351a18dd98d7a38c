"""How many drugs and cell lines are needed to learn a MOA.

    python -m benchmarks.learning_curves --files DIR [--tsv FILE]

DIR has LINCS Level 5 files in GEO layout with a MOA table. From each MOA, a number of drugs with
enough cell lines is drawn, and for each of these, a number of cell lines; `fast` is trained on them
against all compounds without the MOA. The mean AUROC is the one on the page of such a model.
`gpar_core/learn/learning_curves.tsv` is its output for `lincs2020_cells`.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from benchmarks.quality import imported
from gpar_core import fields
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import TrainingSet, drugs_of_moa, select
from gpar_core.learn.folds import assign_folds
from gpar_core.learn.matching import Matching
from gpar_core.learn.metrics import evaluate
from gpar_core.learn.presets import MatchingSettings
from gpar_core.learn.space import Space, space_of

SEED = 0
DRAWS = 2
N_DRUGS = (2, 3, 4, 6, 9, 14)
N_CELLS = (1, 2, 3, 5)
MIN_MOAS = 5
"""Of fewer, no range is given."""


def draws(
    training_set: TrainingSet, n_drugs: int, n_cells: int, rng: np.random.Generator
) -> Iterator[TrainingSet]:
    """Some of the positive drugs in some of their cell lines, against all negatives.

    Each of the positive rows is a drug in another cell line. Nothing where too few drugs have as
    many cell lines.
    """
    positive = np.flatnonzero(training_set.positive)
    drug = training_set.drug[positive].astype(str)
    names, counts = np.unique(drug, return_counts=True)
    enough = names[counts >= n_cells]
    if len(enough) < n_drugs:
        return
    for _ in range(DRAWS):
        kept = ~training_set.positive
        for name in rng.choice(enough, n_drugs, replace=False):
            kept[rng.choice(positive[drug == name], n_cells, replace=False)] = True
        yield training_set.only(kept)


def auroc(compendium: Compendium, space: Space, training_set: TrainingSet) -> float:
    """Mean AUROC over the folds, as on the page of the model."""
    folds = assign_folds(training_set.positive, training_set.drug, seed=SEED)
    score = Matching(space, compendium, training_set, folds, SEED).held_out()
    found = evaluate(training_set.positive, score, folds.fold, training_set.drug, seed=SEED)
    return found.mean_auroc


def curves(compendium: Compendium) -> pd.DataFrame:
    """One row for each number of drugs and cell lines.

    n_drugs, n_cells: of each drug. n_moas: with as many. low, median, high: of the mean AUROCs of
    these MOAs, each the mean over its draws, at 25, 50 and 75%.
    """
    space = space_of(compendium, MatchingSettings(), seed=SEED, threads=2)
    table = compendium.moas
    moas = sorted(table.loc[table["n_drugs"] >= min(N_DRUGS), fields.MOA])
    rows = []
    for number, moa in enumerate(moas):
        print(f"{number + 1} of {len(moas)}: {moa}", file=sys.stderr)
        whole = select(compendium, drugs_of_moa(compendium, moa), moa=moa, negatives="others")
        rng = np.random.default_rng([SEED, number])
        for n_drugs in N_DRUGS:
            for n_cells in N_CELLS:
                found = [
                    auroc(compendium, space, each) for each in draws(whole, n_drugs, n_cells, rng)
                ]
                if found:
                    rows.append((n_drugs, n_cells, np.mean(found)))
    by_moa = pd.DataFrame(rows, columns=["n_drugs", "n_cells", "auroc"])
    summary = by_moa.groupby(["n_drugs", "n_cells"])["auroc"].agg(
        n_moas="size",
        low=lambda auroc: auroc.quantile(0.25),
        median="median",
        high=lambda auroc: auroc.quantile(0.75),
    )
    return summary[summary["n_moas"] >= MIN_MOAS].reset_index()


def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.learning_curves")
    parser.add_argument("--files", type=Path, required=True, help="folder in GEO layout")
    parser.add_argument("--tsv", type=Path, default=Path("build/learning_curves.tsv"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gpar-") as folder, threadpool_limits(1):
        found = curves(imported(options.files, Path(folder)))
    options.tsv.parent.mkdir(parents=True, exist_ok=True)
    found.to_csv(options.tsv, sep="\t", index=False, float_format="%.3f")
    print(found.to_string(index=False, float_format="{:.3f}".format))


if __name__ == "__main__":
    _main()
