"""Connectivity by cell line, dose and time."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data.selecting import shown_unit

LEVEL: Final = 0.95
FEWEST: Final = 3
"""Signatures for an interval: that of two reaches 13 standard errors to either side."""
SHARES: Final = {"low": 0.05, "quarter": 0.25, "median": 0.5, "three_quarters": 0.75, "high": 0.95}
AMOUNTS: Final = {fields.DOSE: fields.DOSE_UNIT, fields.TIME: fields.TIME_UNIT}
"""Columns of amounts, and of their units."""


def by_condition(signatures: pd.DataFrame, names: Mapping[str, str], by: str) -> pd.DataFrame:
    """The mean connectivity of each drug under each condition, with an interval.

    signatures: from `search.search`. names: of drugs, by drug; signatures of one molecule can bear
    several. by: fields.CELL_ID, fields.DOSE or fields.TIME. Signatures without a known dose or time
    are left out there.

    Returns, cell lines by name and amounts rising
    drug, pert_iname.
    condition: text, an amount with its unit.
    amount: number, NaN for a cell line.
    n: signatures.
    mean: of their connectivity.
    low, high: 95% interval of the mean by Student's t, NaN for fewer than FEWEST signatures. It
        takes signatures as independent, so it is optimistic.
    """
    from scipy.stats import t  # noqa: PLC0415 -- pages start without it

    own = signatures[signatures[fields.DRUG].isin(list(names))]
    if by in AMOUNTS:
        own = own.dropna(subset=[by])
        unit = own[AMOUNTS[by]].fillna("").map(shown_unit)
        number = own[by].map("{:g}".format).astype(str)
        own = own.assign(condition=(number + " " + unit).str.strip(), amount=own[by].astype(float))
    else:
        own = own.assign(condition=own[by], amount=np.nan)
    keys = [fields.DRUG, "condition", "amount"]
    found = (
        own.groupby(keys, dropna=False)["connectivity"]
        .agg(n="size", mean="mean", sd="std")
        .reset_index()
        .sort_values([fields.DRUG, "amount", "condition"], ignore_index=True)
    )
    n = found["n"].to_numpy()
    half = t.ppf((1 + LEVEL) / 2, np.maximum(n - 1, 1)) * found["sd"] / np.sqrt(n)
    half = half.where(n >= FEWEST)
    found.insert(1, fields.PERT_INAME, found[fields.DRUG].map(names))
    return found.drop(columns="sd").assign(low=found["mean"] - half, high=found["mean"] + half)


def spread(signatures: pd.DataFrame) -> pd.DataFrame:
    """The distribution of the connectivity of all signatures in each cell line, sorted by name.

    signatures: from `search.search`. Returns cell_id, n and the quantiles of SHARES.
    """
    grouped = signatures.groupby(fields.CELL_ID)["connectivity"]
    found = pd.DataFrame({name: grouped.quantile(share) for name, share in SHARES.items()})
    return found.assign(n=grouped.size()).reset_index()
