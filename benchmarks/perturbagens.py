"""Kinds of perturbagens in a simulated release, in the shares that LINCS has them."""

from typing import Final

import numpy as np
import pandas as pd

from gpar_core import fields

SHARES: Final = {
    "trt_cp": 205_034, "trt_lig": 5_000, "trt_oe": 22_205, "trt_sh.cgs": 36_720,
    "trt_xpr": 142_901,
}  # fmt: skip
"""Signatures of each kind: in GSE92742, and knock-outs in LINCS 2020."""

IDS: Final = {
    "trt_lig": "LIG{:05d}", "trt_oe": "BRDN00004{:05d}", "trt_sh.cgs": "CGS001-{}",
    "trt_xpr": "BRDN00010{:05d}",
}  # fmt: skip


def with_kinds(
    signatures: pd.DataFrame, annotation: pd.DataFrame, row: np.ndarray, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Turn compounds that no source annotates into perturbagens of other kinds.

    signatures: one row per signature. annotation: one row per compound. row: (n_signatures,) rows
    of `annotation`. The kinds get the shares of `SHARES` of the signatures; a gene has one
    perturbagen of each kind. Returns both tables with pert_id, pert_iname and pert_type, and
    without a dose for changed genes.
    """
    annotated = annotation[fields.ANNOTATED].to_numpy()
    order = np.concatenate([np.flatnonzero(annotated), rng.permutation(np.flatnonzero(~annotated))])
    counts = np.bincount(row, minlength=len(annotation))[order]
    ends = np.cumsum(list(SHARES.values())) / sum(SHARES.values())
    middle = (np.cumsum(counts) - counts / 2) / counts.sum()
    kind = np.empty(len(order), dtype=object)
    kind[order] = np.array(list(SHARES), dtype=object)[np.searchsorted(ends, middle)]
    annotation = annotation.assign(**{fields.PERT_TYPE: kind})
    for each, form in IDS.items():
        rows = np.flatnonzero(kind == each)
        ids = [form.format(number) for number in range(len(rows))]
        genes = [*fields.LANDMARK_SYMBOLS, *(f"GENE{n}" for n in range(len(rows)))][: len(rows)]
        names = genes if each in fields.GENETIC else [f"ligand {n}" for n in range(len(rows))]
        annotation.loc[rows, [fields.PERT_ID, fields.PERT_INAME]] = np.array([ids, names]).T
    columns = [fields.PERT_ID, fields.PERT_INAME, fields.PERT_TYPE]
    described = annotation[columns].iloc[row].set_axis(signatures.index)
    signatures = signatures.assign(**{name: described[name] for name in columns})
    changed = signatures[fields.PERT_TYPE].isin(fields.GENETIC)
    return signatures.assign(**{fields.DOSE: signatures[fields.DOSE].mask(changed)}), annotation
