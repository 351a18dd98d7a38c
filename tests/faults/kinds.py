"""One of each kind of what is kept in a cache, and how it is read."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.analyses import result as analysis
from gpar_core.analyses.curation import result as curation
from gpar_core.analyses.evaluation.request import EvaluationRequest
from gpar_core.analyses.library import result as library
from gpar_core.analyses.library.request import LibraryRequest
from gpar_core.analyses.method import DrugSet
from gpar_core.analyses.moa_prediction import result as prediction
from gpar_core.analyses.training import result as model
from gpar_core.analyses.training.request import TrainRequest
from gpar_core.data import compendium as compendia
from gpar_core.data import profiles as uploads
from gpar_core.data import uploaded_table
from gpar_core.data.profiles import Profiles
from gpar_core.rank.moa_prediction import MoaScores
from gpar_core.storage.cache import Cache, publishing
from tests import saved_curation, saved_model
from tests.synthetic import build, drugs_of


def profiles() -> Profiles:
    values = np.ones((2, fields.N_LANDMARKS), np.float32)
    return Profiles(("a", "b"), ("a", "b"), values, ("note",))


def _compendium(folder: Path) -> None:
    build(folder, [*drugs_of("HDAC inhibitor", 2), *drugs_of("", 3)], cells=("MCF7",))


def _model(folder: Path) -> None:
    model.save(saved_model.model(), folder)


def _curation(folder: Path) -> None:
    curation.save(saved_curation.saved(), folder)


def _prediction(folder: Path) -> None:
    values = np.ones((1, 2))
    table = pd.DataFrame({"name": ["a", "b"], fields.DRUG: ["a", "b"]})
    prediction.save(
        prediction.Prediction(
            "mine", "l", "tiny", "f", False,
            MoaScores(
                ("m",), ("0",), values, values, values, values > 0, values / 2, np.array([0.1])
            ), table, nearest=table,
        ),
        folder,
    )  # fmt: skip


def _analysis(folder: Path) -> None:
    request = EvaluationRequest(
        compendium="tiny", fingerprint="f", classes=("m",), methods=("gpar",)
    )
    tables = {"summary": pd.DataFrame({"a": [1.0, 2.0]})}
    analysis.save(analysis.Analysis("0", request, "tiny", False, 1.0, "", {}, tables), folder)


def _library(folder: Path) -> None:
    request = LibraryRequest(compendium="tiny", fingerprint="f", moas=("m",))
    library.save(
        folder,
        request,
        {
            "m": TrainRequest(
                compendium="tiny", fingerprint="f", drug_set=DrugSet(label="m", drugs=("a",))
            )
        },
        {},
    )


def _table(folder: Path) -> None:
    uploaded_table.save(pd.DataFrame({"a": ["1", "2"]}), folder)


Write = Callable[[Path], None]
Read = Callable[[Path], object]

KINDS: Mapping[str, tuple[Write, Read]] = {
    "compendia": (_compendium, compendia.check),
    "models": (_model, model.load),
    "libraries": (_library, library.read_plan),
    "curations": (_curation, curation.load),
    "predictions": (_prediction, prediction.load),
    "analyses": (_analysis, analysis.load),
    "profiles": (lambda folder: uploads.save(profiles(), folder), uploads.load),
    "tables": (_table, uploaded_table.load),
}


def write(cache: Cache, kind: str) -> Path:
    folder = cache.root / kind / "it"
    with publishing(folder) as building:
        KINDS[kind][0](building)
    return folder
