"""A trained model with everything its page shows, in one folder.

`manifest.json` (request, compendium fingerprint, gene order, metrics, versions, seed),
`network.npz`, tables: `held_out.parquet`, `signatures.parquet`, `ranking.parquet`,
`training_drugs.parquet`, `map.parquet`, and for each signature of the compendium its score:
`scores.npy`, the same sorted in `sorted_scores.npy`, and `scored_by.npy`. `null_scores.npy`,
rising, has the scores of drugs that are not positive; models of earlier versions have none.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from gpar_core import fields
from gpar_core.analyses.method import DrugSet, Method
from gpar_core.errors import DataError, in_words
from gpar_core.learn.calibration import Calibration
from gpar_core.learn.metrics import Metrics
from gpar_core.learn.verdict import MIN_TRAININGS, Chance, Verdict, chance, judge
from gpar_core.rank.scoring import Network, assembled, disassembled
from gpar_core.storage.cache import MANIFEST
from gpar_core.storage.saved_arrays import read_array, read_arrays
from gpar_core.storage.saved_json import as_dataclass

FORMAT_VERSION = 4
TABLES = ("held_out", "ranking", "training_drugs", "map")
SIGNATURES = "signatures.parquet"
DRAWN = (fields.DRUG, fields.PERT_INAME, "positive", "fold", "score", "logistic_score")
"""Columns of `held_out` that figures need. All of half a million signatures take 0.1 GB."""

AT_ONCE = 1 << 16
"""Ranked signatures that are read from the disk at once, to find those of some drugs."""

ARRAYS = ("scores", "sorted_scores", "scored_by")
NULL = "null_scores.npy"


@dataclass(frozen=True)
class ModelSummary:
    """The summary of a model, as shown in lists and by the command line.

    logistic_auroc: mean AUROC of logistic regression on the same folds; None if the model is itself
        one. chance: how often permuted labels reach the mean AUROC, by a quick stand-in for the
        model. null_auroc: mean AUROCs of full trainings with permuted labels, empty unless
        requested.
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
    logistic_auroc: float | None
    chance: Chance
    null_auroc: tuple[float, ...]
    seconds: float
    created_at: str
    versions: Mapping[str, str]

    @property
    def identity(self) -> tuple[str, str]:
        """Changes when the model is trained again."""
        return self.model_id, self.created_at

    @property
    def drug_set(self) -> DrugSet:
        """The positive set; only its name for uploaded profiles, which a model does not keep."""
        return DrugSet(self.drugs, self.moa, label=self.label)

    @property
    def method(self) -> Method:
        """How it was trained."""
        return Method(self.cells, self.preset, self.negatives, self.seed)

    @property
    def verdict(self) -> Verdict:
        """By full trainings with permuted labels if there are enough, else by the stand-in."""
        by_chance = self.chance
        if len(self.null_auroc) >= MIN_TRAININGS:
            by_chance = chance(self.metrics.mean_auroc, self.null_auroc, quick=False)
        return judge(self.metrics, by_chance, held_out=self.folds_by)


@dataclass(frozen=True, eq=False)
class Model:
    """A trained model.

    held_out: training signatures with positive, fold, score and, unless the model is linear,
        logistic_score, each score from the fold that did not see it.
    signatures: ranked signatures, None where they were not read: there can be a million. ranking:
        ranked compounds.
    training_drugs: how the positive drugs scored when held out. map: t-SNE of training set and top
    predictions. calibration: of the model's scores, fitted to all held-out ones.
    fold_calibration: of each fold's scores, fitted to the held-out ones of the other folds.
    scores: (n_signatures,) of the whole compendium. scored_by: (n_signatures,) int16, the fold that
        did not see the drug, or -1 for the final model. null_scores: the scores of drugs that are
        not positive, rising; None for a model of an earlier version.
    """

    summary: ModelSummary
    network: Network
    held_out: pd.DataFrame
    signatures: pd.DataFrame | None
    ranking: pd.DataFrame
    training_drugs: pd.DataFrame
    map: pd.DataFrame
    calibration: Calibration
    fold_calibration: tuple[Calibration, ...]
    scores: np.ndarray
    scored_by: np.ndarray
    null_scores: np.ndarray | None

    @property
    def n_ranked(self) -> int:
        """Number of ranked signatures."""
        return int(self.ranking["k"].sum())


@dataclass(frozen=True, eq=False)
class Reading:
    """A model ready to score single signatures; its arrays stay on disk.

    calibration, fold_calibration, scores, scored_by, null_scores: as in `Model`. sorted_scores: the
    scores, rising.
    """

    calibration: Calibration
    fold_calibration: tuple[Calibration, ...]
    scores: np.ndarray
    sorted_scores: np.ndarray
    scored_by: np.ndarray
    null_scores: np.ndarray | None

    def calibrated(self, rows: np.ndarray) -> np.ndarray:
        """(n,) calibrated probabilities of signatures of the compendium, by row.

        No signature's own score is used to calibrate it.
        """
        probability = np.empty(len(rows))
        by = self.scored_by[rows]
        for number in np.unique(by):
            calibration = self.calibration if number < 0 else self.fold_calibration[number]
            of_it = by == number
            probability[of_it] = calibration.probability(self.scores[rows[of_it]])
        return probability


def save(model: Model, folder: Path) -> None:
    """Write the model into the empty folder `folder`."""
    arrays, description = disassembled(model.network)
    np.savez(folder / "network.npz", allow_pickle=False, **arrays)
    for name in TABLES:
        getattr(model, name).to_parquet(folder / f"{name}.parquet", index=False)
    if model.signatures is None:
        raise TypeError("A model without its ranked signatures cannot be saved.")
    model.signatures.to_parquet(folder / SIGNATURES, index=False, row_group_size=AT_ONCE)
    for name, array in zip(
        ARRAYS, (model.scores, np.sort(model.scores), model.scored_by), strict=True
    ):
        np.save(folder / f"{name}.npy", array)
    if model.null_scores is not None:
        np.save(folder / NULL, model.null_scores)
    manifest = {
        "format_version": FORMAT_VERSION,
        "summary": asdict(model.summary),
        "network": description,
        "calibration": vars(model.calibration),
        "fold_calibration": [vars(each) for each in model.fold_calibration],
        "gene_order": fields.LANDMARK_IDS,
        "null_scores": model.null_scores is not None,
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")


def load_summary(folder: Path) -> ModelSummary:
    """Only the summary. Raises DataError."""
    return _summary(_manifest(folder), folder)


def load(
    folder: Path, *, signatures: bool = False, held_out: Collection[str] | None = None
) -> Model:
    """A model, with its ranked signatures if they are asked for.

    held_out: columns of that table, None for all; those that the model lacks are passed over.
    Raises DataError where a file is missing, damaged or of another version.
    """
    manifest = _manifest(folder)
    network, reading = load_network(folder), load_reading(folder)
    ranked = _read(folder, SIGNATURES, None if signatures else [])
    columns = {"held_out": held_out}
    return Model(
        summary=_summary(manifest, folder),
        network=network,
        signatures=ranked if signatures else None,
        **{name: _read(folder, f"{name}.parquet", columns.get(name)) for name in TABLES},
        calibration=reading.calibration,
        fold_calibration=reading.fold_calibration,
        scores=reading.scores,
        scored_by=reading.scored_by,
        null_scores=reading.null_scores,
    )


def load_held_out(folder: Path) -> pd.DataFrame:
    """Only the training signatures with their held-out scores. Raises DataError."""
    return _read(folder, "held_out.parquet")


def load_ranking(folder: Path) -> pd.DataFrame:
    """Only the ranked compounds. Raises DataError."""
    return _read(folder, "ranking.parquet")


def load_signatures(
    folder: Path, drugs: Collection[str] | None = None, columns: Sequence[str] | None = None
) -> pd.DataFrame:
    """Only the ranked signatures, those of some drugs or all, by rank. Raises DataError."""
    wanted = None if drugs is None else pa.array(list(drugs), pa.string())
    filters = None if wanted is None else pc.field(fields.DRUG).isin(wanted)
    return _read(folder, SIGNATURES, columns=columns, filters=filters)


def load_network(folder: Path) -> Network:
    """Only the network. Raises DataError."""
    manifest = _manifest(folder)
    if manifest.get("gene_order") != list(fields.LANDMARK_IDS):
        raise _damaged(folder, "its gene order is unknown")
    try:
        return assembled(read_arrays(folder / "network.npz"), manifest["network"])
    except (KeyError, TypeError, ValueError, DataError) as error:
        raise _damaged(folder, error) from error


def load_reading(folder: Path) -> Reading:
    """The model's scores of its compendium. Raises DataError."""
    manifest = _manifest(folder)
    try:
        arrays = {name: read_array(folder / f"{name}.npy", mapped=True) for name in ARRAYS}
        null = folder / NULL if manifest.get("null_scores") else None
        reading = Reading(
            calibration=as_dataclass(Calibration, manifest["calibration"]),
            fold_calibration=tuple(
                as_dataclass(Calibration, each) for each in manifest["fold_calibration"]
            ),
            **arrays,
            null_scores=None if null is None else read_array(null, mapped=True),
        )
    except (OSError, EOFError, ValueError, KeyError, TypeError, DataError) as error:
        raise _damaged(folder, error) from error
    n_folds, by = len(reading.fold_calibration), reading.scored_by
    kinds = [array.dtype.kind for array in arrays.values()]
    if (
        len({array.shape for array in arrays.values()}) != 1
        or by.ndim != 1
        or kinds != ["f", "f", "i"]
        or (by.size and not -1 <= by.min() <= by.max() < n_folds)
    ):
        raise _damaged(folder, "its scores are inconsistent")
    return reading


def _read(
    folder: Path, name: str, columns: Collection[str] | None = None, **options: Any
) -> pd.DataFrame:
    """columns: None for all; those that the table lacks are passed over."""
    try:
        if columns is not None:
            columns = [each for each in columns if each in pq.read_schema(folder / name).names]
        return pd.read_parquet(folder / name, columns=columns, **options)
    except (OSError, ValueError) as error:
        raise _damaged(folder, error) from error


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        version = manifest["format_version"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise _damaged(folder, error) from error
    if version != FORMAT_VERSION:
        raise _damaged(folder, f"format {version}, this GPAR reads {FORMAT_VERSION}")
    return manifest


def _summary(manifest: dict[str, Any], folder: Path) -> ModelSummary:
    try:
        return as_dataclass(ModelSummary, manifest["summary"])
    except (KeyError, DataError) as error:
        raise _damaged(folder, error) from error


def _damaged(folder: Path, why: Exception | str) -> DataError:
    said = why if isinstance(why, str) else in_words(why)
    return DataError(
        f"The model '{folder.name}' cannot be read ({said}). Delete it and train it again."
    )
