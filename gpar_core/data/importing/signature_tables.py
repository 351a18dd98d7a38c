"""Read the signatures from sig_info (or the matrix itself) and sig_metrics."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data.compound_keys import core_ids
from gpar_core.data.findings import Finding
from gpar_core.data.kind_names import in_words
from gpar_core.data.matrix_files import MatrixFile
from gpar_core.data.matrix_metadata import metadata_columns, read_metadata
from gpar_core.data.number_text import numbers
from gpar_core.data.pert_types import named
from gpar_core.data.profile_tables import cleaned
from gpar_core.data.tables import TEXT, places_in, read_table, rows_where
from gpar_core.errors import AnnotationError, FileFormatError

IDENTITY = (fields.SIG_ID, fields.PERT_ID, fields.PERT_INAME, fields.PERT_TYPE, fields.CELL_ID)
DOSE_WITH_UNIT, TIME_WITH_UNIT = "pert_idose", "pert_itime"
CONDITIONS = (
    fields.DOSE, fields.DOSE_UNIT, fields.TIME, fields.TIME_UNIT, DOSE_WITH_UNIT, TIME_WITH_UNIT,
)  # fmt: skip
MEASURES = (fields.TAS, fields.STRENGTH, fields.CC_Q75, fields.N_REPLICATES)
FLAGS = (fields.EXEMPLAR, fields.QC)
QUALITY = (*MEASURES, *FLAGS)
OWN_COLUMNS = (*IDENTITY, *CONDITIONS, *QUALITY)
"""What is read of the metadata of a matrix that describes its own signatures."""
CELL_COLUMNS = frozenset(
    ("perturbation", "guide_id", "grna", "sgrna", "ncounts", "n_counts", "total_counts", "ngenes",
     "n_genes", "n_genes_by_counts", "percent_mito", "pct_counts_mt")
)  # fmt: skip
"""Columns of perturbation atlases (scPerturb, pertpy, scanpy), whose rows are cells."""
YES, NO = ("1", "1.0", "true", "yes"), ("0", "0.0", "false", "no")

POSITION = "position"
REPLICATE_SET = "replicate_set"
NO_REPLICATES = 0
ROWS_AT_ONCE = 50_000


def read_signatures(
    matrix: MatrixFile,
    sig_info: Path | None,
    sig_metrics: Path | None,
    *,
    pert_types: Sequence[str] = (fields.COMPOUND_PERT_TYPE,),
) -> tuple[pd.DataFrame, list[Finding]]:
    """The signatures in both matrix and sig_info, in the order of sig_info.

    sig_info: None if the matrix has it as metadata of its columns. BRD ids of several batches
    become one. pert_types: the kinds of perturbagens to keep, of `fields.PERT_TYPES`. The name of
    one that is no compound gets its kind: 'TP53 knock-down'.

    Returns `IDENTITY`, dose and time as numbers and units, `MEASURES` as numbers,
    `FLAGS` as nullable booleans, `POSITION` in the matrix, and `REPLICATE_SET`: equal for
    signatures made of the same profiles, `NO_REPLICATES` if these are unknown.
    Raises FileFormatError or AnnotationError.
    """
    in_file = pd.Index(matrix.sig_ids, dtype=object)  # with the texts that are there already
    if not in_file.is_unique:
        raise FileFormatError(
            f"'{matrix.path.name}' holds the signature '{_first(in_file[in_file.duplicated()])}' "
            "more than once. Each sig_id must be unique."
        )
    table = _own_table(matrix) if sig_info is None else _read(sig_info)
    called = f"'{sig_info.name}'" if sig_info else f"The metadata of '{matrix.path.name}'"
    if REPLICATE_SET not in table:
        table[REPLICATE_SET] = np.full(len(table), NO_REPLICATES, np.uint64)
    table[POSITION] = places_in(matrix.sig_ids, table[fields.SIG_ID])
    in_both = (table[POSITION] >= 0).to_numpy()
    if not in_both.any():
        raise AnnotationError(
            f"No sig_id of {called} (first: '{_first(table[fields.SIG_ID])}') is in "
            f"'{matrix.path.name}' (first: '{_first(in_file)}'). The matrix and sig_info must "
            "come from the same release."
        )
    has_metadata = np.zeros(len(in_file), dtype=bool)
    has_metadata[table.loc[in_both, POSITION]] = True
    repeated = _repeated(called, table, in_both)
    once = in_both & ~repeated
    kinds = table[fields.PERT_TYPE].str.strip().str.lower()
    table[fields.PERT_TYPE] = kinds
    wanted = kinds.isin(pert_types).to_numpy()
    complete = ((table[fields.PERT_ID] != "") & (table[fields.CELL_ID] != "")).to_numpy()
    sig_ids = table[fields.SIG_ID]
    findings = [
        Finding.of("signatures without a row in sig_info, left out", in_file[~has_metadata]),
        Finding.of("rows of sig_info without a signature, ignored", sig_ids[~in_both]),
        Finding("repeated rows of sig_info, ignored", int(repeated.sum())),
        Finding(
            f"signatures of perturbagens other than {in_words(pert_types)}, left out",
            int((once & ~wanted).sum()),
            named(kinds[once & ~wanted]),
        ),
        Finding.of(
            "signatures without pert_id or cell line, left out",
            sig_ids[once & wanted & ~complete],
        ),
    ]
    del in_file
    table = rows_where(table, once & wanted & complete)
    if table.empty:
        raise AnnotationError(
            f"{called} has no signature of {in_words(pert_types)} (pert_type "
            f"{', '.join(pert_types)}) with a pert_id and a cell line. Its pert_types are "
            f"{', '.join(named(kinds[once]))}."
        )
    ids = table[fields.PERT_ID]
    table[fields.PERT_ID] = core_ids(ids)
    table[fields.PERT_INAME] = _names(table)
    in_batches = ids[ids != table[fields.PERT_ID]].unique()
    findings += [
        Finding("signatures described by the matrix itself", 0 if sig_info else len(table)),
        Finding.of("pert_ids with a batch, counted by their first 13 characters", in_batches),
    ]
    table = _quality(_conditions(table), sig_metrics)
    failed = table[fields.QC].eq(False).fillna(False)
    findings.append(
        Finding.of("signatures that failed quality control, kept", table[fields.SIG_ID][failed])
    )
    return table, findings


def _names(table: pd.DataFrame) -> pd.Series:
    """pert_iname, of genetic perturbagens and ligands with their kind."""
    names = table[fields.PERT_INAME].where(table[fields.PERT_INAME] != "", table[fields.PERT_ID])
    kinds = table[fields.PERT_TYPE]
    named = names.str.upper() + " " + kinds.map(fields.PERT_TYPES)
    return table[fields.PERT_INAME].where(kinds == fields.COMPOUND_PERT_TYPE, named)


def _read(sig_info: Path) -> pd.DataFrame:
    table = read_table(
        sig_info,
        needed=IDENTITY,
        optional=(*CONDITIONS, *QUALITY, fields.REPLICATES),
        converted={fields.REPLICATES: _replicate_sets},
    )
    if fields.REPLICATES in table:
        table[REPLICATE_SET] = table.pop(fields.REPLICATES)
    return table


def _own_table(matrix: MatrixFile) -> pd.DataFrame:
    """The content of sig_info, from the metadata of the matrix. Raises as `read_metadata`, and
    AnnotationError if something is missing."""
    table = read_metadata(matrix, "signatures", (*OWN_COLUMNS, fields.REPLICATES))
    if fields.REPLICATES in table:
        table[REPLICATE_SET] = _replicate_sets(table.pop(fields.REPLICATES))
    table[fields.SIG_ID] = pd.array(matrix.sig_ids, dtype=TEXT)
    if lacking := [name for name in IDENTITY if name not in table and name != fields.PERT_INAME]:
        names = metadata_columns(matrix, "signatures")
        if matrix.kind == "h5ad" and CELL_COLUMNS & {name.casefold() for name in names}:
            raise AnnotationError(
                f"The rows of '{matrix.path.name}' seem to be single cells "
                f"({', '.join(sorted(CELL_COLUMNS & {name.casefold() for name in names}))}), not "
                "signatures. Sum the cells of each perturbation (pseudobulk), compute z-scores "
                "against the controls, and import those."
            )
        shown = cleaned(", ".join(names[:12])) or "only their ids"
        raise AnnotationError(
            f"Without a sig_info table, '{matrix.path.name}' must describe its own signatures. It "
            f"lacks {', '.join(lacking)} and has {shown[:300]}. Give a sig_info table "
            "(--sig-info)."
        )
    if fields.PERT_INAME not in table:
        table[fields.PERT_INAME] = table[fields.PERT_ID]
    return table


def _repeated(called: str, table: pd.DataFrame, in_both: np.ndarray) -> np.ndarray:
    """(n,) bool: rows that repeat an earlier one for a signature in the matrix.

    Raises AnnotationError if a repeat differs.
    """
    several = table[table[POSITION].duplicated(keep=False) & in_both]
    again = several.duplicated()
    contradicting = several[~again][fields.SIG_ID]
    contradicting = contradicting[contradicting.duplicated()]
    if len(contradicting):
        raise AnnotationError(
            f"{called} describes {contradicting.nunique()} signatures in two different "
            f"ways, for example '{_first(contradicting)}'. Keep one row for each sig_id."
        )
    repeated = np.zeros(len(table), dtype=bool)
    repeated[several.index[again]] = True
    return repeated


def _first(names: pd.Series | pd.Index) -> str:
    return cleaned(next(iter(names), "none"))[:80]


def _conditions(signatures: pd.DataFrame) -> pd.DataFrame:
    """Dose and time as numbers and units, from '10 um' and '24 h' if they are in one column."""
    for value, unit, joined in (
        (fields.DOSE, fields.DOSE_UNIT, DOSE_WITH_UNIT),
        (fields.TIME, fields.TIME_UNIT, TIME_WITH_UNIT),
    ):
        parts = _apart(_text(signatures, joined))
        text = _text(signatures, unit)
        signatures[value] = numbers(_text(signatures, value)).fillna(parts["number"])
        signatures[unit] = text.where(text != "", parts["unit"])
        if joined in signatures:
            del signatures[joined]
    return signatures


def _apart(texts: pd.Series) -> pd.DataFrame:
    """number and unit of texts like '10 um', NaN and '' for others; there are few distinct ones."""
    code, different = pd.factorize(texts)
    parts = pd.Series(different).str.extract(r"^\s*([0-9.eE+-]+)\s*(\D*)$")
    of_each = {"number": numbers(parts[0]), "unit": parts[1].fillna("").str.strip().astype(TEXT)}
    return pd.DataFrame(of_each).iloc[code].set_axis(texts.index)


def _quality(signatures: pd.DataFrame, sig_metrics: Path | None) -> pd.DataFrame:
    """The columns `QUALITY`, from sig_metrics where it has them."""
    metrics, place = pd.DataFrame(), np.empty(0, np.int64)
    if sig_metrics is not None:
        metrics = read_table(
            sig_metrics, needed=(fields.SIG_ID,), optional=QUALITY, converted=PARSED
        )
        metrics = rows_where(metrics, ~metrics[fields.SIG_ID].duplicated())
        place = places_in(metrics.pop(fields.SIG_ID), signatures[fields.SIG_ID])
    for column in QUALITY:
        if column in metrics:
            values = metrics.pop(column).array.take(place, allow_fill=True)
        else:
            values = PARSED[column](_text(signatures, column)).array
        signatures[column] = values
    return signatures


def _flags(text: pd.Series) -> pd.Series:
    lower = text.str.lower()
    return lower.isin(YES).astype("boolean").where(lower.isin((*YES, *NO)))


PARSED = {**dict.fromkeys(MEASURES, numbers), **dict.fromkeys(FLAGS, _flags)}


def _text(table: pd.DataFrame, column: str) -> pd.Series:
    return table[column] if column in table else pd.Series("", table.index, dtype=TEXT)


def _replicate_sets(distil_ids: pd.Series) -> np.ndarray:
    """(n,) uint64 hashes of sets of profiles, whose ids are joined by '|'; `NO_REPLICATES` for ''.

    Among a million sets, the chance that any two share a hash is 3e-8.
    """
    hashes = np.full(len(distil_ids), NO_REPLICATES, dtype=np.uint64)
    for start in range(0, len(distil_ids), ROWS_AT_ONCE):
        part = distil_ids.iloc[start : start + ROWS_AT_ONCE]
        names = np.array(["|".join(sorted(set(ids.split("|")))) for ids in part], dtype=object)
        known = (part != "").to_numpy()
        hashes[start:][: len(part)][known] = pd.util.hash_array(names[known], categorize=False)
    return hashes
