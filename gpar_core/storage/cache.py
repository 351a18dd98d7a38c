"""The cache folder: where each kind of result is, how it is published, and who sees it.

Everything in it can be deleted; nothing in it is assumed to be complete unless published.
"""

import os
import re
import shutil
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from filelock import FileLock

from gpar_core.errors import NotFoundError, RequestError
from gpar_core.storage.access import LOCAL, Access, Visitor
from gpar_core.storage.disk import saying_full

NAME_PATTERN = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
"""Names of compendia and ids of models and jobs: safe as a folder name on every system."""

WINDOWS_DEVICES = {"con", "prn", "aux", "nul"} | {
    f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10)
}

MANIFEST = "manifest.json"

IMPORTING = ".importing"
"""Next to the compendia, so that a finished one is moved, not copied."""

MADE_BY = "made_by.txt"
"""Next to a compendium's manifest: the id of the job that published it."""


@dataclass(frozen=True)
class Cache:
    """Paths under one cache root, as one visitor sees it.

    Lists and `existing_*` leave out what others keep private; the other paths are returned whether
    or not their folder exists or is visible.
    """

    root: Path
    visitor: Visitor = LOCAL

    @property
    def access(self) -> Access:
        return Access(self.root)

    @property
    def unrestricted(self) -> "Cache":
        """The same cache as the server itself sees it."""
        return replace(self, visitor=LOCAL)

    def hidden(self) -> frozenset[str]:
        """Things that the visitor may not see, as `access` names them."""
        if self.visitor.admin:
            return frozenset()
        return self.access.hidden_from(self.visitor.name)

    def sees(self, thing: str) -> bool:
        """Whether the visitor may see a thing, as `access` names it."""
        return thing not in self.hidden()

    def has(self, folder: Path) -> bool:
        """Whether a folder of this cache is published and the visitor may see it."""
        return (folder / MANIFEST).is_file() and self.sees(self.thing_of(folder))

    def may_change(self, thing: str) -> bool:
        """Whether the visitor may share, pin, cancel or delete a thing."""
        return self.visitor.admin or self.visitor.name in self.access.record(thing).owners

    def held(self) -> frozenset[str]:
        """Things that the visitor holds."""
        return self.access.held_by(self.visitor.name)

    def hold(self, thing: str, *, exists: bool = False, shared: bool = False) -> None:
        """Record that the visitor holds a thing, shared by their default or if `shared`.

        exists: whether it exists already; an existing thing without an owner stays visible to all.
        """
        if self.visitor == LOCAL or (exists and not self.access.record(thing).owners):
            return
        shared = shared or self.visitor.shares
        self.access.hold(self.visitor.name, thing, time.time(), shared=shared)

    def thing_of(self, folder: Path) -> str:
        """The name in `access` of the thing in a folder of this cache."""
        return self._naming(folder.parent) + folder.name

    def _naming(self, parent: Path) -> str:
        """The prefix of folders in `parent` in the records of `access`."""
        return f"{parent.name}/" if parent in (self.compendia, self.sources, self.deleted) else ""

    @property
    def compendia(self) -> Path:
        return self.root / "compendia"

    @property
    def models(self) -> Path:
        return self.root / "models"

    @property
    def jobs(self) -> Path:
        return self.root / "jobs"

    @property
    def libraries(self) -> Path:
        return self.root / "libraries"

    @property
    def curations(self) -> Path:
        return self.root / "curations"

    @property
    def analyses(self) -> Path:
        """Evaluations and other analyses saved as tables."""
        return self.root / "analyses"

    @property
    def parts(self) -> Path:
        """Partial results of running analyses."""
        return self.root / "parts"

    @property
    def tables(self) -> Path:
        """Uploaded tables of class labels or coordinates, by a hash of their content."""
        return self.root / "tables"

    @property
    def predictions(self) -> Path:
        """MOAs of uploaded profiles."""
        return self.root / "predictions"

    @property
    def profiles(self) -> Path:
        """Uploaded profiles, by a hash of their content."""
        return self.root / "profiles"

    @property
    def uploads(self) -> Path:
        """Files received by the web page, one folder per import."""
        return self.root / "uploads"

    @property
    def sources(self) -> Path:
        """LINCS files fetched from their publishers, one folder per source."""
        return self.root / "sources"

    @property
    def inbox(self) -> Path:
        """Files put there by hand, too large for an upload."""
        return self.root / "inbox"

    @property
    def deleted(self) -> Path:
        """Deleted results that can still be restored, see `deletion`."""
        return self.root / "deleted"

    def compendium(self, name: str) -> Path:
        """Folder of a compendium, whether it exists or not."""
        return self.compendia / checked_name(name, "compendium")

    def model(self, model_id: str) -> Path:
        """Folder of a model, whether it exists or not."""
        return self.models / checked_name(model_id, "model")

    def library(self, library_id: str) -> Path:
        """Folder of a library of models, whether it exists or not."""
        return self.libraries / checked_name(library_id, "library")

    def curation(self, job_id: str) -> Path:
        """Folder of a curation, whether it exists or not."""
        return self.curations / checked_name(job_id, "curation")

    def analysis(self, job_id: str) -> Path:
        """Folder of an analysis, whether it exists or not."""
        return self.analyses / checked_name(job_id, "analysis")

    def parts_of(self, job_id: str) -> Path:
        """Folder of the finished parts of an analysis, whether it exists or not."""
        return self.parts / checked_name(job_id, "analysis")

    def table(self, table_id: str) -> Path:
        """Folder of an uploaded table, whether it exists or not."""
        return self.tables / checked_name(table_id, "table")

    def prediction(self, job_id: str) -> Path:
        """Folder of a prediction, whether it exists or not."""
        return self.predictions / checked_name(job_id, "prediction")

    def profile_set(self, profiles_id: str) -> Path:
        """Folder of uploaded profiles, whether it exists or not."""
        return self.profiles / checked_name(profiles_id, "profile set")

    def source(self, name: str) -> Path:
        """Folder of the files downloaded from a source, whether it exists or not."""
        return self.sources / checked_name(name, "source")

    def job(self, job_id: str) -> Path:
        """Folder of a job's events, whether it exists or not."""
        return self.jobs / checked_name(job_id, "job")

    def importing(self, name: str, job_id: str) -> Path:
        """Folder where an import builds a compendium, whether it exists or not."""
        parent = self.compendia / IMPORTING / checked_name(name, "compendium")
        return parent / checked_name(job_id, "job")

    def importing_folders(self) -> list[Path]:
        """Folders of all imports that are not published yet."""
        return sorted(path for path in self.compendia.glob(f"{IMPORTING}/*/*") if path.is_dir())

    def compendium_names(self) -> list[str]:
        return self._published(self.compendia)

    def model_ids(self) -> list[str]:
        return self._published(self.models)

    def library_ids(self) -> list[str]:
        return self._published(self.libraries)

    def analysis_ids(self) -> list[str]:
        return self._published(self.analyses)

    def existing_compendium(self, name: str) -> Path:
        """Folder of a published compendium, its name in any case. Raises NotFoundError."""
        return self._existing(self.compendium(name.lower()), "compendium", self.compendium_names)

    def existing_model(self, model_id: str) -> Path:
        """Folder of a published model. Raises NotFoundError."""
        return self._existing(self.model(model_id), "model", self.model_ids)

    def existing_library(self, library_id: str) -> Path:
        """Folder of a published library. Raises NotFoundError."""
        return self._existing(self.library(library_id), "library", self.library_ids)

    def existing_analysis(self, job_id: str) -> Path:
        """Folder of a published analysis. Raises NotFoundError."""
        return self._existing(self.analysis(job_id), "analysis", self.analysis_ids)

    def existing_prediction(self, job_id: str) -> Path:
        """Folder of a published prediction. Raises NotFoundError."""
        return self._existing(self.prediction(job_id), "prediction")

    def existing_table(self, table_id: str) -> Path:
        """Folder of an uploaded table. Raises NotFoundError."""
        return self._existing(self.table(table_id), "uploaded table")

    def existing_profile_set(self, profiles_id: str) -> Path:
        """Folder of uploaded profiles. Raises NotFoundError."""
        return self._existing(self.profile_set(profiles_id), "profile set")

    def compendium_made_by(self, name: str) -> str:
        """Id of the job that published the compendium, '' if there is none."""
        folder = self.compendium(name)
        try:
            return (folder / MADE_BY).read_text("utf-8") if (folder / MANIFEST).is_file() else ""
        except FileNotFoundError:
            return ""

    def _published(self, parent: Path) -> list[str]:
        if not parent.is_dir():
            return []
        hidden, before = self.hidden(), self._naming(parent)
        # By names, not paths: pages list hundreds of models at every click.
        with os.scandir(parent) as folders:
            return sorted(
                folder.name
                for folder in folders
                if NAME_PATTERN.fullmatch(folder.name)
                and before + folder.name not in hidden
                and os.path.isfile(f"{folder.path}/{MANIFEST}")  # noqa: PTH113
            )

    def _existing(self, folder: Path, kind: str, names: Callable[[], list[str]] = list) -> Path:
        if self.has(folder):
            return folder
        known = names()  # for the message only
        shown = ", ".join(known[:10]) + (", …" if len(known) > 10 else "")
        have = f"There are: {shown}." if known else f"There is no {kind} yet."
        raise NotFoundError(f"No {kind} is named '{folder.name}'. {have}")


def last_change(folder: Path) -> int:
    """When a published folder last changed, in nanoseconds since 1970.

    Raises NotFoundError if somebody has deleted it in the meantime.
    """
    try:
        return (folder / MANIFEST).stat().st_mtime_ns
    except FileNotFoundError as error:
        raise NotFoundError(
            f"'{folder.name}' has just been deleted. Choose another one."
        ) from error


def compendium_name(text: str) -> str:
    """The name of a compendium as stored, in lower case. Raises RequestError.

    >>> compendium_name("GSE92742")
    'gse92742'
    """
    return checked_name(text.strip().lower(), "compendium")


def checked_name(name: str, kind: str) -> str:
    """`name` itself, if it is safe as a folder name. Raises RequestError."""
    if NAME_PATTERN.fullmatch(name) and name not in WINDOWS_DEVICES:
        return name
    raise RequestError(
        f"'{name[:80]}' is not a valid name for a {kind}. Use 1 to 64 of the letters a-z, digits, "
        "'-' and '_', starting with a letter or a digit."
    )


@contextmanager
def publishing(target: Path) -> Iterator[Path]:
    """Yield an empty folder that becomes `target` when the block ends without an error.

    Readers see the old folder or the new one, never a partial one. On an error the new folder is
    removed and the old one stays; if the disk is full the error is a DiskFullError. What a killed
    process leaves behind is cleared by `leftovers`.
    """
    building = _beside(target, "building")
    with saying_full(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        with _being_built(building):
            building.mkdir()
            try:
                yield building
                put_in_place(building, target)
            finally:
                shutil.rmtree(building, ignore_errors=True)


def put_in_place(built: Path, target: Path) -> None:
    """Move the folder `built`, complete and on the same disk, to `target`, replacing an old one."""
    try:
        built.replace(target)
    except OSError:
        if not target.exists():
            raise
        replaced = _beside(target, "replaced")
        with swapping(target.parent):
            target.replace(replaced)
            try:
                built.replace(target)
            except OSError:
                replaced.replace(target)
                raise
            remove(replaced, of=target)


def remove(folder: Path, *, of: Path | None = None) -> None:
    """Delete a published folder; it disappears at once, even if some file stays open.

    of: the folder whose content it was, by default itself.
    """
    doomed = _beside(of or folder, "removed")
    folder.replace(doomed)
    shutil.rmtree(doomed, ignore_errors=True)


def swapping(parent: Path) -> FileLock:
    """A lock held for the moment in which one folder in `parent` replaces another."""
    return FileLock(parent.with_name(f".{parent.name}.lock"))


def building_lock(building: Path) -> Path:
    """The lock held while a folder is being built."""
    return building.with_name(building.name + ".lock")


@contextmanager
def _being_built(building: Path) -> Iterator[None]:
    """Keep the folder from being treated as a leftover while this process lives."""
    lock = building_lock(building)
    try:
        with FileLock(lock):
            yield
    finally:
        with suppress(OSError):  # another that clears may hold it for a moment
            lock.unlink()


def _beside(target: Path, state: str) -> Path:
    return target.with_name(f".{state}-{target.name}-{uuid.uuid4().hex}")


HALF_DONE = re.compile(r"\.(building|replaced|removed|retired)-(.+)-[0-9a-f]{32}")
"""An unpublished folder: its state, and its target. 'retired' is from an earlier GPAR."""
