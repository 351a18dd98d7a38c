"""What the publishers of LINCS data offer, small, in their own layout and under their names."""

import gzip
import hashlib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd

from gpar_core.data.fetching.sources import MATRIX, SOURCES, Source, SourceFile
from tests.geo_files import (
    INFERRED,
    LANDMARKS,
    Release,
    release,
    write_gctx,
    write_gene_info,
    write_table,
    write_text,
)

CELLS = ("A375", "A549", "HT29", "MCF7", "PC3", "VCAP")
GENES = (*INFERRED[:40], *LANDMARKS[500:], *INFERRED[40:60], *LANDMARKS[:500])
TOUCHSTONE_IDS = ("BRD-K00000001", "BRD-K00000002")
ACTIVE_UNKNOWN = "BRD-K00000003"
INACTIVE = tuple(f"BRD-K000001{number:02}" for number in range(6))
INACTIVE_WITH_MOA = "BRD-K00000200"
GENETIC = {
    "trt_sh.cgs": ("CGS001-7157", "tp53"),
    "trt_oe": ("BRDN0000400001", "TP53"),
    "trt_xpr": ("BRDN0001000001", "TP53"),
    "trt_lig": ("BRD-U00000001", "EGF"),
}
"""A perturbagen of each kind that is no compound: its pert_id and name."""
NOT_TAKEN = {"trt_sh": "TRCN0000003753", "trt_oe.mut": "BRDN0000400002", "trt_aby": "ABY1"}
"""And of kinds that GPAR does not know."""
MATRICES = {
    "cp_n720216": ("trt_cp",), "oe_n34171": ("trt_oe", "trt_oe.mut"), "xpr_n142901": ("trt_xpr",),
    "sh_n238351": ("trt_sh", "trt_sh.cgs"), "misc_n8283": ("trt_lig", "trt_aby"),
}  # fmt: skip
"""Which kinds each matrix of LINCS 2020 has."""
PERT_IDS = (*TOUCHSTONE_IDS, ACTIVE_UNKNOWN, *INACTIVE, INACTIVE_WITH_MOA)


def publish_geo(
    folder: Path, name: str = "gse70138", kinds: Mapping[str, str] = MappingProxyType({})
) -> Release:
    """All files of a GEO series, packed, with their checksums. kinds: pert_type by pert_id."""
    source = SOURCES[name]
    made = release(cells=CELLS)
    made = made.with_info(pert_type=made.sig_info["pert_id"].map(kinds).fillna("trt_cp"))
    pert_info = made.sig_info[["pert_id", "pert_iname", "pert_type"]].drop_duplicates()
    tables = {
        "cell_info": pd.DataFrame({"cell_id": CELLS, "cell_type": "tumor"}),
        "pert_info": pert_info.assign(inchi_key="-666", is_touchstone="1"),
        "sig_metrics": pd.DataFrame(
            {"sig_id": made.sig_ids, "tas": "0.3", "distil_cc_q75": "0.4", "distil_ss": "5"}
        ),
        "sig_info": made.sig_info,
    }
    for file in source.tables:
        if file.role == "gene_info":
            write_gene_info(folder / file.name)
        else:
            write_table(folder / file.name, tables[file.role])
    write_gctx(folder / "level5.gctx", made.values, sig_ids=made.sig_ids, genes=made.genes)
    matrix = _matrix(source)
    (folder / matrix.name).write_bytes(gzip.compress((folder / "level5.gctx").read_bytes()))
    (folder / "level5.gctx").unlink()
    publish_checksums(folder, name)
    return made


def publish_checksums(folder: Path, name: str, *more: str, without: tuple[str, ...] = ()) -> None:
    """GEO's list of SHA-512 sums of what lies in the folder, and these further lines."""
    source = SOURCES[name]
    assert source.checksums is not None
    lines = [
        f"{hashlib.sha512((folder / file.name).read_bytes()).hexdigest()}  {file.name}"
        for file in source.files
        if file.role not in without
    ]
    write_text(folder / source.checksums.name, "\n".join([*lines, *more]) + "\n")


def lincs2020_signatures() -> pd.DataFrame:
    """siginfo_beta: of each compound and cell line a good, a bad and a second signature."""
    rows = []
    for cell in CELLS:
        for pert_id in PERT_IDS:
            tas = "0.5" if pert_id in (*TOUCHSTONE_IDS, ACTIVE_UNKNOWN) else "0.1"
            for kind, quality, exemplar in (
                ("good", "1", "1"),
                ("bad", "0", "1"),
                ("2nd", "1", "0"),
            ):
                rows.append(
                    (f"{kind}_{cell}:{pert_id}", pert_id, "trt_cp", cell, tas, quality, exemplar)
                )
        rows.append((f"vehicle_{cell}", "DMSO", "ctl_vehicle", cell, "0.1", "1", "1"))
        for pert_type, pert_id in {**{k: v[0] for k, v in GENETIC.items()}, **NOT_TAKEN}.items():
            # The quality of a consensus of hairpins is unknown.
            quality = "" if pert_type == "trt_sh.cgs" else "1"
            rows.append((f"{pert_type}_{cell}", pert_id, pert_type, cell, "0.4", quality, "1"))
        rows.append((f"failed_{cell}", GENETIC["trt_oe"][0], "trt_oe", cell, "0.4", "0", "1"))
    columns = ["sig_id", "pert_id", "pert_type", "cell_iname", "tas", "qc_pass", "is_exemplar_sig"]
    table = pd.DataFrame(rows, columns=columns)
    names = table["pert_id"].map(dict(GENETIC.values()))
    return table.assign(
        bead_batch="b1",
        cmap_name=names.fillna("drug " + table["pert_id"].str[-3:]),
        pert_dose=np.where(table["pert_type"] == "trt_cp", "10", "-666"),
        pert_dose_unit=np.where(table["pert_type"] == "trt_cp", "uM", "-666"),
    )


def publish_lincs2020(folder: Path, **layout: object) -> Release:
    """The files of LINCS 2020, and the table of Touchstone that the starter takes from GEO.

    Returns what the matrices have together. layout: of that of compounds; that of knock-outs is
    compressed.
    """
    table = lincs2020_signatures()
    measured = table[~table["pert_type"].str.startswith("ctl")].sample(frac=1, random_state=0)
    sig_ids = tuple(measured["sig_id"])
    values = np.random.default_rng(3).normal(size=(len(sig_ids), len(GENES))).astype(np.float32)
    gene_info = pd.DataFrame({"gene_id": [*LANDMARKS, *INFERRED]})
    gene_info["gene_symbol"] = "GENE" + gene_info["gene_id"]
    gene_info["feature_space"] = np.where(
        gene_info["gene_id"].isin(LANDMARKS), "landmark", "inferred"
    )
    with_moa = (*TOUCHSTONE_IDS, INACTIVE_WITH_MOA)
    tables = {
        "cell_info": pd.DataFrame({"cell_iname": CELLS, "cell_type": "tumor"}),
        "gene_info": gene_info,
        "pert_info": pd.DataFrame(
            {
                "pert_id": PERT_IDS,
                "cmap_name": [f"drug {pert_id[-3:]}" for pert_id in PERT_IDS],
                "moa": ["HDAC inhibitor" if pert_id in with_moa else "" for pert_id in PERT_IDS],
            }
        ),
        "sig_info": table,
        "touchstone": pd.DataFrame(
            {
                "pert_id": PERT_IDS,
                "pert_iname": "x",
                "pert_type": "trt_cp",
                "is_touchstone": [int(pert_id in TOUCHSTONE_IDS) for pert_id in PERT_IDS],
            }
        ),
    }
    for file in SOURCES["starter"].tables:
        write_table(folder / file.path, tables[file.role])
    (folder / "level5").mkdir(exist_ok=True)
    for what, kinds in MATRICES.items():
        rows = measured["pert_type"].isin(kinds).to_numpy()
        others = {"chunks": (4, 200), "compression": "gzip"} if "trt_xpr" in kinds else {}
        write_gctx(
            folder / f"level5/level5_beta_trt_{what}x12328.gctx",
            values[rows],
            sig_ids=measured["sig_id"][rows],
            genes=GENES,
            **(layout if "trt_cp" in kinds else others),  # type: ignore[arg-type]
        )
    return Release(values, sig_ids, GENES, table)


def publish_hub(folder: Path) -> None:
    """The two tables of the Repurposing Hub, with their comments."""
    comments = "!Broad Institute\n!Version 2020\n"
    for file in SOURCES["repurposing-hub"].tables:
        cells = ["\t".join(file.columns), "\t".join(["x"] * len(file.columns))]
        write_text(folder / file.name, comments + "\n".join(cells) + "\n", "iso-8859-1")


def _matrix(source: Source) -> SourceFile:
    return next(file for file in source.files if file.role == MATRIX)
