"""Names, units and gene space, written once.

Column names follow GEO GSE92742 (`sig_info`, `sig_metrics`, `pert_info`, `gene_info`).
"""

import csv
from importlib import resources
from typing import Final

SIG_ID: Final = "sig_id"
PERT_ID: Final = "pert_id"
PERT_INAME: Final = "pert_iname"
PERT_TYPE: Final = "pert_type"
CELL_ID: Final = "cell_id"
DOSE: Final = "pert_dose"
DOSE_UNIT: Final = "pert_dose_unit"
TIME: Final = "pert_time"
TIME_UNIT: Final = "pert_time_unit"
TAS: Final = "tas"
CC_Q75: Final = "cc_q75"
"""75th percentile of the Pearson correlations between the replicates of a signature."""
N_REPLICATES: Final = "n_replicates"
EXEMPLAR: Final = "exemplar"
"""Whether the source calls the signature the best of its compound in its cell line, or missing."""
SERIES: Final = "series"
"""Data set that a signature comes from, for example GSE92742."""
STRENGTH: Final = "distil_ss"
"""Number of landmark genes that a signature changes strongly."""
REPLICATES: Final = "distil_id"
"""Ids of the profiles that a signature is made of, joined by '|'."""
QC: Final = "qc_pass"
GENE_ID: Final = "pr_gene_id"
GENE_SYMBOL: Final = "pr_gene_symbol"
IS_LANDMARK: Final = "pr_is_lm"
DRUG: Final = "drug"
"""The molecule of a compound, by its name without case: see `data.molecules`."""
PERT_IDS: Final = "pert_ids"
NAMES: Final = "names"
"""All pert_ids, and all pert_inames, of a molecule, joined by '|', its main one first."""
REPRESENTATIVE: Final = "representative"
MOA: Final = "moa"
"""MOA names of a compound, joined by `MOA_SEPARATOR`; empty if none is listed."""
TARGET: Final = "target"
"""Symbols of the genes that a compound targets, joined by `MOA_SEPARATOR`; empty if none is listed.
A genetic perturbagen has its own gene."""
ANNOTATED: Final = "annotated"
"""Whether any source has a MOA or a target for the compound, listed here or not."""
PUBCHEM_CID: Final = "pubchem_cid"
INCHI_KEY: Final = "inchi_key"
SMILES: Final = "canonical_smiles"

ALIASES: Final = {
    PERT_INAME: ("cmap_name",),
    CELL_ID: ("cell_iname",),
    CC_Q75: ("distil_cc_q75",),
    N_REPLICATES: ("distil_nsample", "nsample"),
    STRENGTH: ("ss_ngene",),
    EXEMPLAR: ("is_exemplar", "is_exemplar_sig"),
    REPLICATES: ("distil_ids",),
    GENE_ID: ("gene_id",),
    GENE_SYMBOL: ("gene_symbol",),
    IS_LANDMARK: ("feature_space", "pr_is_lmark"),
    INCHI_KEY: ("InChIKey",),
    SMILES: ("smiles",),
}
"""Other names of our columns in the tables of GEO (GSE92742, GSE70138), of LINCS2020, of the Drug
Repurposing Hub and in the metadata of GCT and GCTX files of CMap."""

COMPOUND_PERT_TYPE: Final = "trt_cp"
PERT_TYPES: Final = {
    COMPOUND_PERT_TYPE: "compound",
    "trt_lig": "ligand",
    "trt_oe": "over-expression",
    "trt_sh.cgs": "knock-down",
    "trt_xpr": "knock-out",
}
"""The kinds of perturbagens that a compendium can hold, in the order of its rows, in words. A
knock-down is the consensus of several hairpins for one gene; a knock-out is by CRISPR."""
GENETIC: Final = ("trt_oe", "trt_sh.cgs", "trt_xpr")
"""The kinds that change one gene."""
MOA_SEPARATOR: Final = "|"
MISSING: Final = "-666"

SIGNATURE_COLUMNS: Final = (
    SIG_ID, PERT_ID, PERT_INAME, DRUG, CELL_ID, DOSE, DOSE_UNIT, TIME, TIME_UNIT, TAS,
    CC_Q75, N_REPLICATES, EXEMPLAR, SERIES, REPRESENTATIVE, PERT_TYPE,
)  # fmt: skip
"""Columns of `Compendium.signatures`. pert_dose, pert_time, tas, cc_q75 and n_replicates are
numbers, NaN where unknown; exemplar is a nullable boolean."""

COMPOUND_COLUMNS: Final = (
    PERT_ID, PERT_INAME, DRUG, MOA, ANNOTATED, PUBCHEM_CID, INCHI_KEY, SMILES, "n_signatures",
    "n_cell_lines", TAS, TARGET, PERT_TYPE,
)  # fmt: skip
"""Columns of `Compendium.compounds`. tas is the 75th percentile over the compound's signatures."""

DRUG_COLUMNS: Final = (
    PERT_ID, PERT_INAME, DRUG, PERT_IDS, NAMES, MOA, ANNOTATED, PUBCHEM_CID, INCHI_KEY, SMILES,
    "n_signatures", "n_cell_lines", TAS, TARGET, PERT_TYPE,
)  # fmt: skip
"""Columns of `Compendium.drugs`. tas is the 75th percentile over the molecule's signatures."""

INACTIVE_TAS: Final = 0.2
"""Below this TAS a compound counts as transcriptionally inactive (CMap's cut)."""


def _landmarks() -> tuple[dict[str, str], ...]:
    text = resources.files("gpar_core.data").joinpath("landmarks.tsv").read_text("utf-8")
    return tuple(csv.DictReader(text.splitlines(), delimiter="\t"))


LANDMARKS: Final = _landmarks()
"""For each landmark gene, its Entrez id, its symbols in GSE92742, in LINCS2020 and today (HGNC),
its Ensembl id, and aliases that belong to no other gene, joined by '|'."""

LANDMARK_IDS: Final = tuple(int(row["entrez_id"]) for row in LANDMARKS)
LANDMARK_SYMBOLS: Final = tuple(row["symbol_gse92742"] for row in LANDMARKS)
"""Entrez ids, rising, and symbols of the 978 landmark genes: the column order of every matrix.

Source: `pr_is_lm` in GSE92742's gene_info."""

N_LANDMARKS: Final = len(LANDMARK_IDS)
