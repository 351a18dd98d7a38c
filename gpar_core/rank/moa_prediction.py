"""From scores by the models of many MOAs to the likely MOAs of a compound or profile."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from gpar_core.errors import RequestError

NEAR_THE_TOP = 0.95
"""A signature speaks for a MOA from this percentile of its model on."""

ORDERS = {
    "calibrated": ("calibrated", "percentile"),
    "percentile": ("percentile", "calibrated"),
    "paper": ("mean_probability", "calibrated"),
}
"""What MOAs can be ranked by, and what decides between equal ones. 'paper' is Gao et al. 2021: mean
probability over signatures."""

DEFAULT_ORDER = "calibrated"
"""It finds the most; docs/training.md has the figures."""

TOP = 10


@dataclass(frozen=True, eq=False)
class MoaScores:
    """Scores of n signatures by m models. Arrays are (m, n).

    moa: (m,) names. model_id: (m,) of their models.
    probability: scores. percentile: see `percentiles`. calibrated: calibrated probabilities.
    held_out: the drug is in the model's training set, and the fold that did not see it scored it.
    """

    moa: tuple[str, ...]
    model_id: tuple[str, ...]
    probability: np.ndarray
    percentile: np.ndarray
    calibrated: np.ndarray
    held_out: np.ndarray


def percentiles(score: np.ndarray, sorted_scores: np.ndarray) -> np.ndarray:
    """(n,) share of (m,) rising scores that are lower than each score, equal ones counted half."""
    below = np.searchsorted(sorted_scores, score, side="left")
    up_to = np.searchsorted(sorted_scores, score, side="right")
    return (below + up_to) / (2 * len(sorted_scores))


def rank_moas(
    scores: MoaScores, chosen: np.ndarray | None = None, *, by: str = DEFAULT_ORDER
) -> pd.DataFrame:
    """One row per MOA, the likeliest first.

    chosen: (k,) positions of the signatures to go by, None for all. by: a key of `ORDERS`; the last
    ties go by name.

    Returns moa, model_id, percentile, mean_probability and calibrated (means over the signatures),
    agreement (share of signatures from percentile `NEAR_THE_TOP` on), n_signatures and held_out.
    Raises RequestError for another order.
    """
    if by not in ORDERS:
        raise RequestError(f"MOAs cannot be ranked by '{by[:20]}'. Use {', '.join(ORDERS)}.")
    chosen = np.arange(scores.percentile.shape[1]) if chosen is None else chosen
    percentile = scores.percentile[:, chosen]
    table = pd.DataFrame(
        {
            "moa": scores.moa,
            "model_id": scores.model_id,
            "percentile": percentile.mean(axis=1),
            "mean_probability": scores.probability[:, chosen].mean(axis=1),
            "calibrated": scores.calibrated[:, chosen].mean(axis=1),
            "agreement": (percentile >= NEAR_THE_TOP).mean(axis=1),
            "n_signatures": len(chosen),
            "held_out": scores.held_out[:, chosen].any(axis=1),
        }
    )
    return table.sort_values(
        [*ORDERS[by], "moa"], ascending=[False, False, True], ignore_index=True
    )
