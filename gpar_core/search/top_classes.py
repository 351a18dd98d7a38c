"""The MOA and the target whose compounds mimic each of many queries most clearly."""

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data.class_names import MOAS, TARGETS
from gpar_core.data.compendium import Compendium
from gpar_core.search.classes import CLASS, MIN_DRUGS, pairs_by_class
from gpar_core.search.mann_whitney import mann_whitney

KINDS = {"top_moa": MOAS, "top_target": TARGETS}


def top_classes(
    compendium: Compendium, drugs: np.ndarray, connectivity: np.ndarray
) -> pd.DataFrame:
    """One row per query: top_moa and top_moa_fdr, top_target and top_target_fdr.

    drugs: (d,) molecules. connectivity: (d, q) of compounds and queries. The top class is that of
    the lowest p of Mann and Whitney's two-sided test among the classes of `MIN_DRUGS` compounds or
    more that mimic the query (AUROC above 0.5); of equal ones the first by name. Its FDR
    (Benjamini-Hochberg) is over all classes of its kind. '' and NaN if there is none. A kind
    without such classes has no columns.
    """
    from scipy.stats import false_discovery_control  # noqa: PLC0415 -- pages start without it

    place = pd.Series(np.arange(len(drugs)), drugs)
    table: dict[str, list[object]] = {}
    for column, choice in KINDS.items():
        pairs = pairs_by_class(compendium, choice).drop_duplicates()
        pairs = pairs[pairs[fields.DRUG].isin(place.index)]
        members = {
            str(name): place.loc[own].to_numpy()
            for name, own in pairs.groupby(CLASS)[fields.DRUG]
            if MIN_DRUGS <= len(own) < len(drugs)
        }
        if not members:
            continue
        names = list(members)
        table[column], table[f"{column}_fdr"] = [], []
        for value in connectivity.T:
            auroc, p = mann_whitney(value, list(members.values()))
            mimics = auroc > 0.5
            best = int(np.where(mimics, p, np.inf).argmin())
            known = bool(mimics[best])
            table[column].append(names[best] if known else "")
            fdr = float(false_discovery_control(p)[best]) if known else np.nan
            table[f"{column}_fdr"].append(fdr)
    return pd.DataFrame(table, index=range(connectivity.shape[1]))
