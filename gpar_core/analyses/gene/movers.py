"""Which perturbagens move a gene, and which classes of drugs move it together."""

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.analyses.gene.moderated import moderated_means, nearest_to_zero
from gpar_core.data.compendium import Compendium

MIN_DRUGS = 3
"""Drugs of a class that can be said to move a gene together."""


def movers(compendium: Compendium, z: np.ndarray) -> pd.DataFrame:
    """The perturbagens of a compendium by how they move a gene, up first.

    z: (n,) its z-scores in the n signatures.

    They are sorted by the end of the interval that is nearest to 0, so that one signature, or a few
    that disagree, stand below several that agree; those whose interval contains 0 or is unknown are
    in the middle, by their mean.

    Returns
    drug, pert_iname, moa, target: as in `Compendium.drugs`.
    n_signatures: their number.
    mean_z: mean z-score of the gene over the signatures.
    low, high: 95% interval of the mean over signatures (`moderated`), NaN of a single signature.
    """
    drug_of, drugs = pd.factorize(compendium.signatures[fields.DRUG])
    found = moderated_means(np.asarray(z, np.float64), drug_of, len(drugs))
    about = compendium.drugs.set_index(fields.DRUG).loc[drugs]
    table = pd.DataFrame(
        {
            fields.DRUG: np.asarray(drugs),
            **{c: about[c].to_numpy() for c in (fields.PERT_INAME, fields.MOA, fields.TARGET)},
            "n_signatures": found.n,
            "mean_z": found.mean,
            "low": found.low,
            "high": found.high,
        }
    )
    clear = nearest_to_zero(found.low, found.high)
    order = np.lexsort((table[fields.DRUG], -found.mean, -clear))
    return table.iloc[order].reset_index(drop=True)


def classes(table: pd.DataFrame, members: pd.DataFrame) -> pd.DataFrame:
    """Classes of drugs, those that move a gene most clearly first.

    table: from `movers`. members: drug and moa, as `Compendium.compound_moas`.

    Returns one row for each class of at least `MIN_DRUGS` drugs
    moa, n_drugs.
    mean_z: mean over its drugs of their mean z-scores.
    low, high: 95% interval of it over drugs (`moderated`).
    same: share of its drugs whose mean has the sign of the class.
    p: that the mean is 0. fdr: Benjamini-Hochberg over the classes.
    """
    from scipy.stats import false_discovery_control  # noqa: PLC0415 -- pages start without it

    pairs = members[[fields.DRUG, fields.MOA]].drop_duplicates()
    pairs = pairs.merge(table[[fields.DRUG, "mean_z"]], on=fields.DRUG)
    size = pairs.groupby(fields.MOA)[fields.DRUG].transform("size")
    pairs = pairs[size >= MIN_DRUGS]
    class_of, names = pd.factorize(pairs[fields.MOA], sort=True)
    values = pairs["mean_z"].to_numpy(np.float64)
    found = moderated_means(values, class_of, len(names))
    agree = np.sign(values) == np.sign(found.mean)[class_of]
    described = pd.DataFrame(
        {
            fields.MOA: np.asarray(names, object),
            "n_drugs": found.n,
            "mean_z": found.mean,
            "low": found.low,
            "high": found.high,
            "same": np.bincount(class_of, agree, len(names)) / found.n,
            "p": found.p,
            "fdr": false_discovery_control(found.p) if len(names) else found.p,
        }
    )
    return described.sort_values(["p", fields.MOA], ignore_index=True)
