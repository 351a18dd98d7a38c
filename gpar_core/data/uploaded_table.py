"""A user's table of class labels or coordinates, stored under an id of its content."""

import hashlib
import json
from pathlib import Path

import pandas as pd

from gpar_core.errors import DataError, in_words
from gpar_core.storage.cache import MANIFEST

FORMAT_VERSION = 1
TABLE = "table.parquet"


def table_id(table: pd.DataFrame) -> str:
    """20 hexadecimal digits of a SHA-256 over all cells and the names of the columns."""
    return hashlib.sha256(table.to_csv(index=False).encode()).hexdigest()[:20]


def save(table: pd.DataFrame, folder: Path) -> None:
    """Write the table into `folder`, the manifest last."""
    table.to_parquet(folder / TABLE, index=False)
    manifest = {"format_version": FORMAT_VERSION, "id": table_id(table)}
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")


def load(folder: Path) -> pd.DataFrame:
    """The table in `folder`. Raises DataError if it is damaged or of another version."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        table = pd.read_parquet(folder / TABLE)
        same = (manifest["format_version"], manifest["id"]) == (FORMAT_VERSION, table_id(table))
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise _damaged(folder, in_words(error)) from error
    if not same:
        raise _damaged(folder, "it is not the table that was uploaded")
    return table


def _damaged(folder: Path, why: str) -> DataError:
    return DataError(
        f"The uploaded table '{folder.name}' cannot be read ({why}). Upload the file again."
    )
