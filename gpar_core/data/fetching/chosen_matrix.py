"""A local GCTX of the landmark genes of chosen signatures, read from a GCTX on a web server."""

import hashlib
import shutil
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import h5py
import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data.fetching.download import part_of
from gpar_core.data.fetching.meter import Meter, size_text
from gpar_core.data.fetching.remote_gctx import (
    Plan,
    RemoteMatrix,
    open_remote,
    plan_reading,
    read_block,
)
from gpar_core.data.fetching.web import Web
from gpar_core.data.importing.landmark_genes import landmark_places
from gpar_core.data.matrix_files import GCTX_GENES, GCTX_MATRIX, GCTX_SIGNATURES
from gpar_core.errors import DownloadError, LandmarkError
from gpar_core.progress import Progress, Report

STAGE: Final = "Reading signatures"


@dataclass(frozen=True)
class Chosen:
    """The values that were read.

    sig_ids: as in the new file. n_fetched: bytes read from the server for it, over all tries.
    n_saved: bytes of the whole files that were not read.
    """

    sig_ids: tuple[str, ...]
    n_fetched: int
    n_saved: int


@dataclass(frozen=True)
class _Part:
    """What is read from one file on the server: its signatures, and the folder of its blocks."""

    matrix: RemoteMatrix
    plan: Plan
    sig_ids: tuple[str, ...]
    folder: Path


def fetch_chosen(
    web: Web,
    wanted: Mapping[str, Collection[str]],
    target: Path,
    blocks: Path,
    *,
    enough_room: Callable[[int], None],
    report: Report,
    clock: Callable[[], float],
) -> Chosen:
    """Write `target`, (978 landmark genes x those of the wanted signatures that the files have).

    wanted: ids of signatures by the address of the file that has them. blocks: folder of the blocks
    read so far; a later call resumes from there if the signatures and the files are still the same.
    enough_room: called with the bytes of disk needed before anything is read; raises if there are
    fewer.
    Raises DownloadError or LandmarkError, and what `report` raises.
    """
    report(Progress(STAGE, 0, 0, "Reading the ids of the files on the server"))
    with ExitStack() as stack:
        parts = [
            _planned(stack.enter_context(open_remote(web, url)), sig_ids, blocks)
            for url, sig_ids in wanted.items()
        ]
        found = tuple(sig_id for part in parts for sig_id in part.sig_ids)
        n_bytes = sum(part.plan.n_bytes for part in parts)
        n_requests = sum(part.plan.n_requests for part in parts)
        whole = sum(part.matrix.file.version.n_bytes for part in parts)
        enough_room(2 * len(found) * fields.N_LANDMARKS * 4)
        report(
            Progress(
                STAGE,
                0,
                n_bytes,
                f"{len(found):,} signatures: {size_text(n_bytes)} in {n_requests:,} "
                f"requests, of a total of {size_text(whole)}",
            )
        )
        n_fetched = n_bytes + sum(part.matrix.file.n_fetched for part in parts)
        meter, done = Meter(STAGE, n_bytes, report, clock), 0
        for part in parts:
            done = _read_blocks(part, meter, done)
    _write(target, parts, len(found))
    return Chosen(found, n_fetched, max(whole - n_fetched, 0))


def _planned(matrix: RemoteMatrix, sig_ids: Collection[str], blocks: Path) -> _Part:
    rows = _positions(matrix, sig_ids)
    plan = plan_reading(matrix, rows, _landmarks(matrix))
    found = tuple(matrix.sig_ids[row] for row in rows.tolist())
    return _Part(matrix, plan, found, blocks / _key(matrix, plan, found))


def forget_blocks(blocks: Path) -> None:
    """Delete the blocks, once their matrix is published."""
    shutil.rmtree(blocks, ignore_errors=True)


def _positions(matrix: RemoteMatrix, sig_ids: Collection[str]) -> np.ndarray:
    in_file = pd.Series(matrix.sig_ids)
    rows = np.flatnonzero(in_file.isin(set(sig_ids)))
    if not len(rows):
        raise DownloadError(
            f"None of the {len(sig_ids):,} chosen signatures is in {matrix.file.url}. Its tables "
            "and its matrix must come from the same release."
        )
    if in_file.iloc[rows].duplicated().any():
        raise DownloadError(
            f"{matrix.file.url} contains some signatures more than once. Use another mirror."
        )
    return rows


def _landmarks(matrix: RemoteMatrix) -> np.ndarray:
    """(978,) positions of the landmark genes, in the order of `fields.LANDMARK_IDS`."""
    places = landmark_places(matrix.gene_ids)
    if amiss := (*places.missing, *places.repeated):
        raise LandmarkError(
            f"{matrix.file.url} lacks {len(places.missing)} of the 978 landmark genes and has "
            f"{len(places.repeated)} more than once (first: {', '.join(amiss[:5])}). Use another "
            "mirror."
        )
    return places.position


def _key(matrix: RemoteMatrix, plan: Plan, found: tuple[str, ...]) -> str:
    """Identifies what is read, so that blocks of something else are never mistaken for it."""
    version = matrix.file.version
    text = "\n".join(
        [
            f"{version.n_bytes} {version.tag} {len(plan.blocks)}",
            plan.columns.tobytes().hex(),
            *found,
        ]
    )
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def _read_blocks(part: _Part, meter: Meter, done: int) -> int:
    """Write one file for each block; those that exist are left alone.

    done: bytes of earlier parts. Returns them with those of this part.
    """
    part.folder.mkdir(parents=True, exist_ok=True)
    for number, block in enumerate(part.plan.blocks):
        path = _block(part.folder, number)
        meter.at(done)
        if not path.exists():
            values = read_block(part.matrix, part.plan, block.rows, meter.add)
            unfinished = part_of(path)
            with unfinished.open("wb") as file:
                np.save(file, values)
            unfinished.replace(path)
        done += block.n_bytes
    meter.at(done)
    return done


def _write(target: Path, parts: Sequence[_Part], n: int) -> None:
    """Write GCTX 1.0: rows are genes, columns are signatures; the matrix in HDF5 is transposed."""
    with h5py.File(target, "w") as file:
        file.attrs["version"] = "GCTX1.0"
        file[GCTX_GENES] = np.array([str(entrez).encode() for entrez in fields.LANDMARK_IDS])
        file[GCTX_SIGNATURES] = np.array(
            [sig_id.encode() for part in parts for sig_id in part.sig_ids]
        )
        matrix = file.create_dataset(GCTX_MATRIX, shape=(n, fields.N_LANDMARKS), dtype=np.float32)
        start = 0
        for part in parts:
            for number in range(len(part.plan.blocks)):
                values = np.load(_block(part.folder, number), allow_pickle=False)
                matrix[start : start + len(values)] = values
                start += len(values)
    if start != n:
        raise DownloadError(
            f"{start:,} of {n:,} signatures are in {parts[0].folder.parent}. Delete it, then fetch "
            "again."
        )


def _block(folder: Path, number: int) -> Path:
    return folder / f"{number:05}.npy"
