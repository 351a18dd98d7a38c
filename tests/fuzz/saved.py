"""One of everything that the cache holds, small, and how it is read back."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from gpar_core.analyses import result as analysis
from gpar_core.analyses.curation import result as curation
from gpar_core.analyses.evaluation.request import EvaluationRequest
from gpar_core.analyses.moa_prediction import result as prediction
from gpar_core.analyses.moa_prediction.result import Prediction
from gpar_core.analyses.result import Analysis
from gpar_core.analyses.training import result as model
from gpar_core.data import compendium, profiles, uploaded_table
from gpar_core.data.profiles import Profiles
from gpar_core.fields import N_LANDMARKS
from gpar_core.rank.moa_prediction import MoaScores
from tests.saved_curation import saved as saved_curation
from tests.saved_model import layered_network, matching_network
from tests.saved_model import model as saved_model
from tests.synthetic import build, drugs_of

Z = np.random.default_rng(0).normal(size=(2, N_LANDMARKS)).astype(np.float32)
TABLE = pd.DataFrame({"name": ["a", "b"], "value": [0.5, 1.0]})


def _prediction() -> Prediction:
    one = np.full((2, 2), 0.5)
    scores = MoaScores(
        ("HDAC inhibitor", "other"), ("m1", "m2"), one, one, one, one > 1, one, np.array([0.1, 0.2])
    )
    return Prediction(
        label="mine", library_id="l", compendium="tiny", fingerprint="f", simulated=False,
        scores=scores, signatures=TABLE, nearest=TABLE, notes=("A note.",),
    )  # fmt: skip


def _analysis() -> Analysis:
    request = EvaluationRequest(
        compendium="tiny", fingerprint="f", classes=("HDAC inhibitor",), methods=("gpar", "gsea")
    )
    return Analysis(
        analysis_id="a", request=request, compendium="tiny", simulated=True, seconds=1.0,
        created_at="2024-01-01T00:00:00+00:00", versions={"gpar": "1"}, tables={"one": TABLE},
    )  # fmt: skip


SAVED: dict[str, tuple[Callable[[Path], object], Callable[[Path], object]]] = {
    "layered model": (lambda f: model.save(saved_model(layered_network()), f), model.load),
    "matching model": (lambda f: model.save(saved_model(matching_network()), f), model.load),
    "prediction": (lambda f: prediction.save(_prediction(), f), prediction.load),
    "analysis": (lambda f: analysis.save(_analysis(), f), analysis.load),
    "curation": (lambda f: curation.save(saved_curation(), f), curation.load),
    "profiles": (
        lambda f: profiles.save(Profiles(("a", "b"), ("a", "b"), Z, ("A note.",)), f),
        profiles.load,
    ),
    "table": (lambda f: uploaded_table.save(TABLE, f), uploaded_table.load),
    "compendium": (lambda f: build(f, drugs_of("HDAC inhibitor", 2)), compendium.load),
}
"""By what it is: writes it into an empty folder, and reads it."""
