"""A large simulated compendium, written to a folder in seconds: for benchmarks of search."""

from pathlib import Path

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data.compendium import MATRIX, Compendium
from gpar_core.storage.saved_arrays import read_array

PER_DRUG, N_CELLS, N_MOAS, N_PATHWAYS = 24, 70, 800, 40
STRENGTH = 0.5
BLOCK_ROWS = 8192


def compendium(folder: Path, n: int, *, seed: int = 0) -> Compendium:
    """n signatures of n / 24 drugs in 70 cell lines, of genes that change together.

    Each drug moves 40 pathways by amounts of its own, each signature adds to them, and a pathway
    moves every gene by a weight of its own; the rest is noise. A drug has one of 800 MOAs, drawn
    without regard to its effect.
    """
    rng = np.random.default_rng(seed)
    n_drugs = max(n // PER_DRUG, 2)
    drug, cell = np.arange(n) % n_drugs, rng.integers(0, N_CELLS, n)
    order = np.lexsort((np.arange(n), drug, cell))
    drug, cell = drug[order], cell[order]
    weight = STRENGTH * rng.standard_normal((N_PATHWAYS, fields.N_LANDMARKS), np.float32)
    effect = rng.standard_normal((n_drugs, N_PATHWAYS), np.float32)
    header = {"descr": "<f4", "fortran_order": False, "shape": (n, fields.N_LANDMARKS)}
    with (folder / MATRIX).open("wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
        for start in range(0, n, BLOCK_ROWS):
            drugs = drug[start : start + BLOCK_ROWS]
            moved = effect[drugs] + rng.standard_normal((len(drugs), N_PATHWAYS), np.float32)
            noise = rng.standard_normal((len(drugs), fields.N_LANDMARKS), np.float32)
            file.write((moved @ weight + noise).clip(-10, 10).data)
    names = np.array([f"compound-{number:05}" for number in range(n_drugs)], dtype=object)
    cells = np.array([f"CELL{number:02}" for number in range(N_CELLS)], dtype=object)
    same = pd.Series(drug).groupby([cell, drug]).cumcount().to_numpy()
    signatures = pd.DataFrame(
        {
            fields.SIG_ID: [
                f"SIM:{cells[c]}:{names[d]}:{number}"
                for c, d, number in zip(cell, drug, same, strict=True)
            ],
            fields.PERT_ID: names[drug],
            fields.PERT_INAME: names[drug],
            fields.DRUG: names[drug],
            fields.CELL_ID: cells[cell],
            fields.DOSE: 10.0,
            fields.DOSE_UNIT: "um",
            fields.TIME: 24.0,
            fields.TIME_UNIT: "h",
            fields.TAS: rng.random(n),
            fields.CC_Q75: 0.5,
            fields.N_REPLICATES: 3.0,
            fields.EXEMPLAR: pd.array([True] * n, dtype="boolean"),
            fields.SERIES: "SIM",
            fields.REPRESENTATIVE: same == 0,
        }
    )
    moas = [f"mechanism {number}" for number in rng.integers(0, N_MOAS, n_drugs)]
    compounds = pd.DataFrame(
        {
            fields.PERT_ID: names,
            fields.PERT_INAME: names,
            fields.DRUG: names,
            fields.MOA: moas,
            fields.ANNOTATED: True,
            fields.PUBCHEM_CID: "",
            fields.INCHI_KEY: "",
            fields.SMILES: "",
            "n_signatures": np.bincount(drug, minlength=n_drugs),
            "n_cell_lines": 1,
            fields.TAS: 0.5,
            fields.TARGET: "",
            fields.PERT_TYPE: "trt_cp",
        }
    )
    matrix = read_array(folder / MATRIX, mapped=True)
    return Compendium(
        "simulated", "simulated", "0" * 64, True, matrix, signatures, compounds, {}, folder=folder
    )
