"""The kinds of file that pages accept: how each is read, and how it leaves the child."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

import numpy as np
import pandas as pd

from gpar_core.analyses.map.coordinates import read_coordinates
from gpar_core.data.changes import Changes, read_changes
from gpar_core.data.gene_sets import GeneLists, read_gene_list
from gpar_core.data.labels import read_labels
from gpar_core.data.profile_matching import Draft, MatchReport
from gpar_core.data.profile_scale import Scale
from gpar_core.data.profiles import read_profiles
from gpar_core.search.batch_lists import read_batch
from gpar_core.storage.saved_arrays import read_array

T = TypeVar("T")

_ARRAYS: Final = ("values", "totals")
_TEXTS: Final = ("names", "drug", "statistics")
_TABLE: Final = "table.parquet"
_DRAFT: Final = "draft.json"
_LISTS: Final = "lists.json"
_OF_CHANGES: Final = ("position", "log_fold", "fdr", "strength")
_TEXT: Final = "changes.json"


@dataclass(frozen=True)
class Upload(Generic[T]):
    """One kind of file.

    read: from its path and the user's name of it; raises DataError. save, load: the content, into
    and from an empty folder.
    """

    name: str
    read: Callable[[Path, str], T]
    save: Callable[[T, Path], None]
    load: Callable[[Path], T]


def _save_draft(draft: Draft, folder: Path) -> None:
    for name in _ARRAYS:
        np.save(folder / f"{name}.npy", getattr(draft, name), allow_pickle=False)
    described = {
        **{name: getattr(draft, name) for name in _TEXTS},
        "scales": [asdict(scale) for scale in draft.scales],
        "report": asdict(draft.report),
    }
    (folder / _DRAFT).write_text(json.dumps(described), encoding="utf-8")


def _load_draft(folder: Path) -> Draft:
    described = json.loads((folder / _DRAFT).read_text("utf-8"))
    report = {name: _frozen(value) for name, value in described["report"].items()}
    texts: dict[str, Any] = {name: tuple(described[name]) for name in _TEXTS}
    arrays: dict[str, Any] = {name: read_array(folder / f"{name}.npy") for name in _ARRAYS}
    return Draft(
        **texts,
        **arrays,
        scales=tuple(Scale(**scale) for scale in described["scales"]),
        report=MatchReport(**report),
    )


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _save_lists(lists: GeneLists, folder: Path) -> None:
    (folder / _LISTS).write_text(json.dumps(asdict(lists)), encoding="utf-8")


def _load_lists(folder: Path) -> GeneLists:
    found = json.loads((folder / _LISTS).read_text("utf-8"))
    return GeneLists(**{name: _frozen(value) for name, value in found.items()})


def _save_changes(changes: Changes, folder: Path) -> None:
    for name in _OF_CHANGES:
        np.save(folder / f"{name}.npy", getattr(changes, name), allow_pickle=False)
    texts = {name: value for name, value in vars(changes).items() if name not in _OF_CHANGES}
    (folder / _TEXT).write_text(json.dumps(texts), encoding="utf-8")


def _load_changes(folder: Path) -> Changes:
    texts = json.loads((folder / _TEXT).read_text("utf-8"))
    arrays: dict[str, Any] = {name: read_array(folder / f"{name}.npy") for name in _OF_CHANGES}
    frozen: dict[str, Any] = {name: _frozen(value) for name, value in texts.items()}
    return Changes(**arrays, **frozen)


def _save_table(table: pd.DataFrame, folder: Path) -> None:
    table.to_parquet(folder / _TABLE, index=False)


def _load_table(folder: Path) -> pd.DataFrame:
    return pd.read_parquet(folder / _TABLE)


PROFILES: Final = Upload("profiles", read_profiles, _save_draft, _load_draft)
"""Expression profiles, as `data.profiles` reads them."""

LABELS: Final = Upload(
    "labels", lambda path, name: read_labels(path.read_bytes(), name), _save_table, _load_table
)
"""Class labels of compounds, as `data.labels` reads them."""

PLACES: Final = Upload(
    "places", lambda path, name: read_coordinates(path.read_bytes(), name), _save_table, _load_table
)
"""Coordinates of signatures on a map, as `maps.coordinates` reads them."""

GENES: Final = Upload("genes", read_gene_list, _save_lists, _load_lists)
"""Gene lists, as `data.gene_sets` reads them."""

CHANGES: Final = Upload("changes", read_changes, _save_changes, _load_changes)
"""Differential expression of all genes, as `data.changes` reads it."""

SETS: Final = Upload("sets", read_batch, _save_table, _load_table)
"""Gene sets as queries, as `search.batch_lists` reads them."""

UPLOADS: Final[dict[str, Upload[Any]]] = {
    each.name: each for each in (PROFILES, LABELS, PLACES, GENES, CHANGES, SETS)
}
