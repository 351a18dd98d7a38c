"""Compare two trained models: how similar their rankings are, what moved, and why.

Nothing is recomputed: everything comes from the two rankings and the two scores of each signature.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.analyses.training.result import Model, ModelSummary
from gpar_core.errors import RequestError
from gpar_core.rank.moa_prediction import percentiles
from gpar_core.rank.ranking import DEFAULT_ORDER, order_by

TOPS = (10, 25, 50, 100, 250)
NOT_RANKED = "not ranked"
TRAINED_ON, NEGATIVE = "a training drug", "a negative"


@dataclass(frozen=True)
class Agreement:
    """Spearman's correlation of the ranks of the `n` compounds that both rank, with a 95% interval.

    The interval is Bonett and Wright's (Psychometrika 2000, 65:23): Fisher's z with the variance
    (1 + rho^2 / 2) / (n - 3). All are NaN below 4 compounds.
    """

    rho: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, eq=False)
class Comparison:
    """The differences between a first and a second model.

    settings: what, first, second; only those that differ. agreement: over compounds that both rank.
    overlap: from `overlap`. compounds: one row per compound that either ranks, the one that moved
    most first: pert_id, pert_iname, moa, rank_first, rank_second, es_first, es_second, p_first,
    p_second (exact), k, shift (places gained in the second), why.
    """

    settings: pd.DataFrame
    agreement: Agreement
    overlap: pd.DataFrame
    compounds: pd.DataFrame


def compare(
    first: Model,
    second: Model,
    signatures: pd.DataFrame,
    *,
    orders: tuple[str, str] = (DEFAULT_ORDER, DEFAULT_ORDER),
) -> Comparison:
    """Compare two models of one compendium, or two orders of the ranking of one.

    signatures: of the compendium. orders: keys of `rank.ranking.ORDERS`, for the first and for the
    second. Raises RequestError for models of different compendia, for identical rankings, or for an
    unknown order.
    """
    if first.summary.fingerprint != second.summary.fingerprint:
        raise RequestError(
            f"'{first.summary.label}' was trained on '{first.summary.compendium}' and "
            f"'{second.summary.label}' on '{second.summary.compendium}' as they were then. Ranks "
            "among different signatures cannot be compared. Choose two models of the same "
            "compendium."
        )
    same_model = first.summary.model_id == second.summary.model_id
    if same_model and orders[0] == orders[1]:
        raise RequestError(
            "Both sides show the same ranking. Choose another model or another order."
        )
    compounds = _merged(order_by(first.ranking, orders[0]), order_by(second.ranking, orders[1]))
    if same_model:
        compounds["why"] = _orders_differ(compounds)
    else:
        moved = by_cell_line(first.scores, second.scores, signatures)
        compounds["why"] = _reasons(compounds, moved, first.summary, second.summary)
    both = compounds.dropna(subset=["rank_first", "rank_second"])
    return Comparison(
        settings=_settings(first.summary, second.summary),
        agreement=agreement(both["rank_first"].to_numpy(), both["rank_second"].to_numpy()),
        overlap=overlap(both["rank_first"].to_numpy(), both["rank_second"].to_numpy()),
        compounds=compounds,
    )


def agreement(first: np.ndarray, second: np.ndarray) -> Agreement:
    """first, second: (n,) ranks of the same compounds."""
    from scipy.stats import spearmanr  # noqa: PLC0415 -- pages start without it

    n = len(first)
    if n < 4:
        return Agreement(np.nan, np.nan, np.nan, n)
    rho = float(spearmanr(first, second).statistic)
    z = np.arctanh(np.clip(rho, -1 + 1e-12, 1 - 1e-12))
    half = 1.959964 * np.sqrt((1 + rho**2 / 2) / (n - 3))
    return Agreement(rho, float(np.tanh(z - half)), float(np.tanh(z + half)), n)


def overlap(first: np.ndarray, second: np.ndarray, tops: Sequence[int] = TOPS) -> pd.DataFrame:
    """How many of the first t compounds of one ranking are among the first t of the other.

    first, second: (n,) ranks of the compounds that both rank; only these are counted.
    Returns top, shared and expected (t^2 / n, for independent rankings); tops of n or more are left
    out. No p-value: models of one MOA share training drugs, and are never independent.
    """
    n = len(first)
    place_first, place_second = np.argsort(np.argsort(first)), np.argsort(np.argsort(second))
    rows = []
    for top in (each for each in tops if each < n):
        shared = int(((place_first < top) & (place_second < top)).sum())
        rows.append((top, shared, top * top / n))
    return pd.DataFrame(rows, columns=["top", "shared", "expected"])


def by_cell_line(first: np.ndarray, second: np.ndarray, signatures: pd.DataFrame) -> pd.DataFrame:
    """How the percentiles of each compound's signatures differ in each cell line.

    first, second: (n,) scores of all signatures by each model. signatures: (n,) rows with
    drug and cell_id.

    Returns drug, cell_id, n_signatures, percentile_first and percentile_second (means), and
    weight: the change times the share of the compound's signatures; the weights add up to the
    change of its mean percentile.
    """
    table = pd.DataFrame(
        {
            fields.DRUG: signatures[fields.DRUG].to_numpy(),
            fields.CELL_ID: signatures[fields.CELL_ID].to_numpy(),
            "percentile_first": percentiles(first, np.sort(first)),
            "percentile_second": percentiles(second, np.sort(second)),
        }
    )
    grouped = table.groupby([fields.DRUG, fields.CELL_ID], sort=True, observed=True)
    means = grouped[["percentile_first", "percentile_second"]].mean()
    means["n_signatures"] = grouped.size()
    means = means.reset_index()
    of_compound = means.groupby(fields.DRUG)["n_signatures"].transform("sum")
    change = means["percentile_second"] - means["percentile_first"]
    return means.assign(weight=change * means["n_signatures"] / of_compound)


def _merged(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """Both rankings side by side, the compound that moved most first."""
    also = [fields.TARGET] if fields.TARGET in first and fields.TARGET in second else []
    known = [fields.DRUG, fields.PERT_ID, fields.PERT_INAME, fields.MOA, *also, "k"]
    sides = []
    for side, ranking in (("first", first), ("second", second)):
        ranked = ranking[[*known, "es", "p_exact"]].assign(rank=np.arange(1, len(ranking) + 1))
        sides.append(
            ranked.rename(
                columns={"rank": f"rank_{side}", "es": f"es_{side}", "p_exact": f"p_{side}"}
            )
        )
    merged = sides[0].merge(sides[1], on=known, how="outer")
    merged["shift"] = merged["rank_first"] - merged["rank_second"]
    in_order = merged.assign(
        size=merged["shift"].abs().fillna(-1),
        best=merged[["rank_first", "rank_second"]].min(axis=1),
    ).sort_values(["size", "best", fields.DRUG], ascending=[False, True, True])
    return in_order.drop(columns=["size", "best"]).reset_index(drop=True)


def _reasons(
    compounds: pd.DataFrame, moved: pd.DataFrame, first: ModelSummary, second: ModelSummary
) -> list[str]:
    by_drug = moved[fields.DRUG]
    shift = dict(zip(compounds[fields.DRUG], compounds["shift"], strict=True))
    agreeing = moved["weight"] * np.sign(by_drug.map(shift).fillna(0))
    largest = moved.assign(agrees=agreeing > 0).loc[agreeing.groupby(by_drug).idxmax()]
    largest = largest.set_index(fields.DRUG)
    largest["n_cells"] = by_drug.value_counts()
    told = largest.reindex(compounds[fields.DRUG])
    columns = [
        "agrees", fields.CELL_ID, "n_cells", "percentile_first", "percentile_second",
        "n_signatures",
    ]  # fmt: skip

    def why(drug: str, rank_first: float, rank_second: float, agrees: bool, *change: Any) -> str:
        if np.isnan(rank_first):
            return f"{NOT_RANKED} by the first: {_role(drug, first)}"
        if np.isnan(rank_second):
            return f"{NOT_RANKED} by the second: {_role(drug, second)}"
        if agrees:
            return _moved(*change)
        if rank_first == rank_second:
            return "same rank"
        rose, others = ("rose", "fell more") if rank_second < rank_first else ("fell", "rose more")
        return f"its mean percentile {rose} in no cell line; others {others}"

    # Column by column: a dictionary for each of many compounds would take far more memory.
    ranks = (compounds[name] for name in (fields.DRUG, "rank_first", "rank_second"))
    return [why(*each) for each in zip(*ranks, *(told[name] for name in columns), strict=True)]


def _moved(cell: str, among: float, before: float, after: float, n: float) -> str:
    where = f"most in {cell} (of {among:.0f} cell lines)" if among > 1 else f"in {cell}"
    said = f"{where}: mean percentile {before:.1%} to {after:.1%}"
    return f"{said} ({n:.0f} signature{'s' * (n != 1)})"


def _orders_differ(compounds: pd.DataFrame) -> list[str]:
    return [
        f"ES {es:.3f} from {k} signatures gives exact p {p:.2g}"
        for es, k, p in zip(
            compounds["es_first"], compounds["k"], compounds["p_first"], strict=True
        )
    ]


def _role(drug: str, summary: ModelSummary) -> str:
    return TRAINED_ON if drug in summary.drugs else NEGATIVE


def _settings(first: ModelSummary, second: ModelSummary) -> pd.DataFrame:
    """The settings that differ between their requests, in words."""
    only_first = sorted(set(first.drugs) - set(second.drugs))
    only_second = sorted(set(second.drugs) - set(first.drugs))
    rows = [
        ("Positive set", first.label, second.label),
        (
            "Drugs in only one of them",
            ", ".join(only_first) or "none",
            ", ".join(only_second) or "none",
        ),
        ("Cell lines", ", ".join(first.cells) or "all", ", ".join(second.cells) or "all"),
        ("Preset", first.preset, second.preset),
        ("Negative set", first.negatives, second.negatives),
        ("Seed", str(first.seed), str(second.seed)),
        ("Negative signatures", *(f"{each.n_negative_signatures:,}" for each in (first, second))),
        ("Mean AUROC, 95% interval", _auroc(first), _auroc(second)),
    ]
    return pd.DataFrame(
        [row for row in rows if row[1] != row[2]], columns=["what", "first", "second"]
    )


def _auroc(summary: ModelSummary) -> str:
    low, high = summary.metrics.interval
    n = summary.metrics.n_resampled
    unit = "drugs" if summary.folds_by == "drug" else "signatures"
    return f"{summary.metrics.mean_auroc:.3f} ({low:.3f}–{high:.3f}, {n} {unit})"
