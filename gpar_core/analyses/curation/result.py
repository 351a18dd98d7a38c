"""A saved curation, shown on its model's page: a folder of `manifest.json` and `drugs.parquet`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from gpar_core.analyses.curation.leave_one_out import Curation
from gpar_core.errors import DataError, in_words
from gpar_core.storage.cache import MANIFEST
from gpar_core.storage.saved_json import as_dataclass

FORMAT_VERSION = 1
DRUGS = "drugs.parquet"
FIGURES = ("mean_auroc", "spread", "repeats")
COLUMNS = (
    "drug", "pert_iname", "n_signatures", "auroc_without", "effect", "effect_sd", "noise",
    "suspect",
)  # fmt: skip


@dataclass(frozen=True)
class Provenance:
    """Where a curation comes from. model_id, label: the model whose positive set was curated."""

    curation_id: str
    model_id: str
    label: str
    compendium: str
    fingerprint: str
    simulated: bool
    preset: str
    seed: int
    seconds: float
    created_at: str
    versions: Mapping[str, str]


@dataclass(frozen=True)
class _Figures:
    mean_auroc: float
    spread: float
    repeats: int


@dataclass(frozen=True, eq=False)
class SavedCuration:
    """A curation with its provenance."""

    provenance: Provenance
    curation: Curation


def save(saved: SavedCuration, folder: Path) -> None:
    """Write the curation into the empty folder `folder`."""
    curation = saved.curation
    curation.drugs.to_parquet(folder / DRUGS, index=False)
    manifest = {
        "format_version": FORMAT_VERSION,
        "provenance": vars(saved.provenance),
        **{name: getattr(curation, name) for name in FIGURES},
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")


def load(folder: Path) -> SavedCuration:
    """The curation in `folder`. Raises DataError if it is missing, damaged or too old."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        return _parsed(manifest, pd.read_parquet(folder / DRUGS))
    except (OSError, ValueError, KeyError, TypeError, RecursionError, DataError) as error:
        raise DataError(
            f"The curation '{folder.name}' cannot be read ({in_words(error)}). Delete it and run "
            "it again."
        ) from error


def _parsed(manifest: Mapping[str, Any], drugs: pd.DataFrame) -> SavedCuration:
    if manifest["format_version"] != FORMAT_VERSION:
        raise DataError(f"format {manifest['format_version']}, this GPAR reads {FORMAT_VERSION}")
    figures = as_dataclass(_Figures, {name: manifest[name] for name in FIGURES})
    curation = Curation(**vars(figures), drugs=drugs[list(COLUMNS)])
    return SavedCuration(as_dataclass(Provenance, manifest["provenance"]), curation)
