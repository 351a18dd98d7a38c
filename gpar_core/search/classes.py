"""MOAs whose compounds cluster among the mimics or the reversers."""

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data.compendium import Compendium

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
    from scipy.stats import false_discovery_control, mannwhitneyu  # noqa: PLC0415 -- pages start without it

    value = compounds.set_index(fields.DRUG)["connectivity"]
    pairs = compendium.compound_moas[[fields.DRUG, fields.MOA]].drop_duplicates()
    pairs = pairs[pairs[fields.DRUG].isin(value.index)]
    rows = []
    for moa, drugs in pairs.groupby(fields.MOA)[fields.DRUG]:
        inside = value.index.isin(drugs)
        n = int(inside.sum())
        if n < min_drugs or n == len(value):
            continue
        own = value[inside]
        found = mannwhitneyu(own, value[~inside], method="asymptotic")
        auroc = found.statistic / (n * (len(value) - n))
        rows.append((moa, n, float(np.median(own)), auroc, found.pvalue))
    table = pd.DataFrame(rows, columns=["moa", "n_drugs", "median_connectivity", "moa_auroc", "p"])
    table["fdr"] = false_discovery_control(table["p"]) if len(table) else []
    return table.sort_values(["moa_auroc", "moa"], ascending=[False, True], ignore_index=True)
