"""Does learning group a MOA and mix batches? Measured on held-out drugs."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import TrainingSet
from gpar_core.learn.engine import Pool
from gpar_core.learn.folds import assign_folds
from gpar_core.learn.held_out import fold_networks
from gpar_core.learn.presets import Settings
from gpar_core.progress import Progress, Report, silent
from gpar_core.rank.neighbors import unit
from gpar_core.rank.scoring import scaled

STAGE = "Purity"
K = 15
COLUMNS = [
    fields.DRUG, "fold", "n_signatures", "purity_before", "purity_after", "purity_chance",
    "batch_before", "batch_after", "batch_chance",
]  # fmt: skip


def held_out_purity(
    compendium: Compendium,
    training_set: TrainingSet,
    settings: Settings,
    *,
    seed: int,
    pool: Pool,
    report: Report = silent,
) -> pd.DataFrame:
    """Neighbors of each positive drug, before and after a network that did not see it.

    training_set, settings, seed: those the network was trained with. The networks of the folds are
    trained again, as in `training.train`.

    Neighbors are the `n_neighbours` nearest signatures of the training set, of other drugs only,
    by cosine: before, of the scaled signatures that the network takes; after, of its last hidden
    layer. The share of a drug is the mean over its signatures. One row per positive drug:
    drug, fold, n_signatures,
    purity_before, purity_after: share of the neighbors that are positive.
    batch_before, batch_after: share of the neighbors from the same cell line; missing if there is
        only one cell line.
    purity_chance, batch_chance: the same share among all signatures of other drugs.

    Has no rows with fewer than two positive drugs. Raises WorkerError where a process dies.
    """
    positive, drug = training_set.positive, training_set.drug.astype(str)
    folds = assign_folds(positive, training_set.drug, seed=seed)
    if folds.by != "drug":
        return pd.DataFrame(columns=COLUMNS)
    x = training_set.z_scores(compendium)
    cell = training_set.described(compendium, [fields.CELL_ID])[fields.CELL_ID].to_numpy(str)
    k = n_neighbours(positive, drug)
    before = unit(scaled(x, settings.scaling))
    rows: list[dict[str, object]] = []

    def on_steps(progress: Progress) -> None:
        report(replace(progress, stage=STAGE, message="Training without each fold"))

    networks = fold_networks(
        compendium, training_set, folds, settings, seed=seed, pool=pool, report=on_steps
    )
    with closing(networks):
        for fold, network in networks:
            after = unit(network.hidden(x, cell))
            for name in np.unique(drug[positive & (folds.fold == fold)]):
                own = np.flatnonzero(positive & (drug == name))
                others = np.flatnonzero(drug != name)
                spaces = {"before": before, "after": after}
                shares = dict(_shares(own, others, spaces, positive, cell, k))
                rows.append({"drug": name, "fold": fold + 1, "n_signatures": len(own), **shares})
    return pd.DataFrame(rows, columns=COLUMNS).sort_values(fields.DRUG, ignore_index=True)


def n_neighbours(positive: np.ndarray, drug: np.ndarray) -> int:
    """The number of neighbors: `K`, or fewer if other positive drugs have fewer signatures, so that
    all neighbors of each positive drug could be positive.

    positive: (n,) bool. drug: (n,) names; at least two positive ones.
    """
    _, sizes = np.unique(drug[positive], return_counts=True)
    return int(min(K, sizes.sum() - sizes.max()))


def summary(purity: pd.DataFrame) -> dict[str, float]:
    """Mean over the drugs of `held_out_purity`'s table, NaN where it has no rows.

    purity_before, purity_after, batch_before, batch_after, each with _se (over the drugs, NaN if
    there is one); purity_gain and batch_gain, after minus before by drug, with _se; purity_chance,
    batch_chance; n_drugs.
    """
    table = purity.assign(
        purity_gain=purity["purity_after"] - purity["purity_before"],
        batch_gain=purity["batch_after"] - purity["batch_before"],
    )
    described: dict[str, float] = {"n_drugs": len(table)}
    for what in ("purity", "batch"):
        for which in ("chance", "before", "after", "gain"):
            shares = table[f"{what}_{which}"].to_numpy(float)
            described[f"{what}_{which}"] = float(shares.mean()) if len(shares) else np.nan
            if which != "chance":
                spread = float(shares.std(ddof=1)) if len(shares) > 1 else np.nan
                described[f"{what}_{which}_se"] = spread / np.sqrt(max(len(shares), 1))
    return described


def _shares(
    own: np.ndarray,
    others: np.ndarray,
    spaces: dict[str, np.ndarray],
    positive: np.ndarray,
    cell: np.ndarray,
    k: int,
) -> Iterator[tuple[str, float]]:
    """own, others: rows of one drug and of all others. spaces: (n, d) of length 1."""
    same_cell = cell[own][:, None] == cell[others]
    several_cells = len(set(cell)) > 1
    for when, space in spaces.items():
        cosine = space[own] @ space[others].T
        nearest = np.argsort(-cosine, axis=1, kind="stable")[:, :k]
        yield f"purity_{when}", float(positive[others][nearest].mean())
        batch = np.take_along_axis(same_cell, nearest, axis=1).mean()
        yield f"batch_{when}", float(batch) if several_cells else np.nan
    yield "purity_chance", float(positive[others].mean())
    yield "batch_chance", float(same_cell.mean()) if several_cells else np.nan
