"""The files of a finished download, as listed in `fetched.json`."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from gpar_core.data.fetching.sources import SOURCES
from gpar_core.data.importing.import_files import SeriesFiles
from gpar_core.errors import NotFoundError
from gpar_core.fields import COMPOUND_PERT_TYPE

FETCHED: Final = "fetched.json"

OF_SERIES: Final = ("matrix", "sig_info", "gene_info", "sig_metrics", "pert_info")
"""Roles that `import_files.SeriesFiles` knows."""

OF_COMPOUNDS: Final = ("moa", "compound_ids")
"""Roles of tables that list the MOAs or the ids of compounds."""


@dataclass(frozen=True)
class FetchedFile:
    """One file: roles as in `sources.SourceFile`, name in the folder, bytes now.

    sha512: of the file as downloaded, for a matrix still packed; '' if the file was assembled here,
    or had been unpacked by an earlier try.
    """

    roles: tuple[str, ...]
    name: str
    n_bytes: int
    sha512: str = ""


@dataclass(frozen=True)
class Fetched:
    """A complete and checked download.

    source: its name in `sources.SOURCES`. base_url: of the mirror, '' for the usual host.
    cells: chosen cell lines, none for all. note: what the user should know, or ''. n_fetched: bytes
    downloaded. n_saved: bytes of larger files that were left on the server. fetched_at: ISO date.
    pert_types: kinds of perturbagens that were chosen.
    """

    folder: Path
    source: str
    base_url: str
    cells: tuple[str, ...]
    files: tuple[FetchedFile, ...]
    n_fetched: int
    n_saved: int
    fetched_at: str
    note: str = ""
    pert_types: tuple[str, ...] = (COMPOUND_PERT_TYPE,)

    def path(self, role: str) -> Path:
        """The file of a role. Raises NotFoundError."""
        for file in self.files:
            if role in file.roles:
                return self.folder / file.name
        raise NotFoundError(f"'{self.source}' has no '{role}' file.")

    @property
    def series(self) -> SeriesFiles | None:
        """The files to import, None if there are no signatures."""
        files = {role: self.path(role) for role in OF_SERIES if role in self._roles}
        if "matrix" not in files:
            return None
        return SeriesFiles(**files, name=SOURCES[self.source].series)

    @property
    def compound_tables(self) -> tuple[Path, ...]:
        """The tables of MOAs and compound ids to import."""
        return tuple(self.path(role) for role in OF_COMPOUNDS if role in self._roles)

    @property
    def choice(self) -> tuple[str, str, tuple[str, ...], tuple[str, ...]]:
        """What was asked for."""
        return self.source, self.base_url, self.cells, self.pert_types

    @property
    def _roles(self) -> set[str]:
        return {role for file in self.files for role in file.roles}

    @property
    def is_whole(self) -> bool:
        """Whether every file is still there with its size."""
        paths = [(self.folder / file.name, file.n_bytes) for file in self.files]
        return all(path.is_file() and path.stat().st_size == size for path, size in paths)


def is_fetched(
    folder: Path,
    source: str,
    base_url: str,
    cells: tuple[str, ...],
    pert_types: tuple[str, ...] = (COMPOUND_PERT_TYPE,),
) -> bool:
    """Whether the requested files were downloaded into the folder and are still there."""
    try:
        there = load_fetched(folder)
    except NotFoundError:
        return False
    return there.choice == (source, base_url, cells, pert_types) and there.is_whole


def save_fetched(fetched: Fetched) -> None:
    """Write `fetched.json` completely or not at all."""
    content = asdict(fetched)
    del content["folder"]
    path = fetched.folder / FETCHED
    part = path.with_name(FETCHED + ".part")
    part.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    part.replace(path)


def load_fetched(folder: Path) -> Fetched:
    """The files downloaded into a folder. Raises NotFoundError if no download has finished."""
    try:
        content: dict[str, Any] = json.loads((folder / FETCHED).read_text("utf-8"))
        files = tuple(
            FetchedFile(**{**file, "roles": tuple(file["roles"])}) for file in content.pop("files")
        )
        content["cells"] = tuple(content["cells"])
        content["pert_types"] = tuple(content.get("pert_types", (COMPOUND_PERT_TYPE,)))
        fetched = Fetched(folder=folder, files=files, **content)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotFoundError(
            f"There is no complete download in '{folder}' yet. Fetch it first; files that are "
            "already there are used."
        ) from error
    if any(Path(file.name).name != file.name for file in files):
        raise NotFoundError(
            f"'{folder / FETCHED}' lists files outside its folder. Fetch them again."
        )
    return fetched
