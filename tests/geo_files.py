"""LINCS files in GEO layout, written without cmapPy."""

import gzip
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import h5py
import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data.importing.import_files import ImportFiles, SeriesFiles

LANDMARKS = tuple(str(entrez) for entrez in fields.LANDMARK_IDS)
INFERRED = tuple(str(2_000_000_000 + i) for i in range(2_000 - len(LANDMARKS)))
"""Further genes, with ids that no gene bears."""


@dataclass(frozen=True)
class Release:
    """What the files of one release say.

    values: (n_signatures, n_genes) z-scores. sig_info: one row per signature, as text. tables:
    further tables by the name `SeriesFiles` gives them, and 'moa'.
    """

    values: np.ndarray
    sig_ids: tuple[str, ...]
    genes: tuple[str, ...]
    sig_info: pd.DataFrame
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    def with_table(self, name: str, **columns: Iterable[str]) -> "Release":
        return replace(self, tables={**self.tables, name: pd.DataFrame(columns)})

    def with_info(self, **columns: object) -> "Release":
        return replace(self, sig_info=self.sig_info.assign(**columns))

    def shuffled(self, *, signatures: np.ndarray, genes: np.ndarray) -> "Release":
        """The same release with its matrix in another order."""
        return replace(
            self,
            values=self.values[np.ix_(signatures, genes)],
            sig_ids=tuple(np.array(self.sig_ids)[signatures]),
            genes=tuple(np.array(self.genes)[genes]),
        )


def release(
    *,
    pert_ids: tuple[str, ...] = ("BRD-K00000001", "BRD-K00000002", "BRD-K00000003"),
    cells: tuple[str, ...] = ("A375", "MCF7"),
    replicates: int = 2,
    genes: tuple[str, ...] = LANDMARKS,
    seed: int = 0,
) -> Release:
    """Signatures of a few compounds, sorted as a compendium sorts them."""
    rows = [
        (f"CPC001_{cell}_24H:{pert_id}:{number}", pert_id, cell)
        for cell in cells
        for pert_id in pert_ids
        for number in range(replicates)
    ]
    values = np.random.default_rng(seed).normal(size=(len(rows), len(genes))).astype(np.float32)
    sig_info = pd.DataFrame(
        {
            "sig_id": [row[0] for row in rows],
            "pert_id": [row[1] for row in rows],
            "pert_iname": [f"drug {int(row[1][-8:])}" for row in rows],
            "pert_type": "trt_cp",
            "cell_id": [row[2] for row in rows],
            "pert_dose": "10.0",
            "pert_dose_unit": "um",
            "pert_idose": "10 um",
            "pert_time": "24",
            "pert_time_unit": "h",
            "pert_itime": "24 h",
            "distil_id": "-666",
        }
    )
    return Release(values, tuple(sig_info["sig_id"]), genes, sig_info)


def write_release(made: Release, folder: Path, *, matrix: str = "level5.gctx") -> ImportFiles:
    """Write every table and the matrix, GCTX or GCT by the name `matrix`."""
    folder.mkdir(parents=True, exist_ok=True)
    write = write_gct if matrix.endswith(".gct") else write_gctx
    write(folder / matrix, made.values, sig_ids=made.sig_ids, genes=made.genes)
    others = {
        name: write_table(folder / f"{name}.txt.gz", table) for name, table in made.tables.items()
    }
    moas = (others.pop("moa"),) if "moa" in others else ()
    series = SeriesFiles(
        matrix=folder / matrix,
        sig_info=write_table(folder / "sig_info.txt", made.sig_info),
        gene_info=write_gene_info(folder / "gene_info.txt"),
        **others,
    )
    return ImportFiles((series,), moas)


def with_file(files: ImportFiles, kind: str, path: Path) -> ImportFiles:
    """The files of one series with another one in place of that called `kind`."""
    if kind == "moa":
        return replace(files, moas=(path,))
    (series,) = files.series
    return replace(files, series=(replace(series, **{kind: path}),))


def write_gctx(
    path: Path,
    values: np.ndarray,
    *,
    sig_ids: Iterable[object],
    genes: Iterable[object],
    chunks: tuple[int, int] | None = None,
    compression: str | None = None,
    metadata: bool = False,
    variable_length: bool = False,
) -> Path:
    """A GCTX 1.0 of `values` (n_signatures, n_genes), in their own type.

    metadata: put a few columns beside the ids, as clue.io does.
    """
    with h5py.File(path, "w") as file:
        file.attrs["version"] = "GCTX1.0"
        file.create_dataset("/0/DATA/0/matrix", data=values, chunks=chunks, compression=compression)
        for axis, ids in (("ROW", list(genes)), ("COL", list(sig_ids))):
            group = file.create_group(f"/0/META/{axis}")
            if ids and isinstance(ids[0], int):
                group["id"] = np.array(ids)
            else:
                kind = h5py.string_dtype() if variable_length else "S"
                group["id"] = np.array([str(one).encode() for one in ids], dtype=kind)
            if metadata:
                group["pert_dose"] = np.full(len(ids), -666.0)
                group["pert_iname"] = np.array([b"-666"] * len(ids))
                group["distil_nsample"] = np.arange(len(ids))
    return path


def write_gct(
    path: Path,
    values: np.ndarray,
    *,
    sig_ids: Iterable[str],
    genes: Iterable[str],
    version: str = "1.3",
) -> Path:
    """A text GCT; version 1.3 with two columns and one line of metadata."""
    sig_ids, genes = list(sig_ids), list(genes)
    if version == "1.2":
        lines = [
            "#1.2",
            f"{len(genes)}\t{len(sig_ids)}",
            "\t".join(["Name", "Description", *sig_ids]),
        ]
        before = ["na"]
    else:
        lines = [
            "#1.3",
            f"{len(genes)}\t{len(sig_ids)}\t2\t1",
            "\t".join(["id", "pr_gene_symbol", "pr_is_lm", *sig_ids]),
            "\t".join(["cell_id", "na", "na", *["A375"] * len(sig_ids)]),
        ]
        before = ["na", "1"]
    for gene, row in zip(genes, values.T, strict=True):
        lines.append("\t".join([gene, *before, *[repr(float(value)) for value in row]]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def write_table(path: Path, table: pd.DataFrame) -> Path:
    """Tab-separated, gzipped where the name ends in .gz."""
    return write_text(path, table.to_csv(sep="\t", index=False, lineterminator="\n"))


def write_text(path: Path, text: str, encoding: str = "utf-8") -> Path:
    content = text.encode(encoding)
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def write_gene_info(path: Path, *, landmarks: Iterable[str] = LANDMARKS) -> Path:
    """GSE92742's gene_info: all genes, `pr_is_lm` marking `landmarks`."""
    marked = set(landmarks)
    genes = pd.Series([*LANDMARKS, *INFERRED])
    return write_table(
        path,
        pd.DataFrame(
            {
                "pr_gene_id": genes,
                "pr_gene_symbol": "GENE" + genes,
                "pr_is_lm": genes.isin(marked).astype(int),
            }
        ),
    )
