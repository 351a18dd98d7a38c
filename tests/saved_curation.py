"""A curation put together by hand, for tests that need one but train nothing."""

import numpy as np
import pandas as pd

from gpar_core.analyses.curation.leave_one_out import Curation
from gpar_core.analyses.curation.result import Provenance, SavedCuration

PROVENANCE = Provenance(
    curation_id="fedcba9876543210fedc",
    model_id="0123456789abcdef0123",
    label="HDAC inhibitor",
    compendium="tiny",
    fingerprint="f" * 64,
    simulated=False,
    preset="fast",
    seed=3,
    seconds=12.5,
    created_at="2024-01-01T00:00:00+00:00",
    versions={"gpar": "0.1.0"},
)


def drugs(
    names: tuple[str, ...] = ("VER-155008", "alvespimycin", "PU-H71"), *, n_suspects: int = 1
) -> pd.DataFrame:
    """As in `Curation.drugs`; the first `n_suspects` names are suspected."""
    place = np.arange(len(names))
    effect = np.where(place < n_suspects, 0.15 - 0.01 * place, -0.01 * place)
    return pd.DataFrame(
        {
            "drug": [name.casefold() for name in names],
            "pert_iname": list(names),
            "n_signatures": 6,
            "auroc_without": 0.84 + effect,
            "effect": effect,
            "effect_sd": 0.02,
            "noise": 0.05,
            "suspect": place < n_suspects,
        }
    )


def saved(table: pd.DataFrame | None = None) -> SavedCuration:
    """A curation of a mean AUROC of 0.84 with these drugs."""
    return SavedCuration(PROVENANCE, Curation(0.84, 0.05, 5, drugs() if table is None else table))
