"""Importance of landmark genes by two methods, their agreement and their stability.

'ig': integrated gradients of the model (`attribution`), relative to a signature without any change,
a z-score of 0 for each gene; with 'fast', 0 after the mean of the cell line is subtracted. The mean
of the negatives would also work, but it is next to the center of the space of 'fast', where the
log-odds jump.
'lr': coefficients of a logistic regression, as in Gao et al. 2021 (`gene_selection`).
"""

from contextlib import closing
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.stats import hypergeom, spearmanr

from gpar_core import fields
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import TrainingSet
from gpar_core.learn.attribution import integrated_gradients, log_odds
from gpar_core.learn.engine import Pool
from gpar_core.learn.folds import Folds, assign_folds
from gpar_core.learn.gene_selection import N_SELECTED, logistic_coefficients, ranks
from gpar_core.learn.held_out import fold_networks
from gpar_core.learn.presets import Settings
from gpar_core.progress import Progress, Remember, Report, Tables, silent, uncached
from gpar_core.rank.scoring import Network

IG, LR = "ig", "lr"
WAYS = (IG, LR)

STAGE = "Gene importance"
MAX_ATTRIBUTED = 200
"""Positive signatures whose attributions are averaged; with more, a seeded sample."""

N_HEAT_GENES = 40
MAX_HEAT = 60
"""Positive signatures of the heat map, and negative ones; with more, a seeded sample."""


def gene_importance(
    compendium: Compendium,
    training_set: TrainingSet,
    network: Network,
    settings: Settings,
    *,
    seed: int,
    pool: Pool,
    report: Report = silent,
    remember: Remember = uncached,
) -> Tables:
    """Importance of each landmark gene for a trained model, and without each fold.

    training_set, settings, seed: those the model was trained with. The models of the folds are
    trained again, as in `training.train`; each fold's importances are computed on the training set
    without it.

    Returns
    genes: one row per landmark gene, the most important for the model first: symbol, entrez_id,
        ig (mean over the positive signatures of what the gene adds to the log-odds), ig_se,
        ig_rank, ig_share, lr (coefficient), lr_se, lr_rank, lr_share, direction ('up' or 'down', by
        the sign of z_positive), z_positive with z_positive_se, z_negative, z_difference. Ranks are
        by absolute value; shares are of the folds that rank the gene among the first 100; the se of
        ig and lr is from `jackknife`; z-scores are means over drugs of the mean of their
        signatures, their se is over the positive drugs and missing if there is only one.
    folds: one row per fold: fold, ig_again, lr_again (how many of the first 100 genes are among the
        first 100 without the fold), overlap (of both methods without the fold).
    agreement: one row, see `agreement`, with n_positive and n_negative (signatures),
        n_positive_drugs, gap (mean absolute deviation of the sum of the attributions from what
        completeness requires, in log-odds) and rise (mean absolute difference of the log-odds from
        the baseline's).
    heat: signature, drug, cell_id, positive, symbol, z; for the 40 genes ranked best by either
        method, in up to `MAX_HEAT` positive and as many negative signatures.

    Raises WorkerError where a process dies.
    """
    x = training_set.z_scores(compendium)
    positive = training_set.positive
    folds = assign_folds(positive, training_set.drug, seed=seed)

    def of_folds() -> Tables:
        return {
            "importance": _of_folds(compendium, training_set, folds, settings, seed, pool, report)
        }

    by_fold = remember("folds", of_folds)["importance"]
    without = {way: by_fold.pivot_table(index="fold", columns="gene", values=way) for way in WAYS}
    report(Progress(STAGE, folds.k, folds.k, "The whole training set"))
    cell = _cells(compendium, training_set)
    ig, gap, rise = _attributed(network, x[positive], cell[positive], seed)
    whole = {IG: ig, LR: logistic_coefficients(x, positive)}
    fold_arrays = {way: table.to_numpy() for way, table in without.items()}
    genes = _genes(training_set, x, whole, fold_arrays)
    described = agreement(whole[IG], whole[LR]).assign(
        n_positive=training_set.n_positive_signatures,
        n_positive_drugs=training_set.n_positive_compounds,
        n_negative=training_set.n_negative_signatures,
        gap=gap,
        rise=rise,
    )
    heat = _heat(compendium, training_set, x, genes, seed)
    return {
        "genes": genes.drop(columns="gene"),
        "folds": _stability(whole, fold_arrays),
        "agreement": described,
        "heat": heat,
    }


def agreement(one: np.ndarray, other: np.ndarray, n_selected: int = N_SELECTED) -> pd.DataFrame:
    """The agreement of two importances (n_genes,): one row.

    overlap: genes among the first `n_selected` of both. expected: n_selected^2 / n_genes, by
    chance. p: P(X >= overlap), X hypergeometric, as if both drew their genes independently.
    spearman: of the absolute importances of all genes.
    """
    first, second = _selected(one, n_selected), _selected(other, n_selected)
    overlap = int((first & second).sum())
    return pd.DataFrame(
        {
            "n_genes": [len(one)],
            "n_selected": n_selected,
            "overlap": overlap,
            "expected": n_selected**2 / len(one),
            "p": float(hypergeom.sf(overlap - 1, len(one), n_selected, n_selected)),
            "spearman": float(spearmanr(np.abs(one), np.abs(other)).statistic),
        }
    )


def jackknife(without: np.ndarray) -> np.ndarray:
    """Standard error of an estimate by leaving out one group at a time.

    without: (k, n) the n estimates without each of k groups of about equal size. Returns (n,):
    sqrt((k - 1) / k sum_i (t_i - mean t)^2) (Kott 2001, Journal of Official Statistics 17:521).
    """
    k = len(without)
    return np.sqrt((k - 1) / k * ((without - without.mean(axis=0)) ** 2).sum(axis=0))


def _of_folds(
    compendium: Compendium,
    training_set: TrainingSet,
    folds: Folds,
    settings: Settings,
    seed: int,
    pool: Pool,
    report: Report,
) -> pd.DataFrame:
    """fold, gene, ig and lr, computed without each fold."""
    positive = training_set.positive
    x, cell = training_set.z_scores(compendium), _cells(compendium, training_set)
    found: dict[int, pd.DataFrame] = {}

    def on_steps(progress: Progress) -> None:
        report(replace(progress, stage=STAGE, message=f"{len(found)} of {folds.k} folds done"))

    networks = fold_networks(
        compendium, training_set, folds, settings, seed=seed, pool=pool, report=on_steps
    )
    with closing(networks):
        for fold, network in networks:
            seen = folds.fold != fold
            ours = seen & positive
            ig, _, _ = _attributed(network, x[ours], cell[ours], seed)
            lr = logistic_coefficients(x[seen], positive[seen])
            table = {"fold": fold, "gene": np.arange(len(ig)), IG: ig, LR: lr}
            found[fold] = pd.DataFrame(table)
    return pd.concat([found[k] for k in range(folds.k)], ignore_index=True)


def _cells(compendium: Compendium, training_set: TrainingSet) -> np.ndarray:
    return training_set.described(compendium, [fields.CELL_ID])[fields.CELL_ID].to_numpy(str)


def _attributed(
    network: Network, x: np.ndarray, cell: np.ndarray, seed: int
) -> tuple[np.ndarray, float, float]:
    """(n_genes,) mean attribution over signatures of z-scores; its deviation from completeness, and
    the mean rise of the log-odds, both as absolute values.
    """
    rng = np.random.default_rng([seed, 0x16])
    rows = np.sort(rng.permutation(len(x))[:MAX_ATTRIBUTED])
    signatures = network.inputs(x[rows], cell[rows]).astype(float)
    nothing = np.zeros(signatures.shape[1])
    attribution = integrated_gradients(network, signatures, nothing)
    rise = log_odds(network, signatures) - log_odds(network, nothing[None])
    gap = np.abs(attribution.sum(axis=1) - rise).mean()
    return attribution.mean(axis=0), float(gap), float(np.abs(rise).mean())


def _selected(importance: np.ndarray, n_selected: int = N_SELECTED) -> np.ndarray:
    return ranks(importance) <= n_selected


def _genes(
    training_set: TrainingSet,
    x: np.ndarray,
    whole: dict[str, np.ndarray],
    without: dict[str, np.ndarray],
) -> pd.DataFrame:
    """As `gene_importance` gives it, and gene, the column of the matrix."""
    of_positives = _by_drug(x, training_set.drug, training_set.positive)
    of_negatives = _by_drug(x, training_set.drug, ~training_set.positive)
    z_positive, z_negative = of_positives.mean(axis=0), of_negatives.mean(axis=0)
    n_drugs = len(of_positives)
    se = of_positives.std(axis=0, ddof=1) / np.sqrt(n_drugs) if n_drugs > 1 else np.nan
    columns: dict[str, object] = {
        "gene": np.arange(fields.N_LANDMARKS),
        "symbol": fields.LANDMARK_SYMBOLS,
        "entrez_id": fields.LANDMARK_IDS,
    }
    for way in WAYS:
        columns |= {
            way: whole[way],
            f"{way}_se": jackknife(without[way]),
            f"{way}_rank": ranks(whole[way]),
            f"{way}_share": np.mean([_selected(each) for each in without[way]], axis=0),
        }
    columns |= {
        "direction": np.where(z_positive > 0, "up", "down"),
        "z_positive": z_positive,
        "z_positive_se": se,
        "z_negative": z_negative,
        "z_difference": z_positive - z_negative,
    }
    return pd.DataFrame(columns).sort_values("ig_rank", ignore_index=True)


def _by_drug(x: np.ndarray, drug: np.ndarray, of: np.ndarray) -> np.ndarray:
    """(n_drugs, n_genes) mean z-scores of each drug, only over the rows in `of`."""
    names, index, counts = np.unique(drug[of].astype(str), return_inverse=True, return_counts=True)
    total = np.zeros((len(names), x.shape[1]))
    np.add.at(total, index, x[of])
    return total / counts[:, None]


def _stability(whole: dict[str, np.ndarray], without: dict[str, np.ndarray]) -> pd.DataFrame:
    chosen = {way: np.array([_selected(each) for each in without[way]]) for way in WAYS}
    again = {f"{way}_again": (chosen[way] & _selected(whole[way])).sum(axis=1) for way in WAYS}
    overlap = (chosen[IG] & chosen[LR]).sum(axis=1)
    return pd.DataFrame({"fold": np.arange(1, len(overlap) + 1), **again, "overlap": overlap})


def _heat(
    compendium: Compendium,
    training_set: TrainingSet,
    x: np.ndarray,
    genes: pd.DataFrame,
    seed: int,
) -> pd.DataFrame:
    best = genes[["ig_rank", "lr_rank"]].min(axis=1).sort_values(kind="stable")
    shown = genes.loc[best.index[:N_HEAT_GENES]]
    rng = np.random.default_rng([seed, 0x4EA7])
    positives = rng.permutation(np.flatnonzero(training_set.positive))[:MAX_HEAT]
    negatives = rng.permutation(np.flatnonzero(~training_set.positive))[: len(positives)]
    rows = np.concatenate([np.sort(positives), np.sort(negatives)])
    columns = [fields.SIG_ID, fields.PERT_INAME, fields.CELL_ID]
    described = training_set.described(compendium, columns).iloc[rows]
    n = len(shown)
    return pd.DataFrame(
        {
            "signature": described[fields.SIG_ID].repeat(n).to_numpy(),
            "drug": described[fields.PERT_INAME].repeat(n).to_numpy(),
            "cell_id": described[fields.CELL_ID].repeat(n).to_numpy(),
            "positive": training_set.positive[rows].repeat(n),
            "symbol": np.tile(shown["symbol"], len(rows)),
            "z": x[np.ix_(rows, shown["gene"].to_numpy(np.int64))].ravel(),
        }
    )
