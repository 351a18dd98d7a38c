"""A small compendium in which compounds resemble the loss of their targets."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data import compendium as compendia
from gpar_core.data.compendium import Compendium

GENES = tuple(f"GENE{number}" for number in range(40))
LOSS, GAIN = "trt_sh.cgs", "trt_oe"
LINES = ("A375", "MCF7")
KINDS: Mapping[str, float] = {LOSS: 1.0, GAIN: -1.0}


def planted(
    folder: Path,
    *,
    n_drugs: int = 30,
    effect: float = 12.0,
    shift: float = 20.0,
    kinds: Mapping[str, float] = KINDS,
    lines: Iterable[str] = LINES,
    genetic_lines: Iterable[str] = LINES,
    known: bool = True,
    shuffled: bool = False,
    seed: int = 0,
) -> Compendium:
    """Write and load a compendium with noise of variance 1.

    Drug i targets gene i modulo 15, so that genes 15 to 39 are nobody's. effect: length that a
    gene's loss adds along a direction of its own, and half of it its inhibitor. shift: length of
    what all genetic signatures share. kinds: by pert_type, the sign of the effect. known: whether
    targets are listed. shuffled: genetic signatures have the names of other genes.
    """
    rng = np.random.default_rng(seed)
    n = fields.N_LANDMARKS
    direction = {gene: _unit(rng, n) for gene in GENES}
    common = shift * _unit(rng, n)
    rows = []
    for line in lines:
        for i in range(n_drugs):
            gene = GENES[i % 15]
            rows.append((fields.COMPOUND_PERT_TYPE, line, f"BRD-{i:03}", f"drug{i}", gene,
                         effect / 2 * direction[gene]))  # fmt: skip
    named = dict(zip(GENES, rng.permutation(GENES) if shuffled else GENES, strict=True))
    for kind, sign in kinds.items():
        word = fields.PERT_TYPES[kind]
        for line in genetic_lines:
            for gene in GENES:
                name = named[gene]
                rows.append((kind, line, f"{kind}-{name}", f"{name} {word}", name,
                             common + sign * effect * direction[gene]))  # fmt: skip
    columns = [fields.PERT_TYPE, fields.CELL_ID, fields.PERT_ID, fields.PERT_INAME, fields.TARGET]
    table = pd.DataFrame([row[:5] for row in rows], columns=columns)
    values = np.array([row[5] for row in rows]) + rng.normal(size=(len(rows), n))
    order = table.sort_values(columns[:3], kind="stable").index
    return _written(folder, table.loc[order], values[order].astype(np.float32), known)


def _written(folder: Path, table: pd.DataFrame, values: np.ndarray, known: bool) -> Compendium:
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / compendia.MATRIX, values)
    signatures = table.drop(columns=fields.TARGET).assign(
        **{
            fields.SIG_ID: [f"sig{number}" for number in range(len(table))],
            fields.DOSE: 10.0, fields.DOSE_UNIT: "um", fields.TIME: 24.0, fields.TIME_UNIT: "h",
            fields.TAS: 0.5, fields.CC_Q75: 0.5, fields.N_REPLICATES: 3.0,
            fields.EXEMPLAR: pd.array([True] * len(table), dtype="boolean"), fields.SERIES: "TEST",
        }
    )  # fmt: skip
    annotation = table.drop_duplicates(fields.PERT_ID).drop(columns=fields.CELL_ID)
    of_compound = annotation[fields.PERT_TYPE] == fields.COMPOUND_PERT_TYPE
    target = annotation[fields.TARGET].where(~of_compound | known, "")
    annotation = annotation.assign(
        **{
            fields.DRUG: annotation[fields.PERT_INAME].str.lower(), fields.TARGET: target,
            fields.MOA: "", fields.ANNOTATED: known, fields.PUBCHEM_CID: "",
            fields.INCHI_KEY: "", fields.SMILES: "",
        }
    )  # fmt: skip
    compendia.write(
        folder,
        name="planted",
        source="Made for a test",
        simulated=True,
        signatures=signatures,
        annotation=annotation,
        report={"findings": []},
    )
    return compendia.load(folder)


def _unit(rng: np.random.Generator, n: int) -> np.ndarray:
    direction = rng.normal(size=n)
    return direction / np.linalg.norm(direction)
