"""Titles on screen of things in the cache, read from their manifests."""

import json
from pathlib import Path
from typing import Any

from gpar_core.analyses.registry import from_json
from gpar_core.data.fetching.sources import SOURCES
from gpar_core.errors import RequestError
from gpar_core.storage.cache import MANIFEST


def title(kind: str, folder: Path) -> str:
    """Title of the thing in `folder`, of a kind in `storage.room.KINDS`; says if it is damaged."""
    try:
        match kind:
            case "compendia":
                return folder.name
            case "sources":
                return SOURCES[folder.name].title if folder.name in SOURCES else folder.name
            case "uploads":
                return _listed([path.name for path in sorted(folder.rglob("*")) if path.is_file()])
            case "tables":
                return "Uploaded table"
        return _said(kind, json.loads((folder / MANIFEST).read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError, RequestError):
        return "Cannot be read"


def _said(kind: str, manifest: Any) -> str:
    match kind:
        case "models":
            return str(manifest["summary"]["label"])
        case "curations":
            return f"Outlier drugs of {manifest['provenance']['label']}"
        case "predictions":
            return f"MOAs of {manifest['prediction']['label']}"
        case "profiles":
            return _listed(manifest["names"])
        case _:
            return from_json(manifest["request"]).title


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - 2} more" if len(names) > 2 else ""
    return ", ".join(names[:2]) + more
