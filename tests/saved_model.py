"""A model put together by hand, for tests that need one but train nothing."""

from dataclasses import replace

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.analyses.training.result import Model, ModelSummary
from gpar_core.learn.calibration import Calibration
from gpar_core.learn.metrics import Metrics
from gpar_core.learn.verdict import Chance
from gpar_core.rank.scoring import LayeredNetwork, MatchingNetwork, Network

SUMMARY = ModelSummary(
    model_id="0123456789abcdef0123",
    label="HDAC inhibitor",
    moa="HDAC inhibitor",
    drugs=("vorinostat", "entinostat"),
    cells=("MCF7",),
    compendium="tiny",
    fingerprint="f" * 64,
    simulated=False,
    preset="fast",
    negatives="inactive",
    note="",
    seed=3,
    n_positive_compounds=2,
    n_positive_signatures=4,
    n_negative_compounds=60,
    n_negative_signatures=120,
    k=2,
    folds_by="drug",
    metrics=Metrics((0.75, 0.85), 0.8, 0.79, 0.4, 0.03, (0.7, 0.9), 2),
    logistic_auroc=0.7,
    chance=Chance(1000, 4, quick=True),
    null_auroc=(0.5, 0.48),
    seconds=1.5,
    created_at="2024-01-01T00:00:00+00:00",
    versions={"gpar": "0.1.0"},
)


def ranking(names: tuple[str, ...] = ("alpha", "beta", "gamma"), k: int = 6) -> pd.DataFrame:
    """A ranked list of `names`, each worse than the one before."""
    place = np.arange(len(names))
    return pd.DataFrame(
        {
            fields.PERT_ID: [f"P{number}" for number in place],
            "k": k,
            "es": 0.9 - 0.2 * place,
            "nes": 1.5 - 0.2 * place,
            "p": 0.001 + 0.01 * place,
            "p_exact": 0.0005 + 0.01 * place,
            "fdr": 0.01 + 0.01 * place,
            "mean_score": 0.8 - 0.1 * place,
            "best_score": 0.9 - 0.1 * place,
            "held_out": False,
            "shares_moa": True,
            fields.PERT_INAME: list(names),
            fields.DRUG: [name.casefold() for name in names],
            fields.PERT_IDS: "P1|P2",
            fields.NAMES: list(names),
            fields.MOA: "HDAC inhibitor",
            fields.PUBCHEM_CID: "5311",
            fields.INCHI_KEY: "",
            fields.TAS: 0.5,
        }
    )


def layered_network() -> LayeredNetwork:
    rng = np.random.default_rng(0)
    return LayeredNetwork(
        (rng.normal(size=(fields.N_LANDMARKS, 3)).astype(np.float32),
         rng.normal(size=(3, 1)).astype(np.float32)),
        (np.zeros(3, np.float32), np.ones(1, np.float32)),
        "signed-root",
    )  # fmt: skip


def matching_network() -> MatchingNetwork:
    rng = np.random.default_rng(0)
    memory = rng.normal(size=(5, 4)).astype(np.float32)
    return MatchingNetwork(
        center=rng.normal(size=fields.N_LANDMARKS).astype(np.float32),
        embedding=rng.normal(size=(fields.N_LANDMARKS, 4)).astype(np.float32),
        memory=memory / np.linalg.norm(memory, axis=1, keepdims=True),
        positive=np.arange(5) < 2,
        sharpness=13.0,
        scaling="none",
        cells=np.array(["A375", "MCF7"]),
        shift=rng.normal(size=(2, fields.N_LANDMARKS)).astype(np.float32),
    )


def model(network: Network | None = None, **changes: object) -> Model:
    """A model with this network, whose summary has these changes."""
    table = pd.DataFrame({fields.SIG_ID: ["a", "b"], "score": [0.9, 0.1]})
    return Model(
        summary=replace(SUMMARY, **changes),
        network=network or matching_network(),
        held_out=table,
        signatures=table,
        ranking=ranking(),
        training_drugs=table,
        map=table,
        calibration=Calibration(1.2, -3.0),
        fold_calibration=(Calibration(1.0, -3.0), Calibration(0.5, -2.0)),
        scores=np.array([0.9, 0.1], np.float32),
        scored_by=np.array([-1, 0], np.int16),
        null_scores=np.array([0.1], np.float32),
    )
