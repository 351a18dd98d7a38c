"""Import LINCS files in GEO layout into a compendium."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data import compendium
from gpar_core.data.compound_annotation import annotate
from gpar_core.data.findings import Finding, as_json
from gpar_core.data.matrix_files import MatrixFile, open_matrix, read_blocks
from gpar_core.data.tables import numbers, read_table
from gpar_core.data.tas import activity_score, signature_strength
from gpar_core.errors import AnnotationError, FileFormatError, LandmarkError
from gpar_core.progress import Progress, Report, silent

MISSING_VALUE = -666.0
STAGE = "Import"
IDENTITY = (fields.SIG_ID, fields.PERT_ID, fields.PERT_INAME, fields.PERT_TYPE, fields.CELL_ID)
CONDITIONS = (
    fields.DOSE, fields.DOSE_UNIT, fields.TIME, fields.TIME_UNIT, "pert_idose", "pert_itime",
)  # fmt: skip
QUALITY = (fields.TAS, "distil_ss", "distil_cc_q75", "distil_nsample", "is_exemplar")
GSE_NAME = re.compile(r"GSE\d+")


@dataclass(frozen=True)
class ImportFiles:
    """The files of one import; only matrix, sig_info and gene_info must be given."""

    matrix: Path
    sig_info: Path
    gene_info: Path
    sig_metrics: Path | None = None
    pert_info: Path | None = None
    moa: Path | None = None


def import_compendium(
    files: ImportFiles,
    folder: Path,
    *,
    name: str,
    fill_missing: bool = False,
    report: Report = silent,
) -> tuple[Finding, ...]:
    """Build the compendium `name` in the empty folder `folder`.

    Kept are the signatures of compounds (pert_type trt_cp) that are in both matrix and sig_info and
    hold only finite values. Landmark genes are found by Entrez id, whatever their order.

    fill_missing: set landmark genes that the matrix lacks to 0 (no change) instead of refusing.

    Returns what was found and left out, which is also stored in the manifest.
    Raises FileFormatError, LandmarkError or AnnotationError.
    """
    report(Progress(STAGE, 0, 1, "Reading ids and tables"))
    matrix = open_matrix(files.matrix)
    genes, gene_findings = _locate_landmarks(matrix, files.gene_info, fill_missing)
    signatures, signature_findings = _select_signatures(matrix, files)
    position = signatures.pop("position").to_numpy()
    bad = _copy(matrix, genes, position, folder / compendium.MATRIX, report)
    if len(bad):
        _drop_rows(folder / compendium.MATRIX, bad)
        bad_names = signatures[fields.SIG_ID].iloc[bad]
        signatures = signatures.drop(index=signatures.index[bad]).reset_index(drop=True)
        signature_findings.append(
            Finding.of("signatures with missing or infinite values, left out", bad_names)
        )
    if signatures.empty:
        raise FileFormatError(
            f"Every signature of '{files.matrix.name}' holds missing or infinite values; nothing "
            "is left to import."
        )
    report(Progress(STAGE, 1, 1, "Annotating compounds"))
    signatures, tas_findings = _complete_tas(signatures, folder / compendium.MATRIX)
    annotation, annotation_findings = annotate(
        signatures,
        pert_infos=[files.pert_info] if files.pert_info else [],
        moas=[files.moa] if files.moa else [],
    )
    findings = (
        Finding("signatures imported", len(signatures)),
        Finding("compounds imported", len(annotation)),
        *signature_findings,
        *gene_findings,
        *tas_findings,
        *annotation_findings,
    )
    compendium.write(
        folder,
        name=name,
        source=f"Imported from {files.matrix.name}",
        simulated=False,
        signatures=signatures,
        annotation=annotation,
        report=as_json(findings),
    )
    return findings


# ---------------------------------------------------------------------------------------- genes


def _locate_landmarks(
    matrix: MatrixFile, gene_info: Path, fill_missing: bool
) -> tuple[np.ndarray, list[Finding]]:
    """(978,) file positions of the landmark genes, -1 where missing and `fill_missing`."""
    table = read_table(gene_info, needed=("pr_gene_id", "pr_gene_symbol"), optional=("pr_is_lm",))
    _check_gene_info(gene_info, table)
    file_name = matrix.path.name
    ids = pd.Series(matrix.gene_ids)
    landmarks = [str(entrez) for entrez in fields.LANDMARK_IDS]
    if not ids.isin(landmarks).any():
        raise LandmarkError(
            f"None of the 978 landmark genes is among the {len(ids)} row ids of '{file_name}' "
            f"(first: {', '.join(ids[:3])}). Needed are Entrez gene ids, such as 5720; probe ids "
            "and symbols must be translated first."
        )
    repeated = sorted(set(ids[ids.duplicated() & ids.isin(landmarks)]), key=int)
    if repeated:
        raise LandmarkError(
            f"'{file_name}' holds {len(repeated)} landmark genes more than once: "
            f"{_genes(repeated)}. Keep one row for each gene."
        )
    position = pd.Series(ids.index, index=ids)
    position = position[~position.index.duplicated()].reindex(landmarks)
    missing = [gene for gene in landmarks if np.isnan(position[gene])]
    if missing and not fill_missing:
        raise LandmarkError(
            f"'{file_name}' lacks {len(missing)} of the 978 landmark genes: {_genes(missing)}. "
            "Use a file with all of them, or import with --fill-missing to set them to 0."
        )
    unknown = ids[~ids.isin(set(table["pr_gene_id"])) & ~ids.isin(landmarks)]
    findings = [
        Finding.of("landmark genes missing, set to 0", [_gene(gene) for gene in missing]),
        Finding.of("rows that are not in gene_info, ignored", unknown),
    ]
    return position.fillna(-1).to_numpy(dtype=np.int64), [f for f in findings if f.count]


def _check_gene_info(gene_info: Path, table: pd.DataFrame) -> None:
    if "pr_is_lm" not in table:
        return
    flagged = set(table.loc[table["pr_is_lm"].isin(["1", "1.0"]), "pr_gene_id"])
    expected = {str(entrez) for entrez in fields.LANDMARK_IDS}
    if flagged != expected:
        lacking, extra = sorted(expected - flagged), sorted(flagged - expected)
        raise LandmarkError(
            f"'{gene_info.name}' marks {len(flagged)} landmark genes, not the 978 of L1000: "
            f"{len(lacking)} are not marked ({_genes(lacking)}), {len(extra)} are others "
            f"({', '.join(extra[:5])}). Use the gene_info of the same LINCS release."
        )


def _genes(ids: list[str]) -> str:
    return ", ".join(_gene(gene) for gene in ids[:10]) + (", …" if len(ids) > 10 else "")


def _gene(entrez: str) -> str:
    return f"{fields.LANDMARK_SYMBOLS[fields.LANDMARK_IDS.index(int(entrez))]} ({entrez})"


# ----------------------------------------------------------------------------------- signatures


def _select_signatures(
    matrix: MatrixFile, files: ImportFiles
) -> tuple[pd.DataFrame, list[Finding]]:
    """Compound signatures in both matrix and sig_info, sorted, with their file position."""
    in_file = pd.Series(matrix.sig_ids)
    if in_file.duplicated().any():
        repeated = in_file[in_file.duplicated()].iloc[0]
        raise FileFormatError(
            f"'{matrix.path.name}' holds the signature '{repeated}' more than once. Each sig_id "
            "must name one signature."
        )
    table = read_table(files.sig_info, needed=IDENTITY, optional=(*CONDITIONS, *QUALITY))
    n_repeated = int(table.duplicated().sum())
    table = table.drop_duplicates()
    clash = table[fields.SIG_ID][table[fields.SIG_ID].duplicated()]
    if len(clash):
        raise AnnotationError(
            f"'{files.sig_info.name}' describes {clash.nunique()} signatures in two different "
            f"ways, for example '{clash.iloc[0]}'. Keep one row for each sig_id."
        )
    position = pd.Series(in_file.index, index=in_file)
    table["position"] = table[fields.SIG_ID].map(position)
    without_values = table[fields.SIG_ID][table["position"].isna()]
    without_metadata = in_file[~in_file.isin(set(table[fields.SIG_ID]))]
    if table["position"].isna().all():
        raise AnnotationError(
            f"No sig_id of '{files.sig_info.name}' (first: '{_first(table[fields.SIG_ID])}') is in "
            f"'{matrix.path.name}' (first: '{_first(in_file)}'). Matrix and sig_info must come "
            "from the same release."
        )
    table = table[table["position"].notna()]
    is_compound = table[fields.PERT_TYPE] == fields.COMPOUND_PERT_TYPE
    complete = (table[fields.PERT_ID] != "") & (table[fields.CELL_ID] != "")
    findings = [
        Finding.of("signatures without a row in sig_info, left out", without_metadata),
        Finding.of("rows of sig_info without a signature, ignored", without_values),
        Finding("repeated rows of sig_info, ignored", n_repeated),
        Finding.of(
            "signatures of other perturbagens than compounds, left out",
            table[fields.SIG_ID][~is_compound],
        ),
        Finding.of(
            "signatures without pert_id or cell line, left out",
            table[fields.SIG_ID][is_compound & ~complete],
        ),
    ]
    kept = table[is_compound & complete].copy()
    if kept.empty:
        raise AnnotationError(
            f"'{files.sig_info.name}' has no compound signature (pert_type trt_cp) with a pert_id "
            "and a cell line."
        )
    kept = _conditions(_quality(kept, files.sig_metrics))
    kept[fields.SERIES] = series_of(files.matrix)
    kept["position"] = kept["position"].astype(np.int64)
    kept = kept.sort_values(compendium.ROW_ORDER, ignore_index=True)
    # A compound bears one name, or its signatures would count as those of several drugs.
    names = kept[fields.PERT_INAME].replace("", None).groupby(kept[fields.PERT_ID])
    kept[fields.PERT_INAME] = names.transform("first").fillna(kept[fields.PERT_ID])
    renamed = kept[names.transform("nunique") > 1].drop_duplicates(fields.PERT_ID)
    findings.append(
        Finding.of(
            "compounds with more than one name, one of which is kept", renamed[fields.PERT_INAME]
        )
    )
    return kept, [finding for finding in findings if finding.count]


def series_of(matrix: Path) -> str:
    """Name of the series that a matrix file is of: GSE92742, or else the name of the file."""
    found = GSE_NAME.search(matrix.name)
    return found[0] if found else matrix.name.split(".")[0]


def _first(names: pd.Series) -> str:
    return names.iloc[0] if len(names) else "none"


def _quality(signatures: pd.DataFrame, sig_metrics: Path | None) -> pd.DataFrame:
    """Add the columns `QUALITY` as numbers, from sig_metrics where given."""
    if sig_metrics is not None:
        metrics = read_table(sig_metrics, needed=(fields.SIG_ID,), optional=QUALITY)
        metrics = metrics.drop_duplicates(fields.SIG_ID).set_index(fields.SIG_ID)
        for column in metrics:
            signatures[column] = signatures[fields.SIG_ID].map(metrics[column]).fillna("")
    for column in QUALITY:
        values = numbers(signatures[column]) if column in signatures else np.nan
        signatures[column] = values
    signatures[fields.CC_Q75] = signatures["distil_cc_q75"]
    signatures[fields.N_REPLICATES] = signatures["distil_nsample"]
    known = signatures["is_exemplar"].notna()
    signatures[fields.EXEMPLAR] = (signatures["is_exemplar"] == 1).astype("boolean").where(known)
    return signatures


def _conditions(signatures: pd.DataFrame) -> pd.DataFrame:
    """Dose and time as numbers and units, from '10 um' and '24 h' where they stand together."""
    for value, unit, joined in (
        (fields.DOSE, fields.DOSE_UNIT, "pert_idose"),
        (fields.TIME, fields.TIME_UNIT, "pert_itime"),
    ):
        together = signatures[joined] if joined in signatures else pd.Series("", signatures.index)
        parts = together.str.extract(r"^\s*([0-9.eE+-]+)\s*(\D*)$")
        number = numbers(signatures[value]) if value in signatures else np.nan
        signatures[value] = pd.Series(number, signatures.index).fillna(numbers(parts[0]))
        text = signatures[unit] if unit in signatures else pd.Series("", signatures.index)
        signatures[unit] = text.where(text != "", parts[1].fillna("").str.strip())
    return signatures


# --------------------------------------------------------------------------------------- values


def _copy(
    matrix: MatrixFile, genes: np.ndarray, position: np.ndarray, target: Path, report: Report
) -> np.ndarray:
    """Write (n_signatures, 978) float32 to `target`; return the rows that are not all finite.

    genes: (978,) file positions, -1 for a gene to fill with 0. position: (n_signatures,) file
    positions of the rows to write.
    """
    row_of = np.full(len(matrix.sig_ids), -1)
    row_of[position] = np.arange(len(position))
    present = np.flatnonzero(genes >= 0)
    column_of = pd.Series(present, index=genes[present])
    out = np.lib.format.open_memmap(
        target, mode="w+", dtype=np.float32, shape=(len(position), fields.N_LANDMARKS)
    )
    finite = np.ones(len(position), dtype=bool)
    n_done = 0
    for block in read_blocks(matrix, genes[present]):
        wanted = row_of[block.signatures] >= 0
        rows = row_of[block.signatures[wanted]]
        values = block.values[wanted]
        values[values == MISSING_VALUE] = np.nan
        finite[rows] &= np.isfinite(values).all(axis=1)
        _check_scale(matrix.path.name, values)
        out[np.ix_(rows, column_of[block.genes].to_numpy())] = values
        n_done += block.values.size
        total = len(matrix.sig_ids) * len(present)
        report(Progress(STAGE, n_done, total, f"Reading values of {matrix.path.name}"))
    out.flush()
    return np.flatnonzero(~finite)


def _check_scale(file_name: str, values: np.ndarray) -> None:
    finite = values[np.isfinite(values)]
    if finite.size >= fields.N_LANDMARKS and finite.min() >= 0 < finite.max():
        raise FileFormatError(
            f"The values of '{file_name}' are all positive (median {np.median(finite):.1f}); "
            "z-scores lie around 0. This looks like expression levels (Level 3) or counts. Needed "
            "is a Level 5 file of z-scores."
        )


def _drop_rows(path: Path, rows: np.ndarray) -> None:
    old = np.load(path, mmap_mode="r")
    kept = np.setdiff1d(np.arange(len(old)), rows)
    rewritten = path.with_suffix(".kept.npy")
    new = np.lib.format.open_memmap(
        rewritten, mode="w+", dtype=np.float32, shape=(len(kept), old.shape[1])
    )
    for start in range(0, len(kept), 8192):
        new[start : start + 8192] = old[kept[start : start + 8192]]
    new.flush()
    del old, new
    rewritten.replace(path)


# ----------------------------------------------------------------------------------- annotation


def _complete_tas(
    signatures: pd.DataFrame, matrix_file: Path
) -> tuple[pd.DataFrame, list[Finding]]:
    """Compute TAS where the files give its parts but not the score."""
    signatures = signatures.copy()
    tas = signatures[fields.TAS].where(signatures[fields.TAS].between(0, 1))
    missing = np.flatnonzero(tas.isna() & signatures["distil_cc_q75"].notna())
    if len(missing):
        matrix = np.load(matrix_file, mmap_mode="r")
        strength = signatures["distil_ss"].to_numpy()[missing]
        replicates = signatures["distil_nsample"].to_numpy()[missing]
        for start in range(0, len(missing), 8192):
            part = slice(start, start + 8192)
            counted = signature_strength(matrix[missing[part]], replicates[part])
            counted = np.where(np.isnan(replicates[part]), np.nan, counted)
            strength[part] = np.where(np.isnan(strength[part]), counted, strength[part])
        correlation = signatures["distil_cc_q75"].to_numpy()[missing]
        tas.iloc[missing] = activity_score(strength, correlation)
    findings = [
        Finding("signatures whose TAS was computed here", int(tas.iloc[missing].notna().sum())),
        Finding("signatures with unknown TAS", int(tas.isna().sum())),
    ]
    signatures[fields.TAS] = tas
    return signatures, [finding for finding in findings if finding.count]
