"""Finished parts of a running analysis: one folder each, kept until the result is published."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

from gpar_core.analyses.result import load_tables, save_tables
from gpar_core.progress import Remember, Tables
from gpar_core.storage.cache import MANIFEST, publishing


def kept_in(folder: Path) -> Remember:
    """A `Remember` that keeps each part in its own folder; damaged parts are computed again."""

    def remember(key: str, compute: Callable[[], Tables]) -> Tables:
        part = folder / hashlib.sha256(key.encode()).hexdigest()[:20]
        try:
            names = json.loads((part / MANIFEST).read_text("utf-8"))
            return load_tables(names, part)
        except (OSError, ValueError):
            tables = compute()
        with publishing(part) as building:
            save_tables(tables, building)
            (building / MANIFEST).write_text(json.dumps(list(tables)), encoding="utf-8")
        return tables

    return remember
