"""Import LINCS files in GEO layout, or AnnData, into a compendium."""

import shutil
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data import compendium
from gpar_core.data.findings import Finding, as_json, summed
from gpar_core.data.importing import kept_series
from gpar_core.data.importing.chosen_signatures import KEPT, chosen_signatures, valid_tas
from gpar_core.data.importing.compound_annotation import annotate, other_perturbagens
from gpar_core.data.importing.exported import header_of, holds_all, restore
from gpar_core.data.importing.import_files import ImportFiles
from gpar_core.data.importing.kept_series import LEFT_OUT, NOT_FINITE, KeptSeries, Origin
from gpar_core.data.importing.unpacking import is_packed, unpack
from gpar_core.data.importing.value_copy import Source, copy_values, finite_rows
from gpar_core.data.kind_names import plural
from gpar_core.data.matrix_files import open_matrix
from gpar_core.data.molecules import copies_of, molecules_of
from gpar_core.data.quality import EVERYTHING, QualityFilter
from gpar_core.data.selecting import at_limit, choose, usable
from gpar_core.data.stored_matrix import StoredMatrix
from gpar_core.data.tables import rows_where
from gpar_core.data.tas import activity_score, signature_strength
from gpar_core.errors import FileFormatError
from gpar_core.progress import Progress, Report, part, silent

STAGE = "Import"
TABLES_PERCENT = 14
"""Of the time of an import, until all ids and tables are read."""

BYTES_OF_LANDMARKS = 4 * fields.N_LANDMARKS
"""Of a signature."""

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
    compact: bool = False,
    earlier: KeptSeries | None = None,
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
    compact: store the z-scores in 8 bits (`compact_matrix`); all that is derived from them is
    derived from the stored ones. earlier: series of a compendium, as exact or compact as this one
    and with the same quality and pert_types, to which those of the files are added: the result is
    that of importing all of them together. check: called with each unpacked matrix before it is
    opened; raises if it should not be.

    Returns what was found and left out, which is also stored in the manifest.
    Raises FileFormatError, LandmarkError, AnnotationError or, if the filter keeps no signature,
    RequestError.
    """
    scratch = folder / SCRATCH
    scratch.mkdir(exist_ok=True)
    matrices = [
        _unpacked(each.matrix, scratch / str(number), report, check)
        for number, each in enumerate(files.series)
    ]
    if earlier is None and holds_all(files, quality):
        restored = restore(
            open_matrix(matrices[0]),
            folder,
            scratch / "copied.json",
            name=name,
            fill_missing=fill_missing,
            pert_types=tuple(pert_types),
            compact=compact,
            report=report,
        )
        shutil.rmtree(scratch)
        return restored
    origin = _origin(files, earlier)
    tell_tables = part(report, STAGE, 0, TABLES_PERCENT)
    signatures, chosen = chosen_signatures(
        files,
        matrices,
        folder,
        fill_missing=fill_missing,
        quality=quality,
        pert_types=pert_types,
        earlier=earlier,
        report=tell_tables,
    )
    tell_values, tell_compounds, tell_representatives = _later_parts(chosen.sources, report)
    row = np.full(chosen.n_read, LEFT_OUT, np.int32)
    strength = np.full(chosen.n_read, np.nan)
    matrix = copy_values(
        chosen.sources,
        folder / compendium.MATRIX,
        scratch / "copied.json",
        tell_values,
        n_rows=len(signatures),
        compact=compact,
    )
    missing = np.full((len(chosen.not_finite), fields.N_LANDMARKS), np.nan, np.float32)
    matrix.put(chosen.not_finite, np.arange(fields.N_LANDMARKS), missing)
    finite = finite_rows(matrix)
    row[signatures[KEPT][~finite]] = NOT_FINITE
    bad = Finding.of(
        "signatures with missing or infinite values, left out", signatures[fields.SIG_ID][~finite]
    )
    signatures = _kept(signatures, matrix, finite)
    if signatures.empty:
        raise FileFormatError(
            f"Every signature of {_called(files)} has missing or infinite values, so there is "
            "nothing to import. Use another matrix."
        )
    tell_compounds(Progress(STAGE, 0, 2, "Annotating compounds"))
    signatures, tas_findings = _complete_tas(signatures, matrix)
    strength[signatures[KEPT]] = signatures[fields.STRENGTH]
    left, left_out = choose(signatures, quality)
    signatures = _kept(signatures, matrix, left)
    of_compounds = (signatures[fields.PERT_TYPE] == fields.COMPOUND_PERT_TYPE).to_numpy()
    compounds, annotation_findings = annotate(
        signatures.loc[of_compounds, [fields.PERT_ID, fields.PERT_INAME]],
        pert_infos=origin.pert_infos,
        moas=origin.moas,
    )
    tell_compounds(Progress(STAGE, 1, 2, "Matching compounds to molecules"))
    copy = copies_of(matrix)
    values = pd.DataFrame({fields.PERT_ID: signatures[fields.PERT_ID], "copy": copy})
    molecules = molecules_of(compounds, values[of_compounds])
    compounds = compounds.assign(**{fields.DRUG: molecules.drug})
    repeated = _repeated(signatures, copy)
    twice = Finding.of(
        "signatures left out because their values equal those of another signature of the same "
        "cell line",
        signatures[fields.SIG_ID][repeated],
    )
    row[signatures[KEPT]] = _rows_of_values(copy, repeated)
    signatures = _kept(signatures, matrix, ~repeated)
    found = (
        Finding("signatures imported", len(signatures)),
        Finding("compounds imported", len(compounds)),
        Finding("drugs imported, one per molecule", compounds[fields.DRUG].nunique()),
        *_of_other_kinds(signatures, pert_types),
        *summed([*chosen.findings, bad, *tas_findings, *left_out, twice, *at_limit(matrix)]),
        *annotation_findings,
        *molecules.findings,
        *([] if quality == EVERYTHING else usable(signatures, compounds)),
    )
    compendium.write(
        folder,
        name=name,
        source=f"Imported from {', '.join(origin.matrices)}",
        simulated=origin.simulated,
        signatures=signatures,
        annotation=_together(compounds, other_perturbagens(signatures, compounds[fields.DRUG])),
        report=as_json(found),
        filters=() if quality == EVERYTHING else (quality,),
        progress=tell_representatives,
    )
    kept_series.keep(
        folder,
        origin,
        row=row,
        strength=strength,
        quality=quality,
        pert_types=pert_types,
        of_files=chosen.of_files,
        between=chosen.between,
    )
    shutil.rmtree(scratch)
    return found


def _later_parts(sources: Sequence[Source], report: Report) -> tuple[Report, Report, Report]:
    """Reports of values, compounds and representatives, in percent of the whole import.

    Seconds of 473,647 signatures were measured, with files of landmark and of all genes; those of
    the values depend on what the files hold. After the representatives, the tables are written.
    """
    n_rows = max(sum(len(each.rows) for each in sources), 1)
    n_bytes = sum(each.matrix.path.stat().st_size for each in sources)
    seconds = np.array([6.5 + 2.0 * n_bytes / n_rows / BYTES_OF_LANDMARKS, 3.6, 6.9, 5.6])
    share = np.cumsum(seconds) / seconds.sum()
    ends = np.round(TABLES_PERCENT + (100 - TABLES_PERCENT) * share).astype(int).tolist()
    values, compounds, representatives, _ = (
        part(report, STAGE, *each) for each in pairwise([TABLES_PERCENT, *ends])
    )
    return values, compounds, representatives


def _unpacked(matrix: Path, scratch: Path, report: Report, check: Callable[[Path], None]) -> Path:
    if is_packed(matrix):
        scratch.mkdir(exist_ok=True)
        matrix = unpack(matrix, scratch, report)
    report(Progress(STAGE, 0, 1000, f"Checking {matrix.name}"))
    check(matrix)
    return matrix


def _origin(files: ImportFiles, earlier: KeptSeries | None) -> Origin:
    """Where the signatures of all series come from."""
    headers = [header_of(each.matrix) for each in files.series]
    new = Origin(
        names=tuple(each.series for each in files.series),
        matrices=tuple(each.matrix.name for each in files.series),
        simulated=any(header["simulated"] for header in headers if header),
        pert_infos=tuple(each.pert_info for each in files.series if each.pert_info),
        moas=files.moas,
    )
    return new if earlier is None else earlier.origin.followed_by(new)


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


def _called(files: ImportFiles) -> str:
    return " and ".join(f"'{each.matrix.name}'" for each in files.series)


def _kept(signatures: pd.DataFrame, matrix: StoredMatrix, kept: np.ndarray) -> pd.DataFrame:
    """The signatures that are kept; the matrix keeps only their rows."""
    if kept.all():
        return signatures
    matrix.keep(kept)
    return rows_where(signatures, kept)


def _repeated(signatures: pd.DataFrame, copy: np.ndarray) -> np.ndarray:
    """(n,) bool: copies, within a cell line, of a signature with a higher TAS or an earlier row.

    Otherwise a molecule would count as measured once for each of its names.
    """
    best_first = signatures[fields.TAS].sort_values(ascending=False, kind="stable").index
    same = signatures[[fields.PERT_TYPE, fields.CELL_ID]].assign(copy=copy).loc[best_first]
    return same.duplicated().sort_index().to_numpy()


def _rows_of_values(copy: np.ndarray, repeated: np.ndarray) -> np.ndarray:
    """(n,) rows of the values of signatures once the repeated ones are left out."""
    row = np.cumsum(~repeated) - 1
    kept = pd.Series(row[~repeated], copy[~repeated])
    row[repeated] = kept[~kept.index.duplicated()].loc[copy[repeated]]
    return row


def _complete_tas(
    signatures: pd.DataFrame, matrix: StoredMatrix
) -> tuple[pd.DataFrame, list[Finding]]:
    """Compute TAS where the files have its components but not the score."""
    tas = valid_tas(signatures)
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
    signatures[fields.TAS], signatures[fields.STRENGTH] = tas, strength
    return signatures, findings
