"""Simulated releases in GEO layout (GSE92742) of any size, generated like the demo.

Values of the 978 landmark genes are those of `data/demo.py`; the inferred genes are repeated noise,
or not written, which an import does not notice: it reads no chunk without a landmark gene.
Except for the tables, memory does not grow with the number of signatures.

All three series of LINCS, 1.3 million signatures, on 6 GB of disk:
`python -m benchmarks.geo_release --signatures 473647 118050 720216 --landmarks-only --folder F`
"""

import argparse
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import h5py
import numpy as np
import pandas as pd

from benchmarks.perturbagens import with_kinds
from gpar_core import fields
from gpar_core.data import demo, demo_programs
from gpar_core.data.demo_catalogue import CELLS
from gpar_core.data.importing.import_files import ImportFiles, SeriesFiles
from gpar_core.data.stored_matrix import StoredMatrix

SERIES = "GSE00000{}"
N_GENES = 12_328
N_INFERRED = N_GENES - fields.N_LANDMARKS
FIRST_INFERRED_ID = 100_000_000
CHUNKS = (262, 1000)
"""Signatures and genes: 1 MB, as CMap's tools write them."""

BLOCK_SIGNATURES = 10 * CHUNKS[0]
PART_SIGNATURES = 10_000
"""Of a cell line, simulated at once; each part responds a little differently, as batches do."""

SIGNATURES_PER_COMPOUND = 12
"""Fewer than the demo has, so that there are enough signatures to choose from."""

MISSING = fields.MISSING


@dataclass(frozen=True)
class _Release:
    """signatures: in the order of the file. rows: (n,) of these in the simulated matrix.

    annotation: one row per perturbagen.
    """

    signatures: pd.DataFrame
    rows: np.ndarray
    annotation: pd.DataFrame


def write(
    folder: Path,
    n: int,
    *,
    seed: int = 0,
    all_kinds: bool = False,
    landmarks_only: bool = False,
) -> ImportFiles:
    """Write a series of n signatures and their tables into the existing folder.

    seed: also names the series; series share most compounds and a few signatures. all_kinds: of
    knock-downs, knock-outs, over-expressions and ligands too, in the shares of LINCS.
    landmarks_only: leave the inferred genes out of the file, which reads as 0.
    Takes 50 kB of disk a signature, or 4 kB, and 4 kB more while it is at work.
    """
    series = SERIES.format(seed)
    matrix = StoredMatrix.create(folder / "landmarks.npy", (n, fields.N_LANDMARKS))
    release, tables = _simulate(matrix, n, seed, all_kinds)
    name = f"{series}_Broad_LINCS_Level5_COMPZ.MODZ_n{n}x{N_GENES}.gctx"
    _write_gctx(folder / name, matrix, release, seed, landmarks_only)
    matrix.path.unlink()
    paths = {kind: folder / f"{series}_Broad_LINCS_{kind}.txt.gz" for kind in tables}
    for kind, table in tables.items():
        packed = {"method": "gzip", "compresslevel": 1}
        table.to_csv(paths[kind], sep="\t", index=False, compression=packed)
    moa = paths.pop("moa")
    return ImportFiles((SeriesFiles(matrix=folder / name, **paths),), (moa,))


def _simulate(
    matrix: StoredMatrix, n: int, seed: int, all_kinds: bool
) -> tuple[_Release, dict[str, pd.DataFrame]]:
    """Fill the matrix, sorted by cell line; the files' order is that of plates."""
    rngs = [np.random.default_rng(each) for each in np.random.SeedSequence(seed).spawn(5)]
    n_simulated = max(n // SIGNATURES_PER_COMPOUND, demo.N_SIMULATED)
    compounds = demo.draw_compounds(rngs[0], n_simulated)
    every, compound_row = demo.lay_out(compounds, rngs[1])
    if len(every) < n:
        raise ValueError(f"The simulation has {len(every)} signatures, fewer than {n}.")
    chosen = np.sort(rngs[3].choice(len(every), size=n, replace=False))
    signatures, compound_row = every.iloc[chosen].reset_index(drop=True), compound_row[chosen]
    programs = demo_programs.draw_programs(len(compounds.annotation), rngs[2])
    tas, correlation = np.empty((2, n))
    for part, (cell, rows) in enumerate(_parts(signatures[fields.CELL_ID].to_numpy())):
        rng = np.random.default_rng([seed, part])
        local = demo_programs.cell_programs(programs.modules, rng)
        z, tas[rows], correlation[rows] = demo.simulate_cell(
            CELLS.index(cell), signatures.iloc[rows], compound_row[rows], compounds,
            programs, local, rng,
        )  # fmt: skip
        matrix.put(np.arange(rows.start, rows.stop), np.arange(fields.N_LANDMARKS), z)
    described = signatures.assign(tas=tas.round(4), cc_q75=correlation.round(4))
    annotation = compounds.annotation
    if all_kinds:
        described, annotation = with_kinds(described, annotation, compound_row, rngs[4])
    order = np.argsort(described[fields.SIG_ID].to_numpy(), kind="stable")
    release = _Release(described.iloc[order].reset_index(drop=True), order, annotation)
    return release, _tables(release)


def _parts(cells: np.ndarray) -> list[tuple[str, slice]]:
    """Consecutive rows of one cell line, at most `PART_SIGNATURES`."""
    changes = np.flatnonzero(cells[1:] != cells[:-1]) + 1
    bounds = [0, *changes.tolist(), len(cells)]
    return [
        (str(cells[start]), slice(start, min(start + PART_SIGNATURES, end)))
        for first, end in pairwise(bounds)
        for start in range(first, end, PART_SIGNATURES)
    ]


def _tables(release: _Release) -> dict[str, pd.DataFrame]:
    """sig_info, sig_metrics, pert_info, gene_info and the MOAs, by kind."""
    s = release.signatures
    identity = s[[fields.SIG_ID, fields.PERT_ID, fields.PERT_INAME, fields.PERT_TYPE]]
    dose = s[fields.DOSE].astype(str).replace("nan", MISSING)
    plate = s[fields.SIG_ID].str.split(":").str[0]
    profile = plate + "_X{}:" + s[fields.PERT_ID] + ":" + dose
    replicates = [
        profile.str.replace("{}", str(number + 1)) for number in range(demo_programs.N_REPLICATES)
    ]
    sig_info = identity.assign(
        cell_id=s[fields.CELL_ID],
        pert_dose=dose,
        pert_dose_unit="um",
        pert_idose=(dose + " um").where(dose != MISSING, MISSING),
        pert_time=s[fields.TIME].astype(int),
        pert_time_unit="h",
        pert_itime=s[fields.TIME].astype(int).astype(str) + " h",
        distil_id=replicates[0].str.cat(replicates[1:], sep="|"),
    )
    best = s.groupby([fields.CELL_ID, fields.PERT_ID])[fields.TAS].idxmax()
    sig_metrics = identity.assign(
        distil_cc_q75=s[fields.CC_Q75],
        distil_ss=(fields.N_LANDMARKS * s[fields.TAS] ** 2 / s[fields.CC_Q75].clip(0.01)).round(3),
        tas=s[fields.TAS],
        is_exemplar=s.index.isin(best).astype(int),
        distil_nsample=demo_programs.N_REPLICATES,
    )
    annotation = release.annotation
    pert_info = annotation[[fields.PERT_ID, fields.PERT_INAME, fields.PERT_TYPE]].assign(
        inchi_key=MISSING,
        canonical_smiles=MISSING,
        pubchem_cid=annotation[fields.PUBCHEM_CID].replace("", MISSING),
    )
    genes = pd.Series(_genes())
    gene_info = pd.DataFrame(
        {
            fields.GENE_ID: genes,
            fields.GENE_SYMBOL: [*fields.LANDMARK_SYMBOLS, *("G" + genes[fields.N_LANDMARKS :])],
            fields.IS_LANDMARK: (np.arange(N_GENES) < fields.N_LANDMARKS).astype(int),
        }
    )
    drugs = annotation[annotation[fields.PERT_TYPE] == fields.COMPOUND_PERT_TYPE]
    moa = drugs[[fields.PERT_INAME, fields.MOA]].assign(
        annotated=drugs[fields.ANNOTATED].astype(int)
    )
    return {
        "sig_info": sig_info, "sig_metrics": sig_metrics, "pert_info": pert_info,
        "gene_info": gene_info, "moa": moa,
    }  # fmt: skip


def _genes() -> list[str]:
    inferred = range(FIRST_INFERRED_ID, FIRST_INFERRED_ID + N_INFERRED)
    return [str(gene) for gene in (*fields.LANDMARK_IDS, *inferred)]


def _write_gctx(
    path: Path, matrix: StoredMatrix, release: _Release, seed: int, landmarks_only: bool
) -> None:
    n = len(matrix)
    block = np.empty((BLOCK_SIGNATURES, N_GENES), np.float32)
    rng = np.random.default_rng([seed, n])
    block[:, fields.N_LANDMARKS :] = rng.standard_normal(
        (BLOCK_SIGNATURES, N_INFERRED), dtype=np.float32
    )
    with h5py.File(path, "w") as file:
        file.attrs["version"] = "GCTX1.0"
        file["/0/META/ROW/id"] = np.array(_genes(), dtype="S")
        file["/0/META/COL/id"] = release.signatures[fields.SIG_ID].to_numpy().astype("S")
        chunks = (min(CHUNKS[0], n), CHUNKS[1])
        values = file.create_dataset("/0/DATA/0/matrix", (n, N_GENES), "f4", chunks=chunks)
        for start in range(0, n, BLOCK_SIGNATURES):
            rows = release.rows[start : start + BLOCK_SIGNATURES]
            block[: len(rows), : fields.N_LANDMARKS] = matrix[rows]
            written = fields.N_LANDMARKS if landmarks_only else N_GENES
            values[start : start + len(rows), :written] = block[: len(rows), :written]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.geo_release")
    parser.add_argument(
        "--signatures", type=int, nargs="+", default=[20_000], help="of each series"
    )
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--all-kinds", action="store_true", help="not compounds alone")
    parser.add_argument("--landmarks-only", action="store_true", help="no inferred genes")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    for seed, n in enumerate(options.signatures):
        made = write(
            options.folder,
            n,
            seed=seed,
            all_kinds=options.all_kinds,
            landmarks_only=options.landmarks_only,
        )
        for path in made.paths:
            print(path)


if __name__ == "__main__":
    main()
