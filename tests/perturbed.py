"""A small compendium with knock-downs, over-expressions and targets, and planted movers of a gene.

TP53 is moved up by the three MDM inhibitors and down by its own knock-down. 'lone' has one
signature, in which it lies far out; 'steady' moves it less, in every signature.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data import compendium as compendia
from gpar_core.data.compendium import Compendium

GENE = "TP53"
PLACE = fields.LANDMARK_SYMBOLS.index(GENE)
CELLS = ("A375", "MCF7")
ROWS = (
    # pert_id, name, kind, moa, target, replicates, effect on TP53
    *((f"MDM-{i}", f"mdm{i}", "trt_cp", "MDM inhibitor", "TP53|MDM2", 4, 3.0) for i in range(3)),
    ("LONE", "lone", "trt_cp", "", "", 0, 9.0),
    ("STEADY", "steady", "trt_cp", "", "MDM2", 8, 5.0),
    *((f"DARK-{i:02}", f"dark{i}", "trt_cp", "", "", 2, 0.0) for i in range(60)),
    *((f"OTHER-{i}", f"other{i}", "trt_cp", "Other inhibitor", "", 2, 0.0) for i in range(4)),
    ("OE-TP53", "TP53 over-expression", "trt_oe", "", "TP53", 2, 6.0),
    ("OE-MDM2", "MDM2 over-expression", "trt_oe", "", "MDM2", 2, 0.0),
    ("SH-TP53", "TP53 knock-down", "trt_sh.cgs", "", "TP53", 3, -6.0),
    ("SH-MDM2", "MDM2 knock-down", "trt_sh.cgs", "", "MDM2", 3, 4.0),
)
"""A perturbagen of 0 replicates has one signature in the first cell line alone."""


def build_perturbed(
    folder: Path, *, name: str = "perturbed", simulated: bool = False
) -> Compendium:
    """Write it into `folder` and load it."""
    made = pd.DataFrame(
        [
            (pert_id, name, kind, moa, target, cell, number, effect)
            for pert_id, name, kind, moa, target, replicates, effect in ROWS
            for cell in (CELLS if replicates else CELLS[:1])
            for number in range(max(replicates, 1))
        ],
        columns=[fields.PERT_ID, fields.PERT_INAME, fields.PERT_TYPE, fields.MOA, fields.TARGET,
                 fields.CELL_ID, "number", "effect"],
    )  # fmt: skip
    made[fields.SIG_ID] = (
        made[fields.PERT_ID] + ":" + made[fields.CELL_ID] + ":" + made["number"].astype(str)
    )
    made = made.sort_values(compendia.ROW_ORDER, ignore_index=True)
    matrix = np.random.default_rng(0).normal(size=(len(made), fields.N_LANDMARKS))
    matrix[:, PLACE] += made["effect"]
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / compendia.MATRIX, matrix.astype(np.float32))
    signatures = made.assign(
        **{
            fields.DOSE: np.where(made["number"] % 2, 10.0, 1.0),
            fields.DOSE_UNIT: "um",
            fields.TIME: 24.0,
            fields.TIME_UNIT: "h",
            fields.TAS: 0.5,
            fields.CC_Q75: 0.5,
            fields.N_REPLICATES: 3.0,
            fields.EXEMPLAR: pd.array([True] * len(made), dtype="boolean"),
            fields.SERIES: "TEST",
        }
    )
    annotation = made.drop_duplicates(fields.PERT_ID).assign(
        drug=lambda table: table[fields.PERT_INAME].str.casefold(),
        **{fields.ANNOTATED: True, fields.PUBCHEM_CID: "", fields.INCHI_KEY: "", fields.SMILES: ""},
    )
    compendia.write(
        folder,
        name=name,
        source="Made for a test",
        simulated=simulated,
        signatures=signatures,
        annotation=annotation,
        report={"findings": []},
    )
    return compendia.load(folder)
