"""What is written of each signature beside its z-scores."""

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.analyses.training.result import Model
from gpar_core.data.compendium import Compendium

BLOCK_ROWS = 4096


def described(compendium: Compendium, rows: np.ndarray) -> pd.DataFrame:
    """`fields.SIGNATURE_COLUMNS`, moa and target of some rows, by sig_id."""
    table = compendium.signatures.iloc[rows]
    compounds = compendium.compounds.set_index(fields.PERT_ID)
    of_each = compounds.loc[table[fields.PERT_ID], [fields.MOA, fields.TARGET]]
    return table.assign(
        **{str(name): of_each[name].to_numpy() for name in of_each},
    ).set_index(fields.SIG_ID)


def ranked_signatures(compendium: Compendium, model: Model) -> tuple[np.ndarray, pd.DataFrame]:
    """The signatures of all ranked drugs: rows (n,) of the compendium, and what their drug got.

    Columns: rank, mean_score, es, nes, p, p_exact, fdr, shares_moa, training ('positive' for drugs
    that the model learned from, else '').
    """
    ranking = model.ranking.assign(
        rank=np.arange(1, len(model.ranking) + 1),
        training=np.where(model.ranking["held_out"], "positive", ""),
    ).set_index(fields.DRUG)
    drug = compendium.signatures[fields.DRUG]
    rows = np.flatnonzero(drug.isin(ranking.index))
    columns = [
        "rank", "mean_score", "es", "nes", "p", "p_exact", "fdr", "shares_moa", "training",
    ]  # fmt: skip
    return rows, ranking.loc[drug.iloc[rows], columns].reset_index(drop=True)
