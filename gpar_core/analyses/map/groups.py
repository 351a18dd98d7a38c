"""The MOAs whose drugs are closest together on a map."""

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from gpar_core import fields
from gpar_core.data.compendium import Compendium

NEIGHBORS = 10
MIN_DRUGS = 3


def closest_moas(points: pd.DataFrame, compendium: Compendium, most: int) -> list[str]:
    """Up to `most` MOAs, the one whose drugs are closest together first.

    points: row (of the compendium), x and y of each signature shown. A MOA counts by the mean share
    of the `NEIGHBORS` nearest points of its signatures that are of its other drugs, if at least
    `MIN_DRUGS` of its drugs are shown and the share is above 0.
    """
    drug = compendium.signatures[fields.DRUG].to_numpy()[points["row"]]
    place = points[["x", "y"]].to_numpy()
    tree = cKDTree(place)
    share: dict[str, float] = {}
    for moa, drugs in compendium.compound_moas.groupby(fields.MOA)[fields.DRUG]:
        of_moa = np.isin(drug, drugs.unique())
        if len(np.unique(drug[of_moa])) < MIN_DRUGS:
            continue
        own = np.flatnonzero(of_moa)
        _, near = tree.query(place[own], k=min(NEIGHBORS + 1, len(drug)))
        others = of_moa[near] & (drug[near] != drug[own, None])
        share[str(moa)] = others.sum() / (len(own) * NEIGHBORS)
    best = sorted(share, key=lambda moa: (-share[moa], moa))[:most]
    return [moa for moa in best if share[moa] > 0]
