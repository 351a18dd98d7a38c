"""The ranked list of compounds of one model, one row per molecule."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data.class_names import gene_of
from gpar_core.data.class_tables import known_columns
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import UPLOADED, TrainingSet
from gpar_core.errors import EmptyRankingError, RequestError
from gpar_core.rank.enrichment import enrich, falling_ranks

PERMUTATIONS = 1000
MIN_SIGNATURES = 5
MAX_P = 0.05
TOP_PREDICTIONS = 30
ORDERS = {
    "score": ("score", False),
    "es": ("es", False),
    "nes": ("nes", False),
    "p": ("p_exact", True),
}
"""What a ranking can be sorted by: a column, and whether it ascends."""

DEFAULT_ORDER = "score"
"""It ranks held-out members higher than the paper's ES; docs/benchmarks.md has the figures."""

SIGNATURE_SCORE_COLUMNS = ("row", "score", "rank", "held_out")


def rows_to_rank(compendium: Compendium, training_set: TrainingSet) -> np.ndarray:
    """Rows of the compendium that a model of this training set ranks, rising.

    All signatures of the positive drugs are left out and, with inactive negatives, those of the
    negatives. Raises EmptyRankingError where no compound is left.
    """
    out = set(training_set.drug[training_set.positive])
    if training_set.negatives == "inactive":
        out |= set(training_set.drug[~training_set.positive])
    rows = np.flatnonzero(~compendium.signatures[fields.DRUG].isin(out).to_numpy())
    if len(rows) == 0:
        raise EmptyRankingError(
            f"All {compendium.n_drugs:,} drugs of '{compendium.name}' are in the training set "
            f"({training_set.n_positive_compounds:,} positive and "
            f"{training_set.n_negative_compounds:,} negative drugs), so there is nothing left to "
            "rank. Choose fewer drugs, or use 'others' as negatives: these are ranked by the "
            "fold that held them out."
        )
    return rows


def rank_signatures(
    compendium: Compendium,
    training_set: TrainingSet,
    score: np.ndarray,
    held_out: np.ndarray,
    *,
    seed: int,
) -> pd.DataFrame:
    """Score and rank of every signature of `rows_to_rank`.

    score: (n_signatures,). held_out: (n_signatures,) bool, scored by the fold that did not see it.
    Returns row (in the compendium), score, rank (from 1) and held_out, sorted by rank.
    Raises EmptyRankingError where the training set leaves no compound to rank.
    """
    rows = rows_to_rank(compendium, training_set)
    # The order of a compendium's rows does not depend on its file, and rows sort faster than ids.
    ranks = falling_ranks(score[rows], seed=seed, tie_key=rows)
    table = pd.DataFrame(
        {"row": rows, "score": score[rows], "rank": ranks, "held_out": held_out[rows]}
    )
    return table.sort_values("rank", ignore_index=True)


def rank_compounds(
    compendium: Compendium,
    signature_ranks: pd.DataFrame,
    *,
    seed: int,
    threads: int = 1,
    score: pd.Series | None = None,
) -> pd.DataFrame:
    """Enrichment of every compound among the ranked signatures, with all its ids together.

    signature_ranks: from `rank_signatures`. threads: used to draw the null; the result does not
    depend on them. score: of each drug as a whole, by name; if None, the mean score of its
    signatures. Returns one row per molecule, highest score first: drug, pert_id, pert_iname,
    pert_ids, names, score, k, es, nes, p, p_exact, fdr (Benjamini-Hochberg of p_exact over all
    compounds), mean_score, best_score, moa, held_out (scored by folds that did not see it),
    pubchem_cid, inchi_key, tas.
    """
    from scipy.stats import false_discovery_control  # noqa: PLC0415 -- pages start without it

    in_order = signature_ranks.sort_values("row", ignore_index=True)
    drug = compendium.signatures[fields.DRUG].to_numpy()[in_order["row"]]
    compound, drugs = pd.factorize(drug, sort=True)
    result = enrich(
        in_order["rank"].to_numpy(),
        compound,
        len(drugs),
        permutations=PERMUTATIONS,
        seed=seed,
        threads=threads,
    )
    by_compound = in_order.groupby(compound)
    table = pd.DataFrame(
        {
            fields.DRUG: drugs,
            "k": result.k,
            "es": result.es,
            "nes": result.nes,
            "p": result.p,
            "p_exact": result.p_exact,
            "fdr": false_discovery_control(result.p_exact),
            "mean_score": by_compound["score"].mean().to_numpy(),
            "best_score": by_compound["score"].max().to_numpy(),
            "held_out": by_compound["held_out"].any().to_numpy(),
        }
    )
    whole = table["mean_score"] if score is None else score.reindex(drugs).to_numpy()
    table.insert(1, "score", whole)
    known = compendium.drugs[
        [fields.DRUG, fields.PERT_ID, fields.PERT_INAME, fields.PERT_IDS, fields.NAMES,
         *known_columns(compendium), fields.PUBCHEM_CID, fields.INCHI_KEY, fields.TAS]
    ]  # fmt: skip
    return order_by(table.merge(known, on=fields.DRUG))


def order_by(ranking: pd.DataFrame, order: str = DEFAULT_ORDER) -> pd.DataFrame:
    """Sort by a key of `ORDERS`; ties by mean score, then pert_id. Raises RequestError.

    Rankings of earlier versions have no score; their mean score takes its place.
    """
    if order not in ORDERS:
        raise RequestError(
            f"A ranking cannot be sorted by '{order[:20]}'. Use {', '.join(ORDERS)}."
        )
    column, rising = ORDERS[order]
    if column not in ranking:
        ranking = ranking.assign(score=ranking["mean_score"])
    return ranking.sort_values(
        [column, "mean_score", fields.PERT_ID], ascending=[rising, False, True], ignore_index=True
    )


def filtered(ranking: pd.DataFrame, *, min_signatures: int, max_p: float) -> pd.DataFrame:
    """Compounds with at least `min_signatures` and p below `max_p` (the paper: 5 and 0.05).

    Raises EmptyRankingError, naming the filter to relax, if none is left.
    """
    enough = ranking["k"] >= min_signatures
    significant = ranking["p"] < max_p
    if (enough & significant).any():
        return ranking[enough & significant].reset_index(drop=True)
    if ranking.empty:
        raise EmptyRankingError("There are no compounds to show. Choose other drugs or compounds.")
    if not enough.any():
        none = (
            f"No compound has {min_signatures} signatures; the highest number is "
            f"{ranking['k'].max()}"
        )
        if not significant.any():
            raise EmptyRankingError(
                f"{none}, and the lowest p is {ranking['p'].min():.3g}. Lower the minimum of "
                "signatures and raise the limit of p."
            )
        lower = int(ranking.loc[significant, "k"].max())
        n_relaxed = int((significant & (ranking["k"] >= lower)).sum())
        raise EmptyRankingError(
            f"{none}. Lower the minimum to {_count(lower, 'signature')} to see "
            f"{_count(n_relaxed, 'compound')} with p < {max_p:g}."
        )
    raise EmptyRankingError(
        f"None of the {int(enough.sum())} compounds with at least {min_signatures} signatures has "
        f"p < {max_p:g}; the lowest p is {ranking.loc[enough, 'p'].min():.3g}. Raise the limit of "
        "p or lower the minimum of signatures."
    )


def top_predictions(ranking: pd.DataFrame) -> pd.DataFrame:
    """The first 30 compounds that pass the paper's filter, or the first 30 if none passes."""
    try:
        passed = filtered(ranking, min_signatures=MIN_SIGNATURES, max_p=MAX_P)
    except EmptyRankingError:
        passed = ranking
    return passed.head(TOP_PREDICTIONS)


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def training_drugs(
    compendium: Compendium,
    training_set: TrainingSet,
    held_out_score: np.ndarray,
    score: pd.Series | None = None,
) -> pd.DataFrame:
    """How the positive drugs scored when held out.

    score: of each drug as a whole when held out, by name, as in `rank_compounds`.
    Returns pert_iname (the molecule's, or that of an upload), n_signatures, mean_score,
    beats_negatives (share of negative signatures with a lower held-out score), and score, missing
    where it is not known; best first.
    """
    positive = training_set.positive
    negatives = np.sort(held_out_score[~positive])
    beaten = np.searchsorted(negatives, held_out_score[positive]) / max(len(negatives), 1)
    name_of = compendium.drugs.set_index(fields.DRUG)[fields.PERT_INAME]
    drug = pd.Series(training_set.drug[positive])
    table = pd.DataFrame(
        {
            fields.PERT_INAME: drug.map(name_of).fillna(drug.str.removeprefix(UPLOADED)),
            "score": held_out_score[positive],
            "beaten": beaten,
        }
    )
    table["whole"] = np.nan if score is None else drug.map(score).astype(float)
    grouped = table.groupby(fields.PERT_INAME).agg(
        n_signatures=("score", "size"),
        mean_score=("score", "mean"),
        beats_negatives=("beaten", "mean"),
        score=("whole", "first"),
    )
    return grouped.reset_index().sort_values("beats_negatives", ascending=False, ignore_index=True)


def known_members(ranking: pd.DataFrame, classes: Iterable[str]) -> pd.Series:
    """(m,) bool: compounds annotated with any of these MOAs or targets ('target: DRD2')."""
    wanted = set(classes)
    genes = {gene_of(name) for name in wanted} - {""}
    found = pd.Series(False, index=ranking.index)
    for column, names in ((fields.MOA, wanted), (fields.TARGET, genes)):
        if column in ranking:
            lists = ranking[column].str.split(fields.MOA_SEPARATOR, regex=False)
            found |= ~lists.map(names.isdisjoint).astype(bool)
    return found
