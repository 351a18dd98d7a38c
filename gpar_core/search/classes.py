"""MOAs whose compounds cluster among the mimics or the reversers."""

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data.compendium import Compendium
from gpar_core.search.mann_whitney import mann_whitney

MIN_DRUGS = 3


def moas(
    compendium: Compendium, compounds: pd.DataFrame, *, min_drugs: int = MIN_DRUGS
) -> pd.DataFrame:
    """One row per MOA of at least min_drugs compounds, the one that mimics most first.

    compounds: from `search.search`. Returns moa, n_drugs, median_connectivity, moa_auroc (the
    chance that a compound with the MOA has a higher connectivity than one without: 1 if all mimic
    most, 0 if all reverse most), p (Mann and Whitney's test, two-sided) and fdr
    (Benjamini-Hochberg). Compounds of one MOA may act alike for other reasons, so p is optimistic.
    """
    from scipy.stats import false_discovery_control  # noqa: PLC0415 -- pages start without it

    value = compounds["connectivity"].to_numpy()
    place = pd.Series(np.arange(len(value)), compounds[fields.DRUG])
    pairs = compendium.compound_moas[[fields.DRUG, fields.MOA]].drop_duplicates()
    pairs = pairs[pairs[fields.DRUG].isin(place.index)]
    of = place.loc[pairs[fields.DRUG]].to_numpy()
    members = {
        moa: of[rows]
        for moa, rows in sorted(pairs.groupby(fields.MOA).indices.items())
        if min_drugs <= len(rows) < len(value)
    }
    auroc, p = mann_whitney(value, list(members.values()))
    table = pd.DataFrame(
        {
            "moa": list(members),
            "n_drugs": [len(own) for own in members.values()],
            "median_connectivity": [float(np.median(value[own])) for own in members.values()],
            "moa_auroc": auroc,
            "p": p,
        }
    )
    table["fdr"] = false_discovery_control(table["p"]) if len(table) else []
    return table.sort_values(["moa_auroc", "moa"], ascending=[False, True], ignore_index=True)
