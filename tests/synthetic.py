"""Small compendia with planted MOAs, written by the core itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data import compendium as compendia
from gpar_core.data.compendium import Compendium
from gpar_core.data.molecules import molecules_of


@dataclass(frozen=True)
class Drug:
    """A compound to be. replicates: signatures in each cell line. tas: of all its signatures."""

    pert_id: str
    name: str
    moa: str = ""
    annotated: bool | None = None
    tas: float = 0.5
    replicates: int = 1
    pubchem_cid: str = ""
    inchi_key: str = ""
    smiles: str = ""
    target: str = ""


def drugs_of(moa: str, n: int, **traits: object) -> list[Drug]:
    """`n` drugs with one MOA; '' makes unannotated ones."""
    stem = moa.split(maxsplit=1)[0].lower() if moa else "dark"
    return [Drug(f"{stem.upper()}-{i:03}", f"{stem}{i}", moa, **traits) for i in range(n)]


def build(
    folder: Path,
    drugs: Iterable[Drug],
    *,
    cells: tuple[str, ...] = ("A375", "MCF7"),
    effect: float = 0.0,
    seed: int = 0,
    name: str = "tiny",
    simulated: bool = False,
) -> Compendium:
    """Write a compendium into `folder` and load it.

    Every z-score is noise around 0. effect: length that each MOA adds along a direction of its own,
    in units of the noise of one gene.
    """
    drugs = sorted(drugs, key=lambda drug: drug.pert_id)
    rows = [
        (f"{cell}:{drug.pert_id}:{number}", drug, cell)
        for cell in sorted(cells)
        for drug in drugs
        for number in range(drug.replicates)
    ]
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(len(rows), fields.N_LANDMARKS)).astype(np.float32)
    direction: Mapping[str, np.ndarray] = {
        moa: _unit(rng) for moa in sorted({drug.moa for drug in drugs} - {""})
    }
    for row, (_, drug, _) in enumerate(rows):
        if drug.moa:
            matrix[row] += np.float32(effect) * direction[drug.moa]
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / compendia.MATRIX, matrix)
    signatures = pd.DataFrame(
        {
            fields.SIG_ID: [sig_id for sig_id, _, _ in rows],
            fields.PERT_ID: [drug.pert_id for _, drug, _ in rows],
            fields.PERT_INAME: [drug.name for _, drug, _ in rows],
            fields.CELL_ID: [cell for _, _, cell in rows],
            fields.DOSE: 10.0,
            fields.DOSE_UNIT: "um",
            fields.TIME: 24.0,
            fields.TIME_UNIT: "h",
            fields.TAS: [drug.tas for _, drug, _ in rows],
            fields.CC_Q75: 0.5,
            fields.N_REPLICATES: 3.0,
            fields.EXEMPLAR: pd.array([True] * len(rows), dtype="boolean"),
            fields.SERIES: "TEST",
        }
    )
    annotation = pd.DataFrame(
        {
            fields.PERT_ID: [drug.pert_id for drug in drugs],
            fields.PERT_INAME: [drug.name for drug in drugs],
            fields.MOA: [drug.moa for drug in drugs],
            fields.ANNOTATED: [
                bool(drug.moa) if drug.annotated is None else drug.annotated for drug in drugs
            ],
            fields.PUBCHEM_CID: [drug.pubchem_cid for drug in drugs],
            fields.INCHI_KEY: [drug.inchi_key for drug in drugs],
            fields.SMILES: [drug.smiles for drug in drugs],
            fields.TARGET: [drug.target for drug in drugs],
        }
    )
    compendia.write(
        folder,
        name=name,
        source="Made for a test",
        simulated=simulated,
        signatures=signatures,
        annotation=annotation.assign(drug=molecules_of(annotation, signatures).drug),
        report={"findings": []},
    )
    return compendia.load(folder)


def _unit(rng: np.random.Generator) -> np.ndarray:
    direction = rng.normal(size=fields.N_LANDMARKS)
    return (direction / np.linalg.norm(direction)).astype(np.float32)
