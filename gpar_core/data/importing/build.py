"""Import LINCS files in GEO layout, or AnnData, into a compendium."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data import compendium
from gpar_core.data.findings import Finding, as_json, summed
from gpar_core.data.importing.compound_annotation import annotate, other_perturbagens
from gpar_core.data.importing.exported import header_of, holds_all, restore
from gpar_core.data.importing.import_files import ImportFiles
from gpar_core.data.importing.landmark_genes import locate_landmarks
from gpar_core.data.importing.series import SOURCE, united
from gpar_core.data.importing.signature_tables import POSITION, read_signatures
from gpar_core.data.importing.unpacking import is_packed, unpack
from gpar_core.data.importing.value_copy import Source, copy_values, finite_rows
from gpar_core.data.kind_names import plural
from gpar_core.data.matrix_files import MatrixFile, open_matrix
from gpar_core.data.molecules import copies_of, molecules_of
from gpar_core.data.quality import EVERYTHING, QualityFilter
from gpar_core.data.selecting import check_cells, choose, usable
from gpar_core.data.stored_matrix import StoredMatrix
from gpar_core.data.tas import activity_score, signature_strength
from gpar_core.errors import FileFormatError
from gpar_core.progress import Progress, Report, silent

SCRATCH = "unfinished"
"""Folder of what an import needs to resume, next to the compendium it builds."""


def import_compendium(
    files: ImportFiles,
    folder: Path,
    *,
    name: str,
    fill_missing: bool = False,
    quality: QualityFilter = EVERYTHING,
    pert_types: Sequence[str] = (fields.COMPOUND_PERT_TYPE,),
    report: Report = silent,
    check: Callable[[Path], None] = lambda matrix: None,
) -> tuple[Finding, ...]:
    """Build the compendium `name` in `folder`, empty or left by a stopped import of these files.

    Keeps the signatures of some kinds of perturbagens that are in both matrix and sig_info and have
    only finite values. Landmark genes are found by Entrez id, in any order. What a stopped
    import has copied is not copied again. Memory does not grow with the matrices. An
    AnnData file that GPAR wrote is restored as it was, see `exported`.

    fill_missing: set landmark genes that a matrix lacks to 0 (no change) instead of refusing.
    quality: criteria that signatures must meet to be kept. pert_types: of `fields.PERT_TYPES`.
    check: called with each unpacked matrix before it is opened; raises if it should not be.

    Returns what was found and left out, which is also stored in the manifest.
    Raises FileFormatError, LandmarkError, AnnotationError or, if the filter keeps no signature,
    RequestError.
    """
    scratch = folder / SCRATCH
    scratch.mkdir(exist_ok=True)
    matrices = [
        _opened(each.matrix, scratch / str(number), report, check)
        for number, each in enumerate(files.series)
    ]
    if holds_all(files, quality):
        restored = restore(
            matrices[0],
            folder,
            scratch / "copied.json",
            name=name,
            fill_missing=fill_missing,
            pert_types=tuple(pert_types),
            report=report,
        )
        shutil.rmtree(scratch)
        return restored
    sources, signatures, findings = _select(
        files, matrices, fill_missing, quality, pert_types, report
    )
    matrix = copy_values(sources, folder / compendium.MATRIX, scratch / "copied.json", report)
    signatures, bad = _without_missing_values(signatures, matrix)
    if signatures.empty:
        raise FileFormatError(
            f"Every signature of {_called(files)} has missing or infinite values, so there is "
            "nothing to import. Use another matrix."
        )
    report(Progress("Import", 1, 1, "Annotating compounds"))
    signatures, tas_findings = _complete_tas(signatures, matrix)
    left, left_out = choose(signatures, quality)
    signatures = _kept(signatures, matrix, left)
    of_compounds = (signatures[fields.PERT_TYPE] == fields.COMPOUND_PERT_TYPE).to_numpy()
    compounds, annotation_findings = annotate(
        signatures[of_compounds],
        pert_infos=[each.pert_info for each in files.series if each.pert_info],
        moas=files.moas,
    )
    report(Progress("Import", 1, 1, "Matching compounds to molecules"))
    copy = copies_of(matrix)
    molecules = molecules_of(compounds, signatures.assign(copy=copy)[of_compounds])
    compounds = compounds.assign(**{fields.DRUG: molecules.drug})
    repeated = _repeated(signatures, copy)
    twice = Finding.of(
        "signatures left out because their values equal those of another signature of the same "
        "cell line",
        signatures[fields.SIG_ID][repeated],
    )
    signatures = _kept(signatures, matrix, ~repeated)
    found = (
        Finding("signatures imported", len(signatures)),
        Finding("compounds imported", len(compounds)),
        Finding("drugs imported, one per molecule", compounds[fields.DRUG].nunique()),
        *_of_other_kinds(signatures, pert_types),
        *summed([*findings, bad, *tas_findings, *left_out, twice]),
        *annotation_findings,
        *molecules.findings,
        *([] if quality == EVERYTHING else usable(signatures, compounds)),
    )
    report(Progress("Import", 1, 1, "Choosing representative signatures"))
    compendium.write(
        folder,
        name=name,
        source=f"Imported from {', '.join(each.matrix.name for each in files.series)}",
        simulated=any(
            header["simulated"] for each in files.series if (header := header_of(each.matrix))
        ),
        signatures=signatures,
        annotation=_together(compounds, other_perturbagens(signatures, compounds[fields.DRUG])),
        report=as_json(found),
        filters=() if quality == EVERYTHING else (quality,),
    )
    shutil.rmtree(scratch)
    return found


def _together(compounds: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([each for each in (compounds, others) if len(each)], ignore_index=True)


def _of_other_kinds(signatures: pd.DataFrame, pert_types: Sequence[str]) -> list[Finding]:
    """How many signatures of each kind of perturbagen asked for, other than compounds."""
    n = signatures[fields.PERT_TYPE].value_counts()
    return [
        Finding(f"of them signatures of {plural(kind)}", int(n.get(kind, 0)))
        for kind in pert_types
        if kind != fields.COMPOUND_PERT_TYPE
    ]


def _select(
    files: ImportFiles,
    matrices: Sequence[MatrixFile],
    fill_missing: bool,
    quality: QualityFilter,
    pert_types: Sequence[str],
    report: Report,
) -> tuple[list[Source], pd.DataFrame, list[Finding]]:
    """Where the values of the signatures are, and the signatures, in the order of the rows."""
    findings, genes, tables = [], [], []
    for series, matrix in zip(files.series, matrices, strict=True):
        report(Progress("Import", 0, 1, f"Reading ids and tables of {series.series}"))
        located, gene_findings = locate_landmarks(
            matrix, series.gene_info, fill_missing=fill_missing
        )
        table, table_findings = read_signatures(
            matrix,
            series.sig_info,
            series.sig_metrics,
            replicates=len(files.series) > 1,
            pert_types=pert_types,
        )
        findings += [*table_findings, *gene_findings]
        genes.append(located)
        tables.append(table)
    signatures, series_findings = united(tables, [each.series for each in files.series])
    check_cells(signatures, quality)
    left, left_out = choose(_with_tas_to_come(signatures), quality)
    signatures = signatures[left].reset_index(drop=True)
    source, position = (signatures.pop(column).to_numpy() for column in (SOURCE, POSITION))
    sources = []
    for number, (matrix, located) in enumerate(zip(matrices, genes, strict=True)):
        rows = np.flatnonzero(source == number)
        rows = rows[np.argsort(position[rows])]
        sources.append(Source(matrix, located, position[rows], rows))
    return sources, signatures, [*findings, *series_findings, *left_out]


def _with_tas_to_come(signatures: pd.DataFrame) -> pd.DataFrame:
    """Signatures whose TAS can be computed later get one above every limit until then."""
    tas = _valid_tas(signatures)
    to_come = tas.isna() & signatures[fields.CC_Q75].notna()
    return signatures.assign(**{fields.TAS: tas.mask(to_come, np.inf)})


def _opened(
    matrix: Path, scratch: Path, report: Report, check: Callable[[Path], None]
) -> MatrixFile:
    if is_packed(matrix):
        scratch.mkdir(exist_ok=True)
        matrix = unpack(matrix, scratch, report)
    report(Progress("Import", 0, 1, f"Checking {matrix.name}"))
    check(matrix)
    return open_matrix(matrix)


def _called(files: ImportFiles) -> str:
    return " and ".join(f"'{each.matrix.name}'" for each in files.series)


def _without_missing_values(
    signatures: pd.DataFrame, matrix: StoredMatrix
) -> tuple[pd.DataFrame, Finding]:
    finite = finite_rows(matrix)
    bad = Finding.of(
        "signatures with missing or infinite values, left out", signatures[fields.SIG_ID][~finite]
    )
    return _kept(signatures, matrix, finite), bad


def _kept(signatures: pd.DataFrame, matrix: StoredMatrix, kept: np.ndarray) -> pd.DataFrame:
    """The signatures that are kept; the matrix keeps only their rows."""
    if kept.all():
        return signatures
    matrix.keep(kept)
    return signatures[kept].reset_index(drop=True)


def _repeated(signatures: pd.DataFrame, copy: np.ndarray) -> np.ndarray:
    """(n,) bool: copies, within a cell line, of a signature with a higher TAS or an earlier row.

    Otherwise a molecule would count as measured once for each of its names.
    """
    best_first = signatures[fields.TAS].sort_values(ascending=False, kind="stable").index
    same = signatures[[fields.PERT_TYPE, fields.CELL_ID]].assign(copy=copy).loc[best_first]
    return same.duplicated().sort_index().to_numpy()


def _complete_tas(
    signatures: pd.DataFrame, matrix: StoredMatrix
) -> tuple[pd.DataFrame, list[Finding]]:
    """Compute TAS where the files have its components but not the score."""
    tas = _valid_tas(signatures)
    computable = (tas.isna() & signatures[fields.CC_Q75].notna()).to_numpy()
    strength = signatures[fields.STRENGTH].to_numpy(copy=True)
    replicates = signatures[fields.N_REPLICATES].to_numpy()
    countable = computable & np.isnan(strength) & ~np.isnan(replicates)
    for rows in matrix.blocks():
        if (uncounted := countable[rows]).any():
            counted = signature_strength(matrix[rows][uncounted], replicates[rows][uncounted])
            strength[rows][uncounted] = counted
    computed = activity_score(strength, signatures[fields.CC_Q75].to_numpy())
    tas = tas.mask(computable, computed)
    findings = [
        Finding("signatures whose TAS was computed here", int((computable & tas.notna()).sum())),
        Finding("signatures with unknown TAS", int(tas.isna().sum())),
    ]
    return signatures.assign(**{fields.TAS: tas}), findings


def _valid_tas(signatures: pd.DataFrame) -> pd.Series:
    return signatures[fields.TAS].where(signatures[fields.TAS].between(0, 1))
