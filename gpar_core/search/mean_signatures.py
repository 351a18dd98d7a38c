"""Signatures of compounds, averaged over cell lines."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data.compendium import Compendium
from gpar_core.data.derived_files import unmapped


def mean_signatures(compendium: Compendium, drugs: Sequence[str]) -> np.ndarray:
    """(k, 978) float32: the mean of each drug's representative signatures, one per cell line.

    drugs: k different names of the compendium.
    """
    signatures = compendium.signatures
    number = pd.Index(drugs).get_indexer(pd.Index(signatures[fields.DRUG]))
    rows = np.flatnonzero((number >= 0) & signatures[fields.REPRESENTATIVE].to_numpy())
    found = np.zeros((len(drugs), fields.N_LANDMARKS))
    np.add.at(found, number[rows], np.asarray(unmapped(compendium)[rows], np.float32))
    return (found / np.bincount(number[rows], minlength=len(drugs))[:, None]).astype(np.float32)
