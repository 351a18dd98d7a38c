"""Deletion that can be undone: deleted things are set aside for an hour, then removed.

A thing is moved to `deleted/TOKEN/KIND/NAME` in the cache, and its record, with its owners, becomes
that of `deleted/TOKEN`. So its name is free at once, and nobody sees it any more.
"""

import re
import shutil
import uuid
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gpar_core.errors import AccessError, NotFoundError, RequestError
from gpar_core.jobs.store import JobStore
from gpar_core.storage.cache import Cache, remove, swapping
from gpar_core.storage.disk import is_full, measured
from gpar_core.upkeep.titles import title

KEPT_SECONDS: Final = 3600.0
TOKEN: Final = re.compile(r"(\d+)-[0-9a-f]{32}")
"""File with the time of a deletion, in seconds since 1970."""

ROOM_BYTES: Final = 2 * 10**9
"""With less free disk space, people delete to make room, so nothing is set aside."""

NAMED_BY_PEOPLE: Final = frozenset({"compendia", "sources"})
"""Kinds whose names are chosen by people; the others are named after their request."""


@dataclass(frozen=True)
class Deletion:
    """A deletion that can be undone.

    kind: of `storage.room.KINDS`. name: of its folder. title: on screen. at: when, in seconds since
    1970. owners: those who held it. token: under which it was set aside, '' if it stays for others
    who hold it.
    """

    kind: str
    name: str
    title: str
    at: float
    owners: tuple[str, ...]
    token: str

    def folder(self, cache: Cache) -> Path:
        """Its original folder."""
        return cache.root / self.kind / self.name

    def aside(self, cache: Cache) -> Path:
        """Folder that holds it until it is restored or removed."""
        return cache.deleted / self.token / self.kind / self.name


def outlook(cache: Cache, folder: Path) -> str:
    """Whether a deletion could be undone, in words."""
    others = len(set(cache.access.record(cache.thing_of(folder)).owners) - {cache.visitor.name})
    if others and _is_held(cache, folder):
        return (
            f"It is kept for {others} other {'user' if others == 1 else 'users'}. To get it back, "
            "run it again."
        )
    if _is_short(cache):
        return "**This cannot be undone:** the disk is almost full, so it is deleted at once."
    return "You can undo this for an hour."


def delete(cache: Cache, folder: Path, now: float) -> Deletion | None:
    """Delete a published folder; it stays for those who also hold it.

    Returns None if it was permanently deleted because the disk is nearly full. Raises NotFoundError
    if somebody was faster, AccessError if the visitor has no permission, RequestError while it is
    being made.
    """
    thing = cache.thing_of(folder)
    if not folder.is_dir():
        raise NotFoundError(f"'{folder.name}' has already been deleted.")
    if not cache.may_change(thing):
        raise AccessError(
            f"'{folder.name}' is not yours to delete. Ask its owner or an administrator of this "
            "server."
        )
    if any(job.id == folder.name for job in JobStore(cache.unrestricted).active_jobs()):
        raise RequestError(
            "It is being created right now. Cancel the job first, or wait until it finishes."
        )
    purge(cache, now)
    kind, name = folder.parent.name, folder.name
    called = title(kind, folder)
    if _is_held(cache, folder) and cache.access.let_go(cache.visitor.name, thing):
        return Deletion(kind, name, called, now, (cache.visitor.name,), "")
    owners = cache.access.record(thing).owners
    token = f"{int(now)}-{uuid.uuid4().hex}"
    done = Deletion(kind, name, called, now, owners, token)
    if _is_short(cache) or not _set_aside(cache, folder, done):
        with suppress(FileNotFoundError):
            remove(folder)
        _forget_job(cache, kind, name)
        return None
    try:
        # The owners of a result keep the job that made it, unshared.
        cache.access.rename(thing, _thing(cache, token), stay=kind not in NAMED_BY_PEOPLE)
    except BaseException:
        done.aside(cache).replace(folder)
        raise
    return done


def undo(cache: Cache, deletion: Deletion, now: float) -> Path:
    """Put back what was deleted; returns its folder.

    Raises NotFoundError if it is already restored or permanently deleted, RequestError if its name
    is taken, AccessError if the visitor has no permission.
    """
    target, aside = deletion.folder(cache), deletion.aside(cache)
    if not deletion.token:
        if not target.is_dir() or cache.visitor.name not in deletion.owners:
            raise _gone(deletion)
        cache.access.hold(cache.visitor.name, cache.thing_of(target), now, shared=False)
        return target
    if not TOKEN.fullmatch(deletion.token) or not aside.is_dir():
        if target.is_dir() and cache.sees(cache.thing_of(target)):
            raise NotFoundError(f"'{deletion.title}' has already been restored.")
        raise _gone(deletion)
    _check_mine(cache, deletion)
    target.parent.mkdir(exist_ok=True)
    with swapping(target.parent):
        _put_back(cache, deletion)
    shutil.rmtree(cache.deleted / deletion.token, ignore_errors=True)
    return target


def recent(cache: Cache) -> list[Deletion]:
    """The deletions that the visitor can undo, latest first."""
    return [
        each
        for each in reversed(_all(cache))
        if each.aside(cache).is_dir() and (cache.visitor.admin or cache.visitor.name in each.owners)
    ]


def delete_for_good(cache: Cache, deletion: Deletion) -> None:
    """Free its disk space. Raises AccessError if the visitor has no permission."""
    if (cache.deleted / deletion.token).is_dir():
        _check_mine(cache, deletion)
        _forget(cache, deletion)


def purge(cache: Cache, now: float, *, every: bool = False) -> int:
    """Permanently delete what was deleted an hour ago, or everything; returns the bytes freed.

    What the system refuses to delete is left for the next time.
    """
    freed = 0
    for each in _all(cache):
        if every or not 0 <= now - each.at < KEPT_SECONDS:
            with suppress(OSError):
                n_taken = measured(cache.deleted / each.token)[1]
                _forget(cache, each)
                freed += n_taken
    return freed


def n_bytes(cache: Cache, deletion: Deletion) -> int:
    """Bytes on disk of what was set aside."""
    return measured(deletion.aside(cache))[1]


def held_bytes(cache: Cache) -> int:
    """Bytes on disk of all that is set aside."""
    return measured(cache.deleted)[1]


def _set_aside(cache: Cache, folder: Path, done: Deletion) -> bool:
    """Move the folder; False if the disk is too full even for that."""
    try:
        for _ in range(2):  # a process that clears everything may remove the new folder as empty
            done.aside(cache).parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileNotFoundError):
                # First the folder, so that private things are never visible to others.
                folder.replace(done.aside(cache))
                return True
    except OSError as error:
        if not is_full(error):
            raise
        return False
    raise NotFoundError(f"'{folder.name}' has already been deleted.")


def _put_back(cache: Cache, deletion: Deletion) -> None:
    target, aside = deletion.folder(cache), deletion.aside(cache)
    thing, thing_aside = cache.thing_of(target), _thing(cache, deletion.token)
    others = set(cache.access.record(thing).owners) - set(deletion.owners)
    if deletion.kind in NAMED_BY_PEOPLE and (others or target.exists()):
        raise RequestError(
            f"'{deletion.title}' cannot be restored: another result now has the name "
            f"'{target.name}', or is being created with it."
        )
    # First the record, for the same reason. Anything already there is from the same request, so it
    # is the same.
    cache.access.rename(thing_aside, thing)
    if target.exists():
        return
    try:
        aside.replace(target)
    except FileNotFoundError:
        raise _gone(deletion) from None
    except OSError:
        cache.access.rename(thing, thing_aside)
        raise


def _all(cache: Cache) -> list[Deletion]:
    """All deletions, earliest first. A partly restored or removed one has only its token."""
    if not cache.deleted.is_dir():
        return []
    found = []
    for folder in cache.deleted.iterdir():
        if match := TOKEN.fullmatch(folder.name):
            aside = _within(folder)
            kind, name = aside.parent.name, aside.name
            # The record keeps its old name if the deleting process was killed before moving it.
            things = (_thing(cache, folder.name), cache.thing_of(cache.root / kind / name))
            owners = next(filter(None, (cache.access.record(each).owners for each in things)), ())
            found.append(
                Deletion(kind, name, title(kind, aside), float(match[1]), owners, folder.name)
            )
    return sorted(found, key=lambda each: (each.at, each.token))


def _within(folder: Path) -> Path:
    with suppress(OSError):
        return next(folder.glob("*/*"), folder)
    return folder


def _gone(deletion: Deletion) -> NotFoundError:
    return NotFoundError(f"'{deletion.title}' cannot be restored: it has been permanently deleted.")


def _is_held(cache: Cache, folder: Path) -> bool:
    return cache.visitor.name in cache.access.record(cache.thing_of(folder)).owners


def _is_short(cache: Cache) -> bool:
    return shutil.disk_usage(cache.root).free < ROOM_BYTES


def _is_mine(cache: Cache, deletion: Deletion) -> bool:
    """Checked by the record, not by the deletion's own owners, which may come from a page."""
    if cache.visitor.admin:
        return True
    known = {each.token: each.owners for each in _all(cache)}
    return cache.visitor.name in known.get(deletion.token, ())


def _check_mine(cache: Cache, deletion: Deletion) -> None:
    if not _is_mine(cache, deletion):
        raise AccessError(f"'{deletion.title}' is not yours to restore or delete.")


def _forget(cache: Cache, deletion: Deletion) -> None:
    cache.access.forget(_thing(cache, deletion.token))
    with suppress(FileNotFoundError):  # another was faster
        remove(cache.deleted / deletion.token)
    if not deletion.folder(cache).exists():
        _forget_job(cache, deletion.kind, deletion.name)


def _forget_job(cache: Cache, kind: str, name: str) -> None:
    """Delete its record and the job that made it, which others would see from then on."""
    if kind not in NAMED_BY_PEOPLE:
        try:
            JobStore(cache.unrestricted).forget(name)
        except NotFoundError:
            pass  # it was uploaded
        except RequestError:
            return  # it has been requested again
    cache.access.forget(cache.thing_of(cache.root / kind / name))


def _thing(cache: Cache, token: str) -> str:
    return cache.thing_of(cache.deleted / token)
