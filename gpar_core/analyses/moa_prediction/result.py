"""Likely MOAs of a compound of the compendium, or of uploaded profiles, by a library's models."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.analyses.library.result import Entry, Library
from gpar_core.analyses.training import result as model
from gpar_core.data.class_names import Noun, noun_of
from gpar_core.data.class_tables import known_columns
from gpar_core.data.compendium import Compendium
from gpar_core.data.profiles import Profiles
from gpar_core.data.training_set import drug_name, known_drugs
from gpar_core.errors import DataError, RequestError, in_words
from gpar_core.progress import Progress, Report, silent
from gpar_core.rank.moa_prediction import (
    DEFAULT_ORDER,
    MoaScores,
    p_values,
    percentiles,
    rank_moas,
)
from gpar_core.rank.neighbors import nearest
from gpar_core.rank.scoring import score
from gpar_core.storage.cache import MANIFEST, Cache
from gpar_core.storage.saved_arrays import read_array

FORMAT_VERSION = 1
N_NEAREST = 10
ARRAYS = ("probability", "percentile", "calibrated", "held_out", "p")
DESCRIBED = (
    fields.SIG_ID, fields.PERT_ID, fields.PERT_INAME, fields.CELL_ID, fields.DOSE, fields.DOSE_UNIT,
    fields.TIME, fields.TIME_UNIT, fields.TAS,
)  # fmt: skip

Answer = tuple[np.ndarray, ...]
"""The scores of one model, in the order of `ARRAYS`: (n,) each."""


@dataclass(frozen=True, eq=False)
class Prediction:
    """The scores of some signatures by the models of a library.

    label: of the compound or the profiles. scores: of n signatures by m models.
    signatures: n rows; `DESCRIBED` for a compound, name and drug for profiles.
    notes: how uploaded profiles were processed.
    nearest: signatures most similar to the uploaded profiles, as `nearest_to` has them for a
    compound.
    """

    label: str
    library_id: str
    compendium: str
    fingerprint: str
    simulated: bool
    scores: MoaScores
    signatures: pd.DataFrame
    notes: tuple[str, ...] = ()
    nearest: pd.DataFrame | None = None

    @property
    def noun(self) -> Noun:
        """What the classes of its models are called: MOAs, targets, or both."""
        return noun_of(self.scores.moa)

    @cached_property
    def identity(self) -> tuple[str, ...]:
        """Differs for other signatures, another compendium or other models."""
        values = hashlib.sha256(np.ascontiguousarray(self.scores.percentile).tobytes())
        return self.library_id, self.fingerprint, self.label, values.hexdigest()


def of_compound(cache: Cache, library: Library, compendium: Compendium, name: str) -> Prediction:
    """Predict for a compound of the library's compendium, named by pert_iname or pert_id.

    If the compound is in a model's training set, the fold that did not see it is used.
    Raises NotFoundError, RequestError or DataError.
    """
    (drug,) = known_drugs(compendium, [name])
    of_drug = compendium.signatures[fields.DRUG] == drug
    in_scope = of_drug
    cells = library.request.method.cells
    if cells:
        in_scope = of_drug & compendium.signatures[fields.CELL_ID].isin(cells)
    rows = np.flatnonzero(in_scope)
    if len(rows) == 0:
        raise RequestError(
            f"'{name[:80]}' has no signature in the cell lines that this library uses "
            f"({', '.join(cells)}). Choose another compound or another library."
        )

    def read(folder: Path) -> Answer:
        reading = model.load_reading(folder)
        scores = np.asarray(reading.scores[rows])
        return (
            scores,
            percentiles(scores, reading.sorted_scores),
            reading.calibrated(rows),
            reading.scored_by[rows] >= 0,
            _p_values(scores, reading),
        )

    described = compendium.signatures[list(DESCRIBED)].iloc[rows].reset_index(drop=True)
    return Prediction(
        label=drug_name(compendium, drug),
        library_id=library.library_id,
        compendium=compendium.name,
        fingerprint=compendium.fingerprint,
        simulated=compendium.simulated,
        scores=_ask(cache, _asked(library, compendium), read),
        signatures=described,
    )


def nearest_to(prediction: Prediction, compendium: Compendium) -> pd.DataFrame:
    """Representative signatures of other compounds that are most similar to those of a compound.

    Returns signature (0 to n - 1, of `prediction.signatures`), place (from 1), cosine, and the
    neighbor's sig_id, pert_iname, cell_id, moa and, if any is known, target. Reads every
    representative signature.
    """
    rows = np.flatnonzero(
        compendium.signatures[fields.SIG_ID].isin(prediction.signatures[fields.SIG_ID])
    )
    (drug,) = known_drugs(compendium, [prediction.label])
    return nearest_of_others(compendium, rows, drug)


def nearest_of_others(compendium: Compendium, rows: np.ndarray, drug: str) -> pd.DataFrame:
    """The same for any signatures of a drug, by their rows in the compendium."""
    others = compendium.signatures[fields.DRUG].to_numpy() != drug
    return _neighbors(compendium, compendium.matrix[rows], others)


def of_profiles(
    cache: Cache,
    library: Library,
    compendium: Compendium,
    profiles: Profiles,
    *,
    label: str,
    model_ids: Sequence[str],
    report: Report = silent,
) -> Prediction:
    """Predict for uploaded profiles with the models `model_ids` of the library.

    Raises RequestError or DataError.
    """
    entries = [entry for entry in _asked(library, compendium) if entry.model_id in model_ids]

    def read(folder: Path) -> Answer:
        scores = score(model.load_network(folder), profiles.matrix)
        reading = model.load_reading(folder)
        return (
            scores,
            percentiles(scores, reading.sorted_scores),
            reading.calibration.probability(scores),
            np.zeros(len(scores), dtype=bool),
            _p_values(scores, reading),
        )

    return Prediction(
        label=label,
        library_id=library.library_id,
        compendium=compendium.name,
        fingerprint=compendium.fingerprint,
        simulated=compendium.simulated,
        scores=_ask(cache, entries, read, report),
        signatures=pd.DataFrame({"name": profiles.names, fields.DRUG: profiles.drug}),
        nearest=_neighbors(
            compendium, profiles.matrix, np.ones(compendium.n_signatures, dtype=bool)
        ),
        notes=profiles.notes,
    )


def ranked(prediction: Prediction, *, by: str = DEFAULT_ORDER) -> pd.DataFrame:
    """The MOAs of a compound, or of each uploaded drug.

    Returns name and the columns of `rank_moas`, query by query. Raises RequestError.
    """
    tables = []
    for name, chosen in queries(prediction):
        table = rank_moas(prediction.scores, chosen, by=by)
        table.insert(0, "name", name)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def queries(prediction: Prediction) -> list[tuple[str, np.ndarray]]:
    """The compounds or profiles to predict, by name, with the positions of their signatures.

    A compound is one query, and so is each drug of an upload, whose scores are means over its
    replicates.
    """
    own = prediction.signatures
    if "name" not in own:
        return [(prediction.label, np.arange(len(own)))]
    found = []
    for drug in own[fields.DRUG].unique():
        chosen = np.flatnonzero(own[fields.DRUG] == drug)
        first = str(own["name"].iloc[chosen[0]])
        if len(chosen) == 1:
            found.append((first, chosen))
            continue
        shown = first[: len(drug)] if first.casefold().startswith(drug) else drug
        found.append((f"{shown} (mean of {len(chosen)} profiles)", chosen))
    return found


def by_origin(prediction: Prediction, moas: Sequence[str]) -> pd.DataFrame:
    """How the percentiles of some MOAs differ between signatures.

    Returns one row per MOA and origin: moa, origin (the cell line, the signature if all are from
    one cell line, or the profile), percentile (mean) and n_signatures.
    """
    row = {moa: number for number, moa in enumerate(prediction.scores.moa)}
    percentile = prediction.scores.percentile[[row[moa] for moa in moas]]
    code, origins = pd.factorize(_origin(prediction.signatures))
    n_signatures = np.bincount(code)
    sums = [np.bincount(code, weights=of_moa) for of_moa in percentile]
    return pd.DataFrame(
        {
            "moa": np.repeat(np.asarray(moas, dtype=object), len(origins)),
            "origin": np.tile(origins, len(moas)),
            "percentile": (np.reshape(sums, (len(moas), -1)) / n_signatures).ravel(),
            "n_signatures": np.tile(n_signatures, len(moas)),
        }
    )


def save(prediction: Prediction, folder: Path) -> None:
    """Write the prediction into the empty folder `folder`."""
    scores = prediction.scores
    for name in ARRAYS:
        np.save(folder / f"{name}.npy", getattr(scores, name))
    prediction.signatures.to_parquet(folder / "signatures.parquet", index=False)
    if prediction.nearest is not None:
        prediction.nearest.to_parquet(folder / "nearest.parquet", index=False)
    manifest = {
        "format_version": FORMAT_VERSION,
        "moa": scores.moa,
        "model_id": scores.model_id,
        "base_rate": scores.base_rate.tolist(),
        "prediction": {
            name: getattr(prediction, name)
            for name in ("label", "library_id", "compendium", "fingerprint", "simulated", "notes")
        },
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")


def load(folder: Path) -> Prediction:
    """A saved prediction. Raises DataError where a file is missing, damaged or of another form."""
    try:
        return _parsed(json.loads((folder / MANIFEST).read_text("utf-8")), folder)
    except (
        OSError, EOFError, ValueError, KeyError, TypeError, RecursionError, DataError,
    ) as error:  # fmt: skip
        raise DataError(
            f"The prediction '{folder.name}' cannot be read ({in_words(error)}). Run it again."
        ) from error


def _parsed(manifest: dict[str, Any], folder: Path) -> Prediction:
    if manifest["format_version"] != FORMAT_VERSION:
        raise DataError(f"format {manifest['format_version']}, this GPAR reads {FORMAT_VERSION}")
    described = manifest["prediction"]
    # Predictions of earlier versions have neither p nor base rates.
    known = ARRAYS if "base_rate" in manifest else ARRAYS[:-1]
    arrays = {name: read_array(folder / f"{name}.npy") for name in known}
    arrays.setdefault("p", np.full(arrays["probability"].shape, np.nan))
    n_models = len(manifest["moa"])
    base_rate = np.array(manifest.get("base_rate", [0.5] * n_models), dtype=float)
    return Prediction(
        **{**described, "notes": tuple(described["notes"])},
        scores=MoaScores(
            tuple(manifest["moa"]), tuple(manifest["model_id"]), **arrays, base_rate=base_rate
        ),
        signatures=pd.read_parquet(folder / "signatures.parquet"),
        nearest=pd.read_parquet(folder / "nearest.parquet"),
    )


def _origin(signatures: pd.DataFrame) -> np.ndarray:
    if "name" in signatures:
        return signatures["name"].to_numpy()
    several = len(set(signatures[fields.CELL_ID])) > 1
    return signatures[fields.CELL_ID if several else fields.SIG_ID].to_numpy()


def _asked(library: Library, compendium: Compendium) -> tuple[Entry, ...]:
    """The usable models. Raises RequestError if the library is stale or has none."""
    if stale := library.why_stale(compendium.fingerprint):
        raise RequestError(stale)
    if not library.asked:
        raise RequestError(
            f"None of the {library.noun.counted(len(library.entries))} of this library has a model "
            "with mean AUROC 0.6 or more. Finish building it, or build one with more cell lines."
        )
    return library.asked


def _ask(
    cache: Cache, entries: Sequence[Entry], read: Callable[[Path], Answer], report: Report = silent
) -> MoaScores:
    answers = []
    for number, entry in enumerate(entries):
        report(Progress("MOA prediction", number, len(entries), entry.moa))
        answers.append(read(cache.existing_model(entry.model_id)))
    return MoaScores(
        tuple(entry.moa for entry in entries),
        tuple(entry.model_id for entry in entries),
        **dict(zip(ARRAYS, map(np.stack, zip(*answers, strict=True)), strict=True)),
        base_rate=np.array([entry.summary.metrics.base_rate for entry in entries if entry.summary]),
    )


def _p_values(scores: np.ndarray, reading: model.Reading) -> np.ndarray:
    if reading.null_scores is None:
        return np.full(len(scores), np.nan)
    return p_values(scores, reading.null_scores)


def _neighbors(compendium: Compendium, profiles: np.ndarray, allowed: np.ndarray) -> pd.DataFrame:
    representative = compendium.signatures[fields.REPRESENTATIVE].to_numpy()
    rows, cosine = nearest(
        compendium.matrix, np.flatnonzero(representative & allowed), profiles, top=N_NEAREST
    )
    n, k = rows.shape
    neighbors = compendium.signatures[[fields.SIG_ID, fields.DRUG, fields.CELL_ID]].iloc[
        rows.ravel()
    ]
    drugs = compendium.drugs.set_index(fields.DRUG).loc[neighbors[fields.DRUG]]
    return pd.DataFrame(
        {
            "signature": np.repeat(np.arange(n), k),
            "place": np.tile(np.arange(1, k + 1), n),
            "cosine": cosine.ravel(),
            fields.SIG_ID: neighbors[fields.SIG_ID].to_numpy(),
            fields.PERT_INAME: drugs[fields.PERT_INAME].to_numpy(),
            fields.CELL_ID: neighbors[fields.CELL_ID].to_numpy(),
            **{name: drugs[name].to_numpy() for name in known_columns(compendium)},
        }
    )
