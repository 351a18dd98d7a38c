"""What sig_info and sig_metrics of one series say of the compound signatures in its matrix."""

from pathlib import Path

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data.findings import Finding
from gpar_core.data.matrix_files import MatrixFile
from gpar_core.data.tables import TEXT, numbers, read_table
from gpar_core.errors import AnnotationError, FileFormatError

IDENTITY = (fields.SIG_ID, fields.PERT_ID, fields.PERT_INAME, fields.PERT_TYPE, fields.CELL_ID)
DOSE_WITH_UNIT, TIME_WITH_UNIT = "pert_idose", "pert_itime"
CONDITIONS = (
    fields.DOSE, fields.DOSE_UNIT, fields.TIME, fields.TIME_UNIT, DOSE_WITH_UNIT, TIME_WITH_UNIT,
)  # fmt: skip
MEASURES = (fields.TAS, fields.STRENGTH, fields.CC_Q75, fields.N_REPLICATES)
FLAGS = (fields.EXEMPLAR, fields.QC)
QUALITY = (*MEASURES, *FLAGS)
YES, NO = ("1", "1.0", "true", "yes"), ("0", "0.0", "false", "no")

ROWS_AT_ONCE = 50_000
POSITION = "position"
REPLICATE_SET = "replicate_set"
NO_REPLICATES = 0


def read_signatures(
    matrix: MatrixFile, sig_info: Path, sig_metrics: Path | None, *, replicates: bool = False
) -> tuple[pd.DataFrame, list[Finding]]:
    """The compound signatures in both matrix and sig_info, in the order of sig_info.

    replicates: read which profiles a signature is made of, a long text.

    Returns `IDENTITY` without pert_type, dose and time as numbers and units, `MEASURES` as numbers,
    `FLAGS` as nullable booleans, `POSITION` in the matrix, and `REPLICATE_SET`: equal where
    signatures are made of the same profiles, `NO_REPLICATES` where these are unknown.
    Raises FileFormatError or AnnotationError.
    """
    in_file = pd.Index(matrix.sig_ids, dtype=TEXT)
    if not in_file.is_unique:
        raise FileFormatError(
            f"'{matrix.path.name}' holds the signature '{in_file[in_file.duplicated()][0]}' more "
            "than once. Each sig_id must name one signature."
        )
    optional = (*CONDITIONS, *QUALITY, *([fields.REPLICATES] if replicates else []))
    table = read_table(sig_info, needed=IDENTITY, optional=optional)
    table, n_repeated = _without_repeats(sig_info, table)
    table[POSITION] = in_file.get_indexer(pd.Index(table[fields.SIG_ID]))
    has_values = table[POSITION] >= 0
    has_metadata = np.zeros(len(in_file), dtype=bool)
    has_metadata[table.loc[has_values, POSITION]] = True
    if not has_metadata.any():
        raise AnnotationError(
            f"No sig_id of '{sig_info.name}' (first: '{_first(table[fields.SIG_ID])}') is in "
            f"'{matrix.path.name}' (first: '{_first(in_file)}'). Matrix and sig_info must come "
            "from the same release."
        )
    is_compound = table[fields.PERT_TYPE] == fields.COMPOUND_PERT_TYPE
    complete = (table[fields.PERT_ID] != "") & (table[fields.CELL_ID] != "")
    sig_ids = table[fields.SIG_ID]
    findings = [
        Finding.of("signatures without a row in sig_info, left out", in_file[~has_metadata]),
        Finding.of("rows of sig_info without a signature, ignored", sig_ids[~has_values]),
        Finding("repeated rows of sig_info, ignored", n_repeated),
        Finding.of(
            "signatures of other perturbagens than compounds, left out",
            sig_ids[has_values & ~is_compound],
        ),
        Finding.of(
            "signatures without pert_id or cell line, left out",
            sig_ids[has_values & is_compound & ~complete],
        ),
    ]
    kept = table[has_values & is_compound & complete].drop(columns=fields.PERT_TYPE)
    if kept.empty:
        raise AnnotationError(
            f"'{sig_info.name}' has no compound signature (pert_type trt_cp) with a pert_id "
            "and a cell line."
        )
    kept = _quality(_conditions(kept.reset_index(drop=True)), sig_metrics)
    kept[REPLICATE_SET] = _replicate_sets(_text(kept, fields.REPLICATES))
    kept = kept.drop(columns=fields.REPLICATES, errors="ignore")
    failed = kept[fields.QC].eq(False).fillna(False)
    findings.append(
        Finding.of("signatures that failed quality control, kept", kept[fields.SIG_ID][failed])
    )
    return kept, findings


def _without_repeats(sig_info: Path, table: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Each row once, and how many were dropped. Raises AnnotationError for a contradiction."""
    several = table[table[fields.SIG_ID].duplicated(keep=False)]
    repeated = several.index[several.duplicated()]
    contradicting = several.drop(index=repeated)[fields.SIG_ID]
    contradicting = contradicting[contradicting.duplicated()]
    if len(contradicting):
        raise AnnotationError(
            f"'{sig_info.name}' describes {contradicting.nunique()} signatures in two different "
            f"ways, for example '{contradicting.iloc[0]}'. Keep one row for each sig_id."
        )
    return table.drop(index=repeated), len(repeated)


def _first(names: pd.Series | pd.Index) -> str:
    return next(iter(names), "none")


def _conditions(signatures: pd.DataFrame) -> pd.DataFrame:
    """Dose and time as numbers and units, from '10 um' and '24 h' where they stand together."""
    for value, unit, joined in (
        (fields.DOSE, fields.DOSE_UNIT, DOSE_WITH_UNIT),
        (fields.TIME, fields.TIME_UNIT, TIME_WITH_UNIT),
    ):
        together = _text(signatures, joined)
        parts = together.str.extract(r"^\s*([0-9.eE+-]+)\s*(\D*)$")
        number = numbers(_text(signatures, value))
        text = _text(signatures, unit)
        signatures[value] = number.fillna(numbers(parts[0]))
        signatures[unit] = text.where(text != "", parts[1].fillna("").str.strip())
    return signatures.drop(columns=[DOSE_WITH_UNIT, TIME_WITH_UNIT], errors="ignore")


def _quality(signatures: pd.DataFrame, sig_metrics: Path | None) -> pd.DataFrame:
    """The columns `QUALITY`, from sig_metrics where it has them."""
    if sig_metrics is not None:
        metrics = read_table(sig_metrics, needed=(fields.SIG_ID,), optional=QUALITY)
        metrics = metrics.drop_duplicates(fields.SIG_ID).set_index(fields.SIG_ID)
        metrics = metrics.reindex(signatures[fields.SIG_ID], fill_value="")
        for column in metrics:
            signatures[column] = metrics[column].array
    for column in MEASURES:
        signatures[column] = numbers(_text(signatures, column))
    for column in FLAGS:
        text = _text(signatures, column).str.lower()
        signatures[column] = text.isin(YES).astype("boolean").where(text.isin((*YES, *NO)))
    return signatures


def _text(table: pd.DataFrame, column: str) -> pd.Series:
    return table[column] if column in table else pd.Series("", table.index, dtype=TEXT)


def _replicate_sets(distil_ids: pd.Series) -> np.ndarray:
    """(n,) uint64 hashes of the sets of ids; two sets of a million share one by chance of 3e-8."""
    hashes = np.full(len(distil_ids), NO_REPLICATES, dtype=np.uint64)
    for start in range(0, len(distil_ids), ROWS_AT_ONCE):
        part = distil_ids.iloc[start : start + ROWS_AT_ONCE]
        names = np.array(["|".join(sorted(set(ids.split("|")))) for ids in part], dtype=object)
        known = (part != "").to_numpy()
        hashes[start:][: len(part)][known] = pd.util.hash_array(names[known], categorize=False)
    return hashes
