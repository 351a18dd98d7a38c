"""List the contents of the cache and keep it within its limits.

Things that can be computed again are deleted, least recently used first; those that are pinned,
were used within the last hour or are needed by a job are kept, and so are compendia.
"""

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gpar_core.storage.access import Record
from gpar_core.storage.cache import MANIFEST, Cache, remove
from gpar_core.storage.disk import measured
from gpar_core.storage.room import KINDS, things_in
from gpar_core.upkeep import deletion

PRUNABLE: Final = frozenset({"models", "analyses", "curations", "predictions"})
"""Kinds that are computed again when requested again."""

FRESH_SECONDS: Final = 3600.0
UPLOAD_SECONDS: Final = 7 * 24 * 3600.0
"""How long uploaded files are kept after their import, for a second try."""


@dataclass(frozen=True)
class Item:
    """One thing on disk.

    kind: of `KINDS`. n_bytes: on disk. used: last use, or creation, in seconds since 1970. record:
    its access record. pinned: itself, or a library that it is a model of.
    """

    kind: str
    folder: Path
    n_bytes: int
    used: float
    record: Record
    pinned: bool


def contents(cache: Cache) -> list[Item]:
    """All things that the cache's visitor may see, the largest first."""
    records, wholes, hidden = cache.access.records(), cache.access.wholes(), cache.hidden()
    items = []
    for kind in KINDS:
        for folder in things_in(cache.root / kind):
            thing = cache.thing_of(folder)
            if thing in hidden:
                continue
            record = records.get(thing, Record(thing))
            related = [
                record,
                *(records.get(whole, Record(whole)) for whole in wholes.get(thing, ())),
            ]
            made, n_bytes = measured(folder)
            items.append(
                Item(
                    kind,
                    folder,
                    n_bytes,
                    max(made, *(each.used for each in related), 0.0),
                    record,
                    any(each.pinned for each in related),
                )
            )
    return sorted(items, key=lambda item: (-item.n_bytes, item.folder))


def prune(cache: Cache, cache_gb: int, now: float, needed: Iterable[str]) -> list[Item]:
    """Delete the least recently used things until the cache is within `cache_gb`; returns them.

    Things deleted by users are removed first and not returned. 0 is no limit. needed: things that
    queued and running jobs need. Those who held a thing still hold it when it is computed again.
    """
    if not cache_gb:
        return []
    items = contents(cache.unrestricted)
    beyond = sum(item.n_bytes for item in items) - cache_gb * 10**9
    if beyond + deletion.held_bytes(cache) > 0:
        deletion.purge(cache, now, every=True)
    kept = frozenset(needed)
    spare = sorted(
        (
            item
            for item in items
            if item.kind in PRUNABLE
            and not item.pinned
            and item.used < now - FRESH_SECONDS
            and item.record.thing not in kept
            and (item.folder / MANIFEST).is_file()
        ),
        key=lambda item: (item.used, item.folder),
    )
    deleted = []
    for item in spare:
        if beyond <= 0:
            break
        remove(item.folder)
        deleted.append(item)
        beyond -= item.n_bytes
    return deleted


def clear_uploads(cache: Cache, now: float, needed: Iterable[str]) -> list[Path]:
    """Delete uploaded files whose import was long ago; returns their folders."""
    kept = frozenset(needed)
    old = [
        folder
        for folder in things_in(cache.uploads)
        if folder.name not in kept and now - measured(folder)[0] > UPLOAD_SECONDS
    ]
    for folder in old:
        shutil.rmtree(folder, ignore_errors=True)
        cache.access.forget(folder.name)
    return old
