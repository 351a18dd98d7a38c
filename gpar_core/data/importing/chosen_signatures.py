"""Which signatures an import takes, and where their values are."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from gpar_core import fields
from gpar_core.data.findings import Finding
from gpar_core.data.importing import kept_series
from gpar_core.data.importing.import_files import ImportFiles, SeriesFiles
from gpar_core.data.importing.kept_series import NOT_FINITE, KeptSeries
from gpar_core.data.importing.landmark_genes import locate_landmarks
from gpar_core.data.importing.series import SOURCE, arranged, united
from gpar_core.data.importing.signature_tables import POSITION, REPLICATE_SET, read_signatures
from gpar_core.data.importing.value_copy import Source
from gpar_core.data.matrix_files import MatrixFile, open_matrix
from gpar_core.data.quality import QualityFilter
from gpar_core.data.selecting import check_cells, choose
from gpar_core.data.tables import rows_where
from gpar_core.progress import Progress, Report

KEPT = "kept"
"""Place of a signature among those that `kept_series` keeps."""


@dataclass(frozen=True, eq=False)
class Chosen:
    """sources: where the values of the signatures are. not_finite: (n,) rows of those that are
    known to have missing values. n_read: signatures of all series. of_files, between: what was
    found in the files, and between the series. left_out: what else was found.
    """

    sources: tuple[Source, ...]
    not_finite: np.ndarray
    n_read: int
    of_files: tuple[Finding, ...]
    between: tuple[Finding, ...]
    left_out: tuple[Finding, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        return (*self.of_files, *self.between, *self.left_out)


def chosen_signatures(
    files: ImportFiles,
    paths: Sequence[Path],
    folder: Path,
    *,
    fill_missing: bool,
    quality: QualityFilter,
    pert_types: Sequence[str],
    earlier: KeptSeries | None,
    report: Report,
) -> tuple[pd.DataFrame, Chosen]:
    """The signatures of all series that pass the filter, in the order of a compendium's rows.

    paths: of the matrices of the files, unpacked. Other arguments as in `build.import_compendium`.
    Keeps all of them in `folder` for `kept_series`; the column `KEPT` tells which of those each is.
    """
    signatures, matrices, genes, of_files, between = _read(
        files, paths, fill_missing, pert_types, earlier, report
    )
    kept_series.keep_signatures(folder, signatures)
    n_read = len(signatures)
    del signatures[REPLICATE_SET]
    signatures[KEPT] = np.arange(n_read, dtype=np.int32)
    signatures, findings = arranged(signatures)
    signatures, left_out = _select(signatures, quality)
    sources, not_finite = _sources(signatures, matrices, genes)
    pa.default_memory_pool().release_unused()
    chosen = Chosen(
        tuple(sources),
        not_finite,
        n_read,
        tuple(of_files),
        tuple(between),
        (*findings, *left_out),
    )
    return signatures, chosen


def _read(
    files: ImportFiles,
    paths: Sequence[Path],
    fill_missing: bool,
    pert_types: Sequence[str],
    earlier: KeptSeries | None,
    report: Report,
) -> tuple[pd.DataFrame, list[MatrixFile], list[np.ndarray], list[Finding], list[Finding]]:
    """The signatures of all series, as `united` returns them; of each source its matrix and the
    places of the landmark genes there; and what was found in the files, and between the series."""
    of_files, matrices, genes = [], [], []

    def read(series: SeriesFiles, path: Path) -> pd.DataFrame:
        matrix = open_matrix(path)
        report(Progress("Import", 0, 1, f"Reading ids and tables of {series.series}"))
        located, gene_findings = locate_landmarks(
            matrix, series.gene_info, fill_missing=fill_missing
        )
        table, table_findings = read_signatures(
            matrix, series.sig_info, series.sig_metrics, pert_types=pert_types
        )
        of_files.extend([*table_findings, *gene_findings])
        matrices.append(replace(matrix, sig_ids=()))
        genes.append(located)
        return table

    tables = (read(*each) for each in zip(files.series, paths, strict=True))
    names = [each.series for each in files.series]
    if earlier is None:
        signatures, between = united(tables, names)
        return signatures, matrices, genes, of_files, between
    before, row = earlier.signatures()
    before[POSITION] = row
    signatures, between = united(tables, names, before)
    del before
    return (
        signatures,
        [earlier.matrix, *matrices],
        [np.arange(fields.N_LANDMARKS), *genes],
        [*earlier.of_files, *of_files],
        [*earlier.between, *between],
    )


def _select(signatures: pd.DataFrame, quality: QualityFilter) -> tuple[pd.DataFrame, list[Finding]]:
    """The signatures that pass the filter, as far as it can be known before their values."""
    check_cells(signatures, quality)
    tas = valid_tas(signatures)
    to_come = tas.isna() & signatures[fields.CC_Q75].notna()
    described = signatures.copy(deep=False)
    described[fields.TAS] = tas.mask(to_come, np.inf)
    left, findings = choose(described, quality)
    return rows_where(signatures, left), findings


def _sources(
    signatures: pd.DataFrame, matrices: Sequence[MatrixFile], genes: Sequence[np.ndarray]
) -> tuple[list[Source], np.ndarray]:
    """Where the values of the signatures are, and the rows of those known to have missing ones.

    Takes `SOURCE` and `POSITION` off the table.
    """
    source, position = (signatures.pop(column).to_numpy() for column in (SOURCE, POSITION))
    sources = []
    for number, (matrix, located) in enumerate(zip(matrices, genes, strict=True)):
        rows = np.flatnonzero((source == number) & (position >= 0))
        rows = rows[np.argsort(position[rows], kind="stable")]
        # Signatures of equal values share a row of a compendium; a source has each row once.
        again = pd.Series(position[rows]).groupby(position[rows]).cumcount().to_numpy()
        for time in range(again.max(initial=0) + 1):
            once = rows[again == time]
            sources.append(Source(matrix, located, position[once], once))
    return sources, np.flatnonzero(position == NOT_FINITE)


def valid_tas(signatures: pd.DataFrame) -> pd.Series:
    """(n,) TAS, NaN where it is not from 0 to 1."""
    return signatures[fields.TAS].where(signatures[fields.TAS].between(0, 1))
