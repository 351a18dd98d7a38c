"""A compendium of any size with a map and a model: names and coordinates, no z-scores."""

import json

import numpy as np
import pandas as pd

from gpar_core import __version__, fields
from gpar_core.analyses import result as analysis
from gpar_core.analyses.map.packing import pack, to_tables
from gpar_core.analyses.map.request import MapRequest
from gpar_core.analyses.result import Analysis
from gpar_core.analyses.training import result as model
from gpar_core.analyses.training.result import Model, ModelSummary
from gpar_core.data import compendium as compendia
from gpar_core.learn.calibration import Calibration
from gpar_core.learn.metrics import Metrics
from gpar_core.learn.verdict import Chance
from gpar_core.rank.scoring import LayeredNetwork
from gpar_core.storage.cache import MANIFEST, Cache, publishing
from gpar_core.storage.requests import job_id

NAME = "large"
FINGERPRINT = "1" * 64
SIGNATURES_PER_DRUG = 24
CELLS = tuple(f"CELL{number:02}" for number in range(30))
DOSES = (0.04, 0.12, 0.37, 1.11, 3.33, 10.0)
N_MOAS = 200


def build(cache: Cache, n: int) -> MapRequest:
    """Publish the compendium and its map; returns what the map answers.

    Its matrix is a hole in a file: nothing but its length is on the disk.
    """
    rng = np.random.default_rng([0, 0x1A46E])
    n_drugs = max(n // SIGNATURES_PER_DRUG, 1)
    drug = rng.integers(n_drugs, size=n)
    cell = np.sort(rng.integers(len(CELLS), size=n))
    with publishing(cache.compendium(NAME)) as folder:
        shape = (n, fields.N_LANDMARKS)
        np.lib.format.open_memmap(folder / compendia.MATRIX, "w+", np.float32, shape)
        _signatures(drug, cell, rng).to_parquet(folder / "signatures.parquet", index=False)
        _compounds(n_drugs).to_parquet(folder / "compounds.parquet", index=False)
        manifest = {
            "format_version": compendia.EXACT_VERSION,
            "gpar_version": __version__,
            "name": NAME,
            "source": "Made for a benchmark",
            "simulated": True,
            "fingerprint": FINGERPRINT,
            "n_signatures": n,
            "n_compounds": n_drugs,
            "n_drugs": n_drugs,
            "n_cell_lines": len(CELLS),
            "n_moas": N_MOAS,
            "report": {"findings": []},
            "filters": [],
        }
        (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    place = places(drug % N_MOAS, rng)
    return _publish(cache, place)


def places(group: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """(n, 2) float32: a cloud for each group, all over the plane."""
    middle = rng.normal(scale=10, size=(N_MOAS, 2))
    return (middle[group] + rng.normal(size=(len(group), 2))).astype(np.float32)


def _signatures(drug: np.ndarray, cell: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    n = len(drug)
    return pd.DataFrame(
        {
            fields.SIG_ID: [f"S{number:07}" for number in range(n)],
            fields.PERT_ID: np.char.add("P", drug.astype(str)),
            fields.PERT_INAME: np.char.add("Drug-", drug.astype(str)),
            fields.DRUG: np.char.add("drug-", drug.astype(str)),
            fields.CELL_ID: np.array(CELLS)[cell],
            fields.DOSE: rng.choice(DOSES, size=n),
            fields.DOSE_UNIT: "um",
            fields.TIME: rng.choice([6.0, 24.0], size=n),
            fields.TIME_UNIT: "h",
            fields.TAS: rng.beta(2, 5, size=n),
            fields.CC_Q75: 0.5,
            fields.N_REPLICATES: 3.0,
            fields.EXEMPLAR: pd.array([True] * n, dtype="boolean"),
            fields.SERIES: NAME,
            fields.REPRESENTATIVE: False,
        }
    )


def _compounds(n_drugs: int) -> pd.DataFrame:
    number = np.arange(n_drugs)
    moa = np.char.add("mechanism ", (number % N_MOAS).astype(str))
    return pd.DataFrame(
        {
            fields.PERT_ID: np.char.add("P", number.astype(str)),
            fields.PERT_INAME: np.char.add("Drug-", number.astype(str)),
            fields.DRUG: np.char.add("drug-", number.astype(str)),
            fields.MOA: np.where(number % 3 == 0, moa, ""),
            fields.ANNOTATED: number % 3 == 0,
            fields.PUBCHEM_CID: "",
            fields.INCHI_KEY: "",
            fields.SMILES: "",
            "n_signatures": SIGNATURES_PER_DRUG,
            "n_cell_lines": len(CELLS),
            fields.TAS: 0.3,
        }
    )


def _publish(cache: Cache, place: np.ndarray) -> MapRequest:
    request = MapRequest(NAME, FINGERPRINT)
    n = len(place)
    points = pd.DataFrame({"row": np.arange(n), "x": place[:, 0], "y": place[:, 1]})
    packed = pack(points, compendia.load(cache.compendium(NAME)))
    quality = {
        "n": n, "n_shown": n, "trustworthiness": 0.9, "trustworthiness_se": 0.01,
        "knn_recall": 0.5, "knn_recall_se": 0.01, "chance": 15 / n, "k": 15, "n_sampled": 2000,
    }  # fmt: skip
    made = Analysis(
        analysis_id=job_id(request),
        request=request,
        compendium=NAME,
        simulated=True,
        seconds=0.0,
        created_at="2024-01-01T00:00:00+00:00",
        versions={"gpar": __version__},
        tables={
            "points": points,
            "quality": pd.DataFrame([quality]),
            "dropped": pd.DataFrame({"reason": [], "count": []}),
            **to_tables(packed),
        },
    )
    with publishing(cache.analysis(made.analysis_id)) as folder:
        analysis.save(made, folder)
    return request


def add_model(cache: Cache, n: int, *, n_training: int = 40, n_predicted: int = 30) -> str:
    """Publish a model of the compendium with so many drugs of each kind; returns its id."""
    names = [f"drug-{number}" for number in range(n_training + n_predicted)]
    signatures = pd.DataFrame({fields.SIG_ID: ["a"], "score": [0.5]})
    layer = np.zeros((fields.N_LANDMARKS, 1), np.float32)
    made = Model(
        summary=ModelSummary(
            model_id="2" * 20,
            label="mechanism 0",
            moa="",
            drugs=tuple(names[:n_training]),
            cells=(),
            compendium=NAME,
            fingerprint=FINGERPRINT,
            simulated=True,
            preset="fast",
            negatives="others",
            note="",
            seed=0,
            n_positive_compounds=n_training,
            n_positive_signatures=n_training,
            n_negative_compounds=0,
            n_negative_signatures=0,
            k=5,
            folds_by="drug",
            metrics=Metrics((0.9,), 0.9, 0.9, 0.5, 0.1, (0.8, 1.0), n_training),
            logistic_auroc=0.9,
            chance=Chance(1000, 0, quick=True),
            null_auroc=(),
            seconds=0.0,
            created_at="2024-01-01T00:00:00+00:00",
            versions={},
        ),
        network=LayeredNetwork((layer,), (np.zeros(1, np.float32),), "none"),
        held_out=signatures,
        signatures=signatures,
        ranking=signatures,
        training_drugs=signatures,
        map=pd.DataFrame({fields.DRUG: np.char.lower(names[n_training:]), "role": "predicted"}),
        calibration=Calibration(1.0, 0.0),
        fold_calibration=(),
        scores=np.random.default_rng([1, 0x1A46E]).random(n, np.float32),
        scored_by=np.full(n, -1, np.int16),
        null_scores=None,
    )
    with publishing(cache.model(made.summary.model_id)) as folder:
        model.save(made, folder)
    return made.summary.model_id
