"""A trained model with everything its page shows, as one folder.

`manifest.json` (request, compendium fingerprint, gene order, metrics, versions, seed),
`network.npz`, and tables: `held_out.parquet`, `signatures.parquet`, `ranking.parquet`,
`training_drugs.parquet`, `map.parquet`.
"""

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.cache import MANIFEST
from gpar_core.errors import DataError
from gpar_core.learn.metrics import Metrics
from gpar_core.rank.scoring import Network, assembled, disassembled

FORMAT_VERSION = 2
TABLES = ("held_out", "signatures", "ranking", "training_drugs", "map")


@dataclass(frozen=True)
class ModelSummary:
    """What a list of models shows, and what the command line prints.

    logistic_auroc: mean AUROC of logistic regression on the same folds.
    null_auroc: mean AUROCs with permuted labels, empty unless asked for.
    """

    model_id: str
    label: str
    moa: str
    drugs: tuple[str, ...]
    cells: tuple[str, ...]
    compendium: str
    fingerprint: str
    simulated: bool
    preset: str
    negatives: str
    note: str
    seed: int
    n_positive_compounds: int
    n_positive_signatures: int
    n_negative_compounds: int
    n_negative_signatures: int
    k: int
    folds_by: str
    metrics: Metrics
    logistic_auroc: float
    null_auroc: tuple[float, ...]
    seconds: float
    created_at: str
    versions: Mapping[str, str]


@dataclass(frozen=True, eq=False)
class Model:
    """A trained model.

    held_out: training signatures with positive, fold, score and logistic_score, each score from
        the fold that did not see it. signatures: ranked signatures. ranking: ranked compounds.
    training_drugs: how the positive drugs fared when held out. map: t-SNE of training set and top
        predictions.
    """

    summary: ModelSummary
    network: Network
    held_out: pd.DataFrame
    signatures: pd.DataFrame
    ranking: pd.DataFrame
    training_drugs: pd.DataFrame
    map: pd.DataFrame


def save(model: Model, folder: Path) -> None:
    """Write the model into the empty folder `folder`."""
    arrays, description = disassembled(model.network)
    np.savez(folder / "network.npz", allow_pickle=False, **arrays)
    for name in TABLES:
        getattr(model, name).to_parquet(folder / f"{name}.parquet", index=False)
    summary = dict(vars(model.summary)) | {"metrics": vars(model.summary.metrics)}
    manifest = {
        "format_version": FORMAT_VERSION,
        "summary": summary,
        "network": description,
        "gene_order": fields.LANDMARK_IDS,
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")


def load_summary(folder: Path) -> ModelSummary:
    """The summary alone. Raises DataError."""
    return _summary(_manifest(folder), folder)


def load(folder: Path) -> Model:
    """The whole model. Raises DataError where a file is missing, damaged or of another version."""
    manifest = _manifest(folder)
    try:
        with np.load(folder / "network.npz", allow_pickle=False) as arrays:
            network = assembled(dict(arrays), manifest["network"])
        tables = {name: pd.read_parquet(folder / f"{name}.parquet") for name in TABLES}
    except (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise _damaged(folder, error) from error
    if manifest.get("gene_order") != list(fields.LANDMARK_IDS):
        raise _damaged(folder, "its gene order is unknown")
    return Model(summary=_summary(manifest, folder), network=network, **tables)


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        version = manifest["format_version"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged(folder, error) from error
    if version != FORMAT_VERSION:
        raise _damaged(folder, f"format {version}, this GPAR reads {FORMAT_VERSION}")
    return manifest


def _summary(manifest: dict[str, Any], folder: Path) -> ModelSummary:
    try:
        content = {key: _frozen(value) for key, value in manifest["summary"].items()}
        metrics = {key: _frozen(value) for key, value in content.pop("metrics").items()}
        return ModelSummary(**content, metrics=Metrics(**metrics))
    except (KeyError, TypeError, AttributeError) as error:
        raise _damaged(folder, error) from error


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _damaged(folder: Path, why: object) -> DataError:
    return DataError(
        f"The model '{folder.name}' cannot be read ({why}). Delete it and train it again."
    )
