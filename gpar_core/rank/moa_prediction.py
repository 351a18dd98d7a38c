"""Rank the likely MOAs of a compound or profile by the scores of many MOA models."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from gpar_core.errors import RequestError

NEAR_THE_TOP = 0.95
"""A signature supports a MOA from this percentile of its model on."""

SUPPORTED = 0.1
"""A MOA is supported up to this FDR over the MOAs."""

ORDERS = {
    "evidence": ("supported", "evidence_if_supported", "calibrated"),
    "calibrated": ("calibrated", "percentile"),
    "percentile": ("percentile", "calibrated"),
    "paper": ("mean_probability", "calibrated"),
}
"""What MOAs can be ranked by, and what breaks ties. 'evidence': first the supported ones, by their
evidence, then the others by calibrated probability. 'paper' is Gao et al. 2021: mean probability
over signatures."""

DEFAULT_ORDER = "evidence"
"""It shows where the evidence ends; docs/benchmarks.md compares what each order finds."""

TOP = 10
SMALLEST_ODDS = 1e-9


@dataclass(frozen=True, eq=False)
class MoaScores:
    """Scores of n signatures by m models. Arrays are (m, n), except base_rate, (m,).

    moa: (m,) names. model_id: (m,) of their models.
    probability: scores. percentile: see `percentiles`. calibrated: calibrated probabilities.
    held_out: the drug is in the model's training set, and the fold that did not see it scored it.
    p: see `p_values`; NaN where unknown. base_rate: share of positives in the training set.
    """

    moa: tuple[str, ...]
    model_id: tuple[str, ...]
    probability: np.ndarray
    percentile: np.ndarray
    calibrated: np.ndarray
    held_out: np.ndarray
    p: np.ndarray
    base_rate: np.ndarray


def percentiles(score: np.ndarray, sorted_scores: np.ndarray) -> np.ndarray:
    """(n,) share of (m,) rising scores that are lower than each score; equal ones count half."""
    below = np.searchsorted(sorted_scores, score, side="left")
    up_to = np.searchsorted(sorted_scores, score, side="right")
    return (below + up_to) / (2 * len(sorted_scores))


def p_values(score: np.ndarray, null: np.ndarray) -> np.ndarray:
    """(n,) chance that a signature of another mechanism scores as high.

    null: (m,) rising scores of signatures of drugs without the MOA. p = (1 + number of those at
    least as high) / (1 + m).
    """
    return (1 + len(null) - np.searchsorted(null, score, side="left")) / (1 + len(null))


def combined(p: np.ndarray) -> np.ndarray:
    """(m, n) p-values of n signatures of one compound to (m,).

    Cauchy combination: 1/2 - arctan(mean tan((1/2 - p) pi)) / pi (Liu and Xie 2020, JASA 115:393),
    which holds for small p under any dependence. A single p is unchanged.
    """
    return 0.5 - np.arctan(np.tan((0.5 - p) * np.pi).mean(axis=1)) / np.pi


def rank_moas(
    scores: MoaScores, chosen: np.ndarray | None = None, *, by: str = DEFAULT_ORDER
) -> pd.DataFrame:
    """One row per MOA, the likeliest first.

    chosen: (k,) positions of the signatures to use, None for all. by: a key of `ORDERS`; remaining
    ties are broken by name.

    Returns moa, model_id, supported (FDR of `SUPPORTED` or less), evidence (the calibrated odds
    divided by the odds of the base rate, geometric mean over the signatures), p (see `p_values` and
    `combined`), fdr (Benjamini-Hochberg over the MOAs), percentile, mean_probability and calibrated
    (means over the signatures), agreement (share of signatures from percentile `NEAR_THE_TOP` on),
    n_signatures and held_out. p and fdr are missing for models of an earlier version; then nothing
    is supported. Raises RequestError for an unknown order.
    """
    from scipy.stats import false_discovery_control  # noqa: PLC0415 -- pages start without it

    if by not in ORDERS:
        raise RequestError(f"MOAs cannot be ranked by '{by[:20]}'. Use {', '.join(ORDERS)}.")
    chosen = np.arange(scores.percentile.shape[1]) if chosen is None else chosen
    percentile, calibrated = scores.percentile[:, chosen], scores.calibrated[:, chosen]
    p = combined(scores.p[:, chosen])
    known = bool(np.isfinite(p).all())
    fdr = false_discovery_control(p) if known else np.full(len(p), np.nan)
    evidence = np.exp((_log_odds(calibrated) - _log_odds(scores.base_rate)[:, None]).mean(axis=1))
    table = pd.DataFrame(
        {
            "moa": scores.moa,
            "model_id": scores.model_id,
            "supported": fdr <= SUPPORTED,
            "evidence": evidence,
            "p": p,
            "fdr": fdr,
            "percentile": percentile.mean(axis=1),
            "mean_probability": scores.probability[:, chosen].mean(axis=1),
            "calibrated": calibrated.mean(axis=1),
            "agreement": (percentile >= NEAR_THE_TOP).mean(axis=1),
            "n_signatures": len(chosen),
            "held_out": scores.held_out[:, chosen].any(axis=1),
        }
    )
    keys = table.assign(evidence_if_supported=table["evidence"].where(table["supported"], 0.0))
    in_order = keys.sort_values(
        [*ORDERS[by], "moa"], ascending=[*[False] * len(ORDERS[by]), True]
    ).index
    return table.loc[in_order].reset_index(drop=True)


def _log_odds(probability: np.ndarray) -> np.ndarray:
    kept = np.clip(probability, SMALLEST_ODDS, 1 - SMALLEST_ODDS)
    return np.log(kept / (1 - kept))
