"""Deleting with a way back: what a person deletes is set aside for an hour, then gone for good.

It is set aside under `deleted/TOKEN/KIND/NAME` of the cache, and its record, with its owners, goes
along as that of `deleted/TOKEN`. So its name is free at once, and nobody sees it any more.
"""

import re
import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gpar_core.errors import AccessError, NotFoundError, RequestError
from gpar_core.storage.cache import Cache, remove, swapping
from gpar_core.storage.disk import measured
from gpar_core.storage.titles import title

KEPT_SECONDS: Final = 3600.0
TOKEN: Final = re.compile(r"(\d+)-[0-9a-f]{32}")
"""Of a deletion: when it was, in seconds since 1970."""

ROOM_BYTES: Final = 2 * 10**9
"""Where a disk has less to spare, who deletes wants the room: nothing is set aside."""


@dataclass(frozen=True)
class Deletion:
    """What was deleted, and can be had back.

    kind: of `upkeep.KINDS`. name: of its folder. title: what it is called. at: when, in seconds
    since 1970. by: whose. token: under which it was set aside, '' where it stays for others who
    hold it.
    """

    kind: str
    name: str
    title: str
    at: float
    by: str
    token: str

    def folder(self, cache: Cache) -> Path:
        """Where it was."""
        return cache.root / self.kind / self.name

    def aside(self, cache: Cache) -> Path:
        """Where it is meanwhile."""
        return cache.deleted / self.token / self.kind / self.name


def delete(cache: Cache, folder: Path, now: float) -> Deletion | None:
    """Delete a published folder; it stays for those who also hold it.

    Returns None where it is gone for good, as the disk is short of room. Raises AccessError where
    the visitor may not, NotFoundError where somebody was faster.
    """
    thing = cache.thing_of(folder)
    if not cache.may_change(thing):
        raise AccessError(
            f"'{folder.name}' is not yours to delete. Ask its owner or an administrator of this "
            "server."
        )
    purge(cache, now)
    kind, name = folder.parent.name, folder.name
    called = title(kind, folder)
    mine = cache.visitor.name in cache.access.record(thing).owners
    if mine and cache.access.let_go(cache.visitor.name, thing):
        return Deletion(kind, name, called, now, cache.visitor.name, "")
    token = f"{int(now)}-{uuid.uuid4().hex}"
    done = Deletion(kind, name, called, now, cache.visitor.name, token)
    try:
        if shutil.disk_usage(cache.root).free < ROOM_BYTES:
            remove(folder)
            cache.access.forget(thing)
            return None
        done.aside(cache).parent.mkdir(parents=True)
        # First the folder: nobody may see for a moment what is private.
        folder.replace(done.aside(cache))
    except FileNotFoundError as error:
        raise NotFoundError(f"'{folder.name}' was deleted already.") from error
    cache.access.rename(thing, _thing(cache, done.token))
    return done


def undo(cache: Cache, deletion: Deletion, now: float) -> Path:
    """Put back what was deleted; returns its folder.

    Raises NotFoundError where it is gone for good, RequestError where another has its place,
    AccessError where the visitor may not.
    """
    target, aside = deletion.folder(cache), deletion.aside(cache)
    gone = NotFoundError(f"'{deletion.title}' cannot come back: it was deleted for good meanwhile.")
    if not deletion.token:
        if not target.is_dir() or deletion.by != cache.visitor.name:
            raise gone
        cache.access.hold(cache.visitor.name, cache.thing_of(target), now, shared=False)
        return target
    if not TOKEN.fullmatch(deletion.token) or not aside.is_dir():
        raise gone
    _check_mine(cache, deletion)
    target.parent.mkdir(exist_ok=True)
    with swapping(target.parent):
        if target.exists():
            raise RequestError(
                f"'{deletion.title}' cannot come back: there is a new '{target.name}'. Delete that "
                "one first."
            )
        cache.access.rename(_thing(cache, deletion.token), cache.thing_of(target))
        try:
            aside.replace(target)
        except FileNotFoundError:
            raise gone from None
    shutil.rmtree(cache.deleted / deletion.token, ignore_errors=True)
    return target


def recent(cache: Cache) -> list[Deletion]:
    """What the visitor can have back, the last first."""
    return [
        each
        for each in reversed(_all(cache))
        if each.aside(cache).is_dir() and cache.may_change(_thing(cache, each.token))
    ]


def delete_for_good(cache: Cache, deletion: Deletion) -> None:
    """Free the room that it takes. Raises AccessError where the visitor may not."""
    _check_mine(cache, deletion)
    _forget(cache, deletion)


def purge(cache: Cache, now: float, *, every: bool = False) -> int:
    """Delete for good what was deleted an hour ago, or everything; returns the bytes freed."""
    freed = 0
    for each in _all(cache):
        if every or not 0 <= now - each.at < KEPT_SECONDS:
            freed += measured(cache.deleted / each.token)[1]
            _forget(cache, each)
    return freed


def n_bytes(cache: Cache, deletion: Deletion) -> int:
    """Bytes on disk of what was set aside."""
    return measured(deletion.aside(cache))[1]


def held_bytes(cache: Cache) -> int:
    """Bytes on disk of all that is set aside."""
    return measured(cache.deleted)[1]


def _all(cache: Cache) -> list[Deletion]:
    """The first first. Of what was half put back or half deleted, only the token is there."""
    if not cache.deleted.is_dir():
        return []
    found = []
    for folder in cache.deleted.iterdir():
        if match := TOKEN.fullmatch(folder.name):
            aside = next(folder.glob("*/*"), folder)
            kind, name = aside.parent.name, aside.name
            found.append(Deletion(kind, name, title(kind, aside), float(match[1]), "", folder.name))
    return sorted(found, key=lambda each: (each.at, each.token))


def _check_mine(cache: Cache, deletion: Deletion) -> None:
    if not cache.may_change(_thing(cache, deletion.token)):
        raise AccessError(f"'{deletion.title}' is not yours to put back or to delete.")


def _forget(cache: Cache, deletion: Deletion) -> None:
    remove(cache.deleted / deletion.token)
    cache.access.forget(_thing(cache, deletion.token))


def _thing(cache: Cache, token: str) -> str:
    return cache.thing_of(cache.deleted / token)
