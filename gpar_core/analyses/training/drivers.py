"""The genes that drive the score of one ranked compound."""

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.analyses.training.result import Model
from gpar_core.data.compendium import Compendium
from gpar_core.learn.attribution import integrated_gradients
from gpar_core.learn.presets import MatchingSettings, preset
from gpar_core.rank.scoring import MatchingNetwork, Network

MAX_SIGNATURES = 10
"""Of a compound, those of the highest scores."""

N_NODES = 32


def gene_drivers(model: Model, compendium: Compendium, drug: str) -> pd.DataFrame:
    """What each landmark gene adds to the log-odds of a compound, by integrated gradients.

    Means over the compound's signatures with the highest scores, up to `MAX_SIGNATURES`, relative
    to no change in expression, as in `genes.importance`. A network that compares compounds forgets
    the compound first: as a negative, the compound would match itself.

    compendium: the one of the model, unchanged. drug: as in its column.
    Returns symbol, contribution and z (mean z-score), the largest contribution first.
    """
    rows = np.flatnonzero((compendium.signatures[fields.DRUG] == drug).to_numpy())
    rows = np.sort(rows[np.argsort(-model.scores[rows], kind="stable")][:MAX_SIGNATURES])
    z_scores = np.asarray(compendium.matrix[rows], dtype=np.float32)
    network = _without(model, drug)
    cell = compendium.signatures[fields.CELL_ID].to_numpy()[rows]
    x = network.inputs(z_scores, cell).astype(float)
    added = integrated_gradients(network, x, np.zeros(x.shape[1]), n_nodes=N_NODES)
    table = pd.DataFrame(
        {
            "symbol": fields.LANDMARK_SYMBOLS,
            "contribution": added.mean(axis=0),
            "z": z_scores.mean(axis=0),
        }
    )
    return table.sort_values("contribution", ascending=False, ignore_index=True)


def forgets(model: Model) -> bool:
    """Whether `gene_drivers` first takes the compound out of the model's negatives."""
    return isinstance(model.network, MatchingNetwork)


def _without(model: Model, drug: str) -> Network:
    settings = preset(model.summary.preset)
    if not isinstance(model.network, MatchingNetwork) or not isinstance(settings, MatchingSettings):
        return model.network
    from gpar_core.learn.matching import without  # noqa: PLC0415 -- pages start without it

    held_out = model.held_out
    negatives = held_out.loc[~held_out["positive"], fields.DRUG].to_numpy()
    return without(model.network, drug, negatives, settings, seed=model.summary.seed)
