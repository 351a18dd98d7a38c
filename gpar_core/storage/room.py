"""Disk space that a person uses on a server, and its limit."""

from pathlib import Path
from typing import Final

from gpar_core.errors import LimitError
from gpar_core.storage.cache import NAME_PATTERN, Cache
from gpar_core.storage.disk import measured

KINDS: Final = (
    "compendia",
    "models",
    "libraries",
    "analyses",
    "curations",
    "predictions",
    "profiles",
    "tables",
    "uploads",
    "sources",
)
"""Folders of the cache whose subfolders are things."""


def held_bytes(cache: Cache, owner: str) -> int:
    """Bytes on disk of what a person holds; things held by several people count for each."""
    held = cache.access.held_by(owner)
    return sum(
        measured(folder)[1]
        for kind in KINDS
        for folder in things_in(cache.root / kind)
        if cache.thing_of(folder) in held
    )


def check_room(cache: Cache, owner_gb: int, coming: int = 0) -> None:
    """Raises LimitError if the cache's visitor holds `owner_gb` or more; 0 is no limit.

    coming: bytes that are about to be added.
    """
    if not owner_gb or cache.visitor.admin:
        return
    held = held_bytes(cache, cache.visitor.name)
    if held + coming >= owner_gb * 10**9:
        more = f", and the file has {coming / 1e9:.1f} GB" if coming else ""
        raise LimitError(
            f"Your results on this server take {held / 1e9:.1f} GB{more}; the limit is {owner_gb} "
            "GB. "
            "Delete what you no longer need on the page Storage, then try again."
        )


def things_in(parent: Path) -> list[Path]:
    """Folders of things, published or uploaded, in a folder of the cache."""
    if not parent.is_dir():
        return []
    return sorted(
        folder
        for folder in parent.iterdir()
        if NAME_PATTERN.fullmatch(folder.name) and folder.is_dir()
    )
