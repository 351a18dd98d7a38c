"""How many landmark genes a model needs: AUROC and similarities against the number of genes.

Gao et al. 2021 draw N genes at random, 10 times for each N, from 10 to 100 by 10 and from 100 to
800 by 100 (their Additional Figure S1), and show how alike signatures of shared MOAs are (S2).
Here, the N most important genes and all 978 are added.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import TrainingSet
from gpar_core.learn.engine import Pool
from gpar_core.learn.folds import Folds, assign_folds
from gpar_core.learn.gene_selection import logistic_coefficients, ranks
from gpar_core.learn.held_out import held_out_scores
from gpar_core.learn.metrics import evaluate
from gpar_core.learn.presets import MatchingSettings, Settings
from gpar_core.learn.side_by_side import side_by_side
from gpar_core.learn.verdict import GUESSING
from gpar_core.progress import WORK, Progress, Remember, Report, Tables, silent, uncached

DEFAULT_COUNTS = (*range(10, 100, 10), *range(100, 900, 100), fields.N_LANDMARKS)
"""Those of Gao et al. 2021, and all genes."""

MIN_COUNT = 2
"""Fewest genes: a correlation over one is undefined."""

DEFAULT_REPEATS = 10
"""Gao et al. 2021."""

MAX_REPEATS = 50

ENOUGH = 0.95

RANDOM, IMPORTANT = "random", "important"

STAGE = "Gene counts"


@dataclass(frozen=True, eq=False)
class _Question:
    """The inputs of a cross-validation on fewer genes.

    first: (k, n_genes) the genes of each fold, the most important first.
    """

    compendium: Compendium
    training_set: TrainingSet
    folds: Folds
    settings: Settings
    first: np.ndarray
    seed: int
    pool: Pool


def gene_counts(
    compendium: Compendium,
    training_set: TrainingSet,
    settings: Settings,
    *,
    counts: Sequence[int],
    repeats: int = DEFAULT_REPEATS,
    seed: int,
    pool: Pool,
    report: Report = silent,
    remember: Remember = uncached,
) -> Tables:
    """Cross-validate on N random genes, `repeats` times, and on the N most important ones.

    counts: numbers of genes, rising. Everything uses the folds of `training.train` with the same
    seed and the same signatures; all 978 genes are trained on once and count for both ways.
    Importance is the absolute coefficient of a logistic regression (`gene_selection`) on only the
    training part of each fold, so the genes differ between folds and no held-out drug affects their
    choice. Each cross-validation is saved when it is done.

    Returns
    auroc: one row per cross-validation: way ('random' or 'important'), n_genes, draw (from 1),
        auroc (mean over the folds), low and high (95%, resampling drugs).
    similarity: one row per random draw: n_genes, draw, and the columns of `pair_correlations`.
    sizes: one row: n_positive_drugs, n_positive, n_negative_drugs, n_negative (signatures), k
        (folds), n_networks.

    Raises WorkerError where a process dies.
    """
    folds = assign_folds(training_set.positive, training_set.drug, seed=seed)
    x = training_set.z_scores(compendium)
    positive = training_set.positive

    def most_important() -> Tables:
        report(Progress(STAGE, message="Important genes of each fold"))
        by_fold = []
        for k in range(folds.k):
            seen = folds.fold != k
            by_fold.append(np.argsort(ranks(logistic_coefficients(x[seen], positive[seen]))))
        table = pd.DataFrame(np.stack(by_fold))
        return {"first": table.set_axis([str(place) for place in table], axis=1)}

    first = remember("important genes", most_important)["first"].to_numpy()
    asked = _Question(compendium, training_set, folds, settings, first, seed, pool)
    parts = _parts(asked, counts, repeats, remember)

    expected = {name: _expected(settings, n) for name, (n, _) in parts.items()}

    def tell(done: Mapping[str, Tables], share: float) -> None:
        message = ""
        if done:
            last = list(done)[-1]
            message = f"{last}: AUROC {done[last]['auroc']['auroc'].iloc[0]:.2f}"
        work = sum(expected[name] for name in done) / sum(expected.values())
        values = {"step_share": share, WORK: work}
        report(Progress(STAGE, len(done), len(parts), message, values))

    answers = side_by_side({name: part for name, (_, part) in parts.items()}, tell).values()
    similarity = [each["similarity"] for each in answers if "similarity" in each]
    sizes = {
        "n_positive_drugs": [training_set.n_positive_compounds],
        "n_positive": [training_set.n_positive_signatures],
        "n_negative_drugs": [training_set.n_negative_compounds],
        "n_negative": [training_set.n_negative_signatures],
        "k": [folds.k],
        "n_networks": [n_networks(counts, repeats, folds.k)],
    }
    return {
        "auroc": pd.concat([each["auroc"] for each in answers], ignore_index=True),
        "similarity": pd.concat(similarity, ignore_index=True),
        "sizes": pd.DataFrame(sizes),
    }


def n_networks(counts: Sequence[int], repeats: int, k: int) -> int:
    """How many networks are trained on k folds; with all genes, there is nothing to draw."""
    return k * sum(1 if count == fields.N_LANDMARKS else repeats + 1 for count in counts)


def drawn_genes(n: int, draw: int, *, seed: int) -> np.ndarray:
    """(n,) columns of the matrix, rising, drawn without replacement."""
    rng = np.random.default_rng([seed, 0x6E4E, n, draw])
    return np.sort(rng.choice(fields.N_LANDMARKS, n, replace=False))


def pair_correlations(x: np.ndarray, positive: np.ndarray, drug: np.ndarray) -> pd.DataFrame:
    """How alike signatures are, by Pearson correlation over their genes: one row.

    x: (n, n_genes) z-scores. positive: (n,) bool, of at least two drugs. drug: (n,) names.

    within: mean over all pairs of positive signatures of different drugs, in any cell
    lines, with within_sd. between: mean over all pairs of a positive and a negative, with
    between_sd.
    distance: (within - between) / sqrt((within_sd^2 + between_sd^2) / 2), Cohen's d. A constant
    signature has correlations of 0.
    """
    unit = x - x.mean(axis=1, keepdims=True)
    length = np.linalg.norm(unit, axis=1, keepdims=True)
    unit /= np.where(length > 0, length, 1)
    ours, names = unit[positive], drug[positive].astype(str)
    first, second = np.nonzero(np.triu(names[:, None] != names[None, :]))
    within = (ours @ ours.T)[first, second].astype(float)
    between = (ours @ unit[~positive].T).astype(float)
    spread = np.sqrt((within.var() + between.var()) / 2)
    return pd.DataFrame(
        {
            "within": [within.mean()],
            "within_sd": within.std(),
            "between": between.mean(),
            "between_sd": between.std(),
            "distance": (within.mean() - between.mean()) / spread if spread > 0 else np.nan,
        }
    )


def curves(auroc: pd.DataFrame) -> pd.DataFrame:
    """AUROC against the number of genes, one row per way and number: way, n_genes, n (draws),
    auroc, low, high.

    auroc: from `gene_counts`. For random genes, auroc is the mean over the draws, and low and high
    are one standard deviation of the draws away (0 for one draw); for the most important genes,
    they are the 95% interval from resampling drugs.
    """
    grouped = auroc.groupby(["way", "n_genes"])
    table = grouped.agg(
        n=("auroc", "size"),
        sd=("auroc", _spread),
        auroc=("auroc", "mean"),
        low=("low", "mean"),
        high=("high", "mean"),
    ).reset_index()
    drawn = table["way"] == RANDOM
    table["low"] = table["low"].mask(drawn, table["auroc"] - table["sd"])
    table["high"] = table["high"].mask(drawn, table["auroc"] + table["sd"])
    return table[["way", "n_genes", "n", "auroc", "low", "high"]]


def summary(auroc: pd.DataFrame, similarity: pd.DataFrame) -> pd.DataFrame:
    """One row per number of genes: n_genes, draws, random and random_sd (mean and standard
    deviation of the AUROC over the draws), random_low and random_high (95%, resampling drugs, mean
    over the draws), important with important_low and important_high (95%,
    resampling drugs), beaten (draws whose AUROC is lower than that of the most important genes),
    and the mean over the draws of within, between and distance, each with its standard deviation.
    A single draw, that of all genes, has none.

    auroc, similarity: from `gene_counts`.
    """
    drawn = auroc[auroc["way"] == RANDOM]
    chosen = auroc[auroc["way"] == IMPORTANT].set_index("n_genes")
    table = drawn.groupby("n_genes").agg(
        draws=("auroc", "size"),
        random=("auroc", "mean"),
        random_sd=("auroc", "std"),
        random_low=("low", "mean"),
        random_high=("high", "mean"),
    )
    table["important"] = chosen["auroc"]
    table["important_low"], table["important_high"] = chosen["low"], chosen["high"]
    lower = drawn["auroc"] < drawn["n_genes"].map(chosen["auroc"])
    table["beaten"] = lower.groupby(drawn["n_genes"]).sum()
    by_count = similarity.groupby("n_genes")
    for name in ("within", "between", "distance"):
        table[name] = by_count[name].mean()
        table[f"{name}_sd"] = by_count[name].std()
    return table.reset_index()


def enough_genes(table: pd.DataFrame) -> int | None:
    """The smallest number of random genes that performs about as well as the largest number.

    Its mean over the draws keeps `ENOUGH` of what the largest number adds to an AUROC of 0.5, and
    so do all larger numbers on average, so that neither one lucky number nor one dip decides. None
    if the 95% interval of the largest number is not above 0.5: then there is nothing to keep.

    table: from `summary`.
    """
    if table["random_low"].iloc[-1] <= GUESSING:
        return None
    gain = table["random"].to_numpy() - GUESSING
    from_here_on = gain[::-1].cumsum()[::-1] / np.arange(len(gain), 0, -1)
    kept = np.minimum(gain, from_here_on) >= ENOUGH * gain[-1]
    return int(table["n_genes"].iloc[np.flatnonzero(kept)[0]])


def _spread(values: pd.Series) -> float:
    return float(values.std(ddof=min(1, len(values) - 1)))


def _expected(settings: Settings, n: int) -> float:
    """How long n genes take, in units of the time of a few; measured.

    A space of many genes takes more than the square of their number.
    """
    return 1 + ((n / 250) ** 2.5 if isinstance(settings, MatchingSettings) else n / 1000)


def _parts(
    asked: _Question, counts: Sequence[int], repeats: int, remember: Remember
) -> dict[str, tuple[int, Callable[[Report], Tables]]]:
    """All cross-validations, and of how many genes, by name.

    Grouped by number of genes, so that each graph is traced once.
    """
    parts: dict[str, tuple[int, Callable[[Report], Tables]]] = {}

    def add(name: str, n: int, compute: Callable[[Report], Tables]) -> None:
        parts[name] = (n, lambda report: remember(name, lambda: compute(report)))

    for n in counts:
        if n == fields.N_LANDMARKS:
            add(f"all {n} genes", n, partial(_all, asked))
            continue
        for draw in range(1, repeats + 1):
            name = f"{n} random genes, draw {draw} of {repeats}"
            add(name, n, partial(_random, asked, n, draw))
        add(f"{n} most important genes", n, partial(_important, asked, n))
    return parts


def _all(asked: _Question, report: Report) -> Tables:
    """All genes: both the only draw and the most important ones."""
    tables = _random(asked, fields.N_LANDMARKS, 1, report)
    both = pd.concat([tables["auroc"].assign(way=way) for way in (RANDOM, IMPORTANT)])
    return {**tables, "auroc": both.reset_index(drop=True)}


def _random(asked: _Question, n: int, draw: int, report: Report) -> Tables:
    genes = drawn_genes(n, draw, seed=asked.seed)
    compendium, training_set = _with_genes(asked, genes), asked.training_set
    held_out = held_out_scores(
        compendium,
        training_set,
        asked.folds,
        asked.settings,
        seed=asked.seed,
        pool=asked.pool,
        report=report,
    )
    x = training_set.z_scores(compendium)
    alike = pair_correlations(x, training_set.positive, training_set.drug)
    alike.insert(0, "n_genes", n)
    alike.insert(1, "draw", draw)
    return {"auroc": _measured(asked, RANDOM, n, draw, held_out), "similarity": alike}


def _important(asked: _Question, n: int, report: Report) -> Tables:
    """Fold by fold, since each has its own genes."""
    held_out = np.empty(len(asked.training_set.rows), np.float32)
    for k in range(asked.folds.k):

        def on_steps(progress: Progress, k: int = k) -> None:
            done, total = k * progress.total + progress.done, asked.folds.k * progress.total
            report(replace(progress, done=done, total=total))

        genes = np.sort(asked.first[k, :n])
        score = held_out_scores(
            _with_genes(asked, genes),
            asked.training_set,
            asked.folds,
            asked.settings,
            seed=asked.seed,
            pool=asked.pool,
            report=on_steps,
            only=[k],
        )
        rows = asked.folds.fold == k
        held_out[rows] = score[rows]
    return {"auroc": _measured(asked, IMPORTANT, n, 1, held_out)}


def _with_genes(asked: _Question, genes: np.ndarray) -> Compendium:
    """The compendium with only some of its columns."""
    return replace(asked.compendium, matrix=asked.compendium.matrix[:, genes])


def _measured(asked: _Question, way: str, n: int, draw: int, held_out: np.ndarray) -> pd.DataFrame:
    training_set = asked.training_set
    found = evaluate(
        training_set.positive, held_out, asked.folds.fold, training_set.drug, seed=asked.seed
    )
    low, high = found.interval
    row = {"way": [way], "n_genes": n, "draw": draw, "auroc": found.mean_auroc}
    return pd.DataFrame({**row, "low": low, "high": high})
