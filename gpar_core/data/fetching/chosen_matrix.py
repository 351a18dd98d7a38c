"""A local GCTX of the landmark genes of chosen signatures, read from a GCTX on a web server."""

import hashlib
import shutil
from collections.abc import Callable, Collection
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
    n_saved: bytes of the whole file that were not read.
    """

    sig_ids: tuple[str, ...]
    n_fetched: int
    n_saved: int


def fetch_chosen(
    web: Web,
    url: str,
    sig_ids: Collection[str],
    target: Path,
    blocks: Path,
    *,
    enough_room: Callable[[int], None],
    report: Report,
    clock: Callable[[], float],
) -> Chosen:
    """Write `target`, (978 landmark genes x those of `sig_ids` that the file at `url` has).

    blocks: folder of the blocks read so far; a later call resumes from there if the signatures and
    the file are still the same. enough_room: called with the bytes of disk needed before anything
    is read; raises if there are fewer.
    Raises DownloadError or LandmarkError, and what `report` raises.
    """
    report(Progress(STAGE, 0, 0, "Reading the ids of the file on the server"))
    with open_remote(web, url) as matrix:
        rows = _positions(matrix, sig_ids)
        columns = _landmarks(matrix)
        plan = plan_reading(matrix, rows, columns)
        found = tuple(matrix.sig_ids[row] for row in rows.tolist())
        whole = matrix.file.version.n_bytes
        enough_room(2 * len(rows) * len(columns) * 4)
        report(
            Progress(
                STAGE,
                0,
                plan.n_bytes,
                f"{len(rows):,} signatures: {size_text(plan.n_bytes)} in {plan.n_requests:,} "
                f"requests, of a file of {size_text(whole)}",
            )
        )
        folder = blocks / _key(matrix, plan, found)
        ids_bytes = matrix.file.n_fetched
        _read_blocks(matrix, plan, folder, Meter(STAGE, plan.n_bytes, report, clock))
    _write(target, folder, len(plan.blocks), found)
    n_fetched = plan.n_bytes + ids_bytes
    return Chosen(found, n_fetched, max(whole - n_fetched, 0))


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


def _read_blocks(matrix: RemoteMatrix, plan: Plan, folder: Path, meter: Meter) -> None:
    """Write one file for each block; those that exist are left alone."""
    folder.mkdir(parents=True, exist_ok=True)
    done = 0
    for number, block in enumerate(plan.blocks):
        path = _block(folder, number)
        meter.at(done)
        if not path.exists():
            values = read_block(matrix, plan, block.rows, meter.add)
            part = part_of(path)
            with part.open("wb") as file:
                np.save(file, values)
            part.replace(path)
        done += block.n_bytes
    meter.at(done)


def _write(target: Path, folder: Path, n_blocks: int, sig_ids: tuple[str, ...]) -> None:
    """Write GCTX 1.0: rows are genes, columns are signatures; the matrix in HDF5 is transposed."""
    with h5py.File(target, "w") as file:
        file.attrs["version"] = "GCTX1.0"
        file[GCTX_GENES] = np.array([str(entrez).encode() for entrez in fields.LANDMARK_IDS])
        file[GCTX_SIGNATURES] = np.array([sig_id.encode() for sig_id in sig_ids])
        matrix = file.create_dataset(
            GCTX_MATRIX, shape=(len(sig_ids), fields.N_LANDMARKS), dtype=np.float32
        )
        start = 0
        for number in range(n_blocks):
            values = np.load(_block(folder, number), allow_pickle=False)
            matrix[start : start + len(values)] = values
            start += len(values)
    if start != len(sig_ids):
        raise DownloadError(
            f"{start:,} of {len(sig_ids):,} signatures are in {folder}. Delete it, then fetch "
            "again."
        )


def _block(folder: Path, number: int) -> Path:
    return folder / f"{number:05}.npy"
