"""Fetch a source of LINCS data: download, check, unpack and list the files."""

import errno
import shutil
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from gpar_core.data.fetching.chosen_matrix import Chosen, fetch_chosen, forget_blocks
from gpar_core.data.fetching.download import discard, download, part_of, publish
from gpar_core.data.fetching.fetched import (
    FETCHED,
    Fetched,
    FetchedFile,
    is_fetched,
    load_fetched,
    save_fetched,
)
from gpar_core.data.fetching.file_checks import (
    check_matrix,
    check_packed,
    check_table,
    read_checksums,
    sha512,
    unpack,
)
from gpar_core.data.fetching.meter import Meter, size_text
from gpar_core.data.fetching.signature_choice import (
    counted,
    known_cells,
    signatures_of,
    starter_signatures,
    write_chosen,
)
from gpar_core.data.fetching.sources import MATRIX, STARTER_CELLS, Source, SourceFile
from gpar_core.data.fetching.web import Web
from gpar_core.data.kind_names import in_words
from gpar_core.data.pert_types import COMPOUNDS
from gpar_core.errors import DownloadError, RequestError
from gpar_core.progress import Progress, Report, silent

BLOCKS: Final = "blocks"
CHOSEN_MATRIX: Final = "level5_landmarks.gctx"
CHOSEN_SIG_INFO: Final = "siginfo_chosen.txt"
WHOLE_SIG_INFO: Final = "whole_sig_info"
TO_CHECK: Final = 1 / 400e6
TO_UNPACK: Final = 1 / 100e6
"""Seconds for a packed byte on a usual computer. The time left of a download counts both."""
WHOLE_NOTE: Final = (
    "GEO's matrix is compressed and cannot be read in parts. The whole file is downloaded; cell "
    "lines are selected when it is imported."
)


def free_bytes(folder: Path) -> int:
    """Free bytes on the disk of an existing folder."""
    return shutil.disk_usage(folder).free


def fetch(
    source: Source,
    folder: Path,
    *,
    fetched_at: str,
    base_url: str = "",
    cells: tuple[str, ...] = (),
    pert_types: tuple[str, ...] = COMPOUNDS,
    seed: int = 0,
    report: Report = silent,
    web: Web | None = None,
    clock: Callable[[], float] = time.monotonic,
    free: Callable[[Path], int] = free_bytes,
) -> Fetched:
    """Download the files of a source into `folder`, using what an earlier call left there.

    `report` may raise to stop; the same call resumes. If all files are there, only their sizes are
    checked. A file that fails its checks is deleted and downloaded again.

    base_url: of a mirror, ending in '/', '' for the usual host. cells: cell lines to choose, none
    for all; for the starter, none means `STARTER_CELLS`. pert_types: kinds of perturbagens to
    choose, of `fields.PERT_TYPES`. seed: for drawing the starter's inactive
    compounds.
    Raises DownloadError, RequestError, NotFoundError (a cell line), AnnotationError, LandmarkError.
    """
    if is_fetched(folder, source.name, base_url, cells, pert_types):
        return load_fetched(folder)
    folder.mkdir(parents=True, exist_ok=True)
    work = _Fetch(
        source, folder, base_url, cells, pert_types, seed, report, web or Web(), clock, free
    )
    try:
        fetched = replace(work.run(), fetched_at=fetched_at)
        save_fetched(fetched)
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise
        raise RequestError(
            f"The disk of '{folder}' is full. Free some space and fetch again; it resumes where "
            "it stopped."
        ) from error
    forget_blocks(folder / BLOCKS)
    return fetched


@dataclass(frozen=True)
class _Fetch:
    """One call of `fetch` with its arguments."""

    source: Source
    folder: Path
    base_url: str
    cells: tuple[str, ...]
    pert_types: tuple[str, ...]
    seed: int
    report: Report
    web: Web
    clock: Callable[[], float]
    free: Callable[[Path], int]

    def run(self) -> Fetched:
        whole = not self.source.by_ranges
        note = WHOLE_NOTE if whole and self.cells else ""
        self._check_room()
        if note:
            self.report(Progress("Fetching", 0, 0, note))
        sums = self._checksums()
        tables, cells = [], self.cells
        for file in self.source.tables:
            tables.append(self._table(file, sums))
            if file.role == "cell_info" and cells:
                cells = known_cells(self.folder / file.name, self.source.cell_column, cells)
        n_fetched, n_saved = sum(table.n_bytes for table in tables), 0
        matrix = self.source.matrix
        if matrix is None:
            files = tables
        elif whole:
            unpacked, n_packed = self._whole_matrix(matrix, sums)
            files, n_fetched = [*tables, unpacked], n_fetched + n_packed
        else:
            files, chosen, note = self._chosen_matrix(tables, cells)
            n_fetched, n_saved = n_fetched + chosen.n_fetched, chosen.n_saved
        return Fetched(
            folder=self.folder,
            source=self.source.name,
            base_url=self.base_url,
            cells=self.cells,
            files=tuple(files),
            n_fetched=n_fetched,
            n_saved=n_saved,
            fetched_at="",
            note=note,
            pert_types=self.pert_types,
        )

    # ------------------------------------------------------------------------------ room on disk

    def _check_room(self) -> None:
        """Check before any download. A matrix read by ranges is checked once its size is known."""
        packed = unpacked = 0
        for file in self.source.files:
            target = self.folder / _unpacked_name(file)
            if target.exists() or (self.source.by_ranges and file is self.source.matrix):
                continue
            unpacked += file.unpacked
            here = (self.folder / file.name, part_of(self.folder / file.name))
            packed += max(file.n_bytes - sum(_size(path) for path in here), 0)
        detail = f" ({size_text(packed)} to fetch, {size_text(unpacked)} unpacked)"
        self._need_room(packed + unpacked, detail if unpacked else "")

    def _need_room(self, n_bytes: int, detail: str = "") -> None:
        free = self.free(self.folder)
        if n_bytes > free:
            raise RequestError(
                f"{self.source.title} needs {size_text(n_bytes)}{detail} on the disk of "
                f"'{self.folder}', but only {size_text(free)} are free. Free some space, or fetch "
                "from the command line into a folder on another disk (--to)."
            )

    # ------------------------------------------------------------------------------------ tables

    def _checksums(self) -> Mapping[str, str]:
        file = self.source.checksums
        if file is None:
            return {}
        names = {each.name for each in self.source.files}
        target = self.folder / file.name
        if target.exists():
            with suppress(DownloadError):
                return read_checksums(target, names)
            target.unlink()

        def check(path: Path) -> str:
            read_checksums(path, names)
            return file.name

        self._download(file, check)
        return read_checksums(target, names)

    def _table(self, file: SourceFile, sums: Mapping[str, str]) -> FetchedFile:
        target = self.folder / file.name

        def check(path: Path) -> str:
            digest = self._checked_digest(path, file, sums)
            check_table(path, file.columns)
            return digest

        digest = self._kept(target, check) or self._download(file, check)
        return FetchedFile(file.roles, file.name, _size(target), digest)

    # ------------------------------------------------------------------------------------ matrix

    def _whole_matrix(self, file: SourceFile, sums: Mapping[str, str]) -> tuple[FetchedFile, int]:
        """The unpacked matrix, and its size in bytes when packed."""
        packed, target = self.folder / file.name, self.folder / _unpacked_name(file)
        if self._kept(target, lambda path: _checked_matrix(path, target)):
            return FetchedFile(file.roles, target.name, _size(target)), file.n_bytes

        def check(path: Path) -> str:
            digest = self._checked_digest(path, file, sums)
            check_packed(path)
            return digest

        digest = self._kept(packed, check) or self._download(file, check)
        n_packed = _size(packed)
        self._need_room(file.unpacked)
        part = part_of(target)
        meter = Meter(f"Unpacking {packed.name}", n_packed, self.report, self.clock)
        try:
            unpack(packed, part, limit=2 * file.unpacked, position=meter.at)
            _checked_matrix(part, target)
        except DownloadError:
            part.unlink(missing_ok=True)
            packed.unlink()
            raise
        part.replace(target)
        packed.unlink()
        return FetchedFile(file.roles, target.name, _size(target), digest), n_packed

    def _chosen_matrix(
        self, tables: list[FetchedFile], cells: tuple[str, ...]
    ) -> tuple[list[FetchedFile], Chosen, str]:
        """All files, among them the matrix of the chosen signatures and their sig_info.

        And what was read from the server, and a note on kinds that are not there.
        """
        at = {role: self.folder / table.name for table in tables for role in table.roles}
        self.report(Progress("Choosing signatures", 0, 0, f"Reading {at['sig_info'].name}"))
        if self.source.starter:
            rows = starter_signatures(
                at["sig_info"],
                at["pert_info"],
                at["touchstone"],
                cells or STARTER_CELLS,
                seed=self.seed,
                pert_types=self.pert_types,
            )
        else:
            rows = signatures_of(at["sig_info"], cells, self.pert_types)
        self.report(Progress("Choosing signatures", 1, 1, counted(rows, self.pert_types)))
        there = set(rows["pert_type"])
        absent = in_words(kind for kind in self.pert_types if kind not in there)
        note = f"No signatures of {absent} in these cell lines." if absent else ""
        wanted = {
            file.url(self.base_url): rows["sig_id"][rows["pert_type"].isin(file.pert_types)]
            for file in self.source.matrices(there)
        }
        target = self.folder / CHOSEN_MATRIX
        chosen = fetch_chosen(
            self.web,
            wanted,
            part_of(target),
            self.folder / BLOCKS,
            enough_room=self._need_room,
            report=self.report,
            clock=self.clock,
        )
        _checked_matrix(part_of(target), target)
        # It may list an earlier choice, whose matrix and sig_info are deleted now.
        (self.folder / FETCHED).unlink(missing_ok=True)
        part_of(target).replace(target)
        sig_info = self.folder / CHOSEN_SIG_INFO
        write_chosen(at["sig_info"], sig_info, chosen.sig_ids)
        others = [
            replace(table, roles=(WHOLE_SIG_INFO,)) if "sig_info" in table.roles else table
            for table in tables
        ]
        made = [
            FetchedFile(("sig_info",), sig_info.name, _size(sig_info)),
            FetchedFile((MATRIX,), target.name, _size(target)),
        ]
        return [*others, *made], chosen, note

    # ------------------------------------------------------------------------------------- files

    def _download(self, file: SourceFile, check: Callable[[Path], str]) -> str:
        """Download a file, check it and publish it; returns the result of `check`."""
        target = self.folder / file.name
        meter = Meter(
            f"Fetching {file.name}",
            file.n_bytes,
            self.report,
            self.clock,
            more=self._after(file),
            later=TO_CHECK + TO_UNPACK,
        )
        part = download(self.web, file.url(self.base_url), target, meter, expected=file.n_bytes)
        try:
            checked = check(part)
        except DownloadError as error:
            discard(target)
            raise DownloadError(f"{error} The download was deleted.") from error
        publish(target)
        return checked

    def _after(self, file: SourceFile) -> int:
        """Bytes to download after a file, as far as they are known.

        Of a matrix that is read by ranges, the size is not known before.
        """
        files = self.source.tables if self.source.by_ranges else self.source.files
        after = files[files.index(file) + 1 :] if file in files else files
        there = (self.folder / _unpacked_name(each) for each in after)
        return sum(each.n_bytes for each, at in zip(after, there, strict=True) if not at.exists())

    def _kept(self, path: Path, check: Callable[[Path], str]) -> str:
        """The result of `check` for an existing file, '' if there is none or it was invalid."""
        if not path.exists():
            return ""
        try:
            return check(path)
        except DownloadError as error:
            self.report(Progress(f"Checking {path.name}", 0, 0, f"Fetched again: {error}"))
            path.unlink()
            return ""

    def _checked_digest(self, path: Path, file: SourceFile, sums: Mapping[str, str]) -> str:
        """SHA-512 of a file, which must match the published one if there is one."""
        later = TO_UNPACK if file.unpacked else 0.0
        meter = Meter(f"Checking {file.name}", _size(path), self.report, self.clock, later=later)
        digest = sha512(path, meter.at)
        expected = sums.get(file.name, digest)
        if digest != expected:
            raise DownloadError(
                f"'{file.name}' has the SHA-512 {digest[:16]}…, but the published one is "
                f"{expected[:16]}…. The file was damaged in transit, or the mirror has a "
                "different one. Fetch it again, or use another mirror."
            )
        return digest


def _checked_matrix(path: Path, target: Path) -> str:
    check_matrix(path, target.name)
    return target.name


def _unpacked_name(file: SourceFile) -> str:
    return file.name.removesuffix(".gz") if file.unpacked else file.name


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
