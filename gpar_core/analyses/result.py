"""A saved analysis: its request, its provenance, and a few tables.

One folder with `manifest.json` and a Parquet file per table.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from gpar_core.analyses.registry import from_json
from gpar_core.errors import DataError, RequestError, in_words
from gpar_core.progress import Tables
from gpar_core.storage.cache import MANIFEST
from gpar_core.storage.requests import Request, to_json

FORMAT_VERSION = 2

PACKED = "packed"
"""How the names of tables begin that only a component of a page can read."""


@dataclass(frozen=True, eq=False)
class Analysis:
    """request: what was requested. tables: the results by name, documented where they are computed.
    versions: of the software that the results depend on.
    """

    analysis_id: str
    request: Request
    compendium: str
    simulated: bool
    seconds: float
    created_at: str
    versions: Mapping[str, str]
    tables: Tables

    @property
    def readable(self) -> dict[str, pd.DataFrame]:
        """The tables for people and other programs."""
        return {name: one for name, one in self.tables.items() if not name.startswith(PACKED)}

    @property
    def identity(self) -> tuple[str, str]:
        """Changes when it is computed again."""
        return self.analysis_id, self.created_at


def save(analysis: Analysis, folder: Path) -> None:
    """Write the analysis into the empty folder `folder`."""
    save_tables(analysis.tables, folder)
    content = {key: value for key, value in vars(analysis).items() if key != "tables"}
    manifest = {
        **content,
        "request": to_json(analysis.request),
        "format_version": FORMAT_VERSION,
        "tables": list(analysis.tables),
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")


def load(folder: Path, *, tables: bool = True) -> Analysis:
    """The analysis in `folder`, or its manifest without the tables.

    Raises DataError if it is damaged or of another version.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        return _parsed(manifest, folder, tables)
    except (
        OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, DataError,
        RequestError,
    ) as error:  # fmt: skip
        raise DataError(
            f"The analysis '{folder.name}' cannot be read ({in_words(error)}). Delete it and run "
            "it again."
        ) from error


def save_tables(tables: Tables, folder: Path) -> None:
    for name, table in tables.items():
        table.to_parquet(folder / f"{name}.parquet", index=False)


def load_tables(names: list[str], folder: Path) -> Tables:
    """Raises OSError or ValueError."""
    return {name: pd.read_parquet(folder / f"{name}.parquet") for name in names}


def _parsed(manifest: dict[str, Any], folder: Path, tables: bool) -> Analysis:
    version = manifest.pop("format_version")
    if version != FORMAT_VERSION:
        raise DataError(f"format {version}, this GPAR reads {FORMAT_VERSION}")
    names = [str(name) for name in manifest.pop("tables")]
    return Analysis(
        **{**manifest, "request": from_json(manifest["request"])},
        tables=load_tables(names if tables else [], folder),
    )
