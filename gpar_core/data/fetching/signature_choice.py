"""Which signatures of LINCS 2020 to fetch, read from its tables."""

import csv
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data.kind_names import in_words, plural
from gpar_core.data.number_text import numbers
from gpar_core.data.pert_types import COMPOUNDS
from gpar_core.data.tables import MISSING_WORDS, read_table
from gpar_core.errors import AnnotationError, NotFoundError

CELL: Final = "cell_iname"
QUALITY: Final = "qc_pass"
EXEMPLAR: Final = "is_exemplar_sig"
TOUCHSTONE: Final = "is_touchstone"
COLUMNS: Final = (
    fields.SIG_ID, fields.PERT_ID, fields.PERT_TYPE, CELL, fields.TAS, QUALITY, EXEMPLAR,
)  # fmt: skip

N_INACTIVE: Final = 1000
"""Compounds of the starter that serve as negatives: 20 times as many as a training needs."""

ROWS_AT_ONCE: Final = 200_000
YES: Final = ("1", "1.0")
NO: Final = ("0", "0.0")


def known_cells(cell_info: Path, column: str, cells: Sequence[str]) -> tuple[str, ...]:
    """`cells` as the release writes them, sorted. Raises NotFoundError for one it lacks."""
    known = sorted(set(read_table(cell_info, needed=(column,))[column]) - {""})
    by_key = {name.casefold(): name for name in known}
    unknown = [cell for cell in cells if cell.strip().casefold() not in by_key]
    if unknown:
        raise NotFoundError(
            f"No cell line is named {', '.join(repr(cell[:40]) for cell in unknown)}. "
            f"'{cell_info.name}' has {len(known)}: {', '.join(known[:300])}."
        )
    return tuple(sorted({by_key[cell.strip().casefold()] for cell in cells}))


def signatures_of(
    sig_info: Path, cells: Collection[str], pert_types: Collection[str] = COMPOUNDS
) -> pd.DataFrame:
    """`COLUMNS` of the signatures of these kinds in these cell lines, no cell lines for all.

    Raises AnnotationError if there are no signatures.
    """

    def wanted(table: pd.DataFrame) -> pd.Series:
        chosen = table[fields.PERT_TYPE].isin(pert_types)
        return chosen & table[CELL].isin(cells) if cells else chosen

    return _rows(sig_info, wanted, cells, pert_types)


def starter_signatures(
    sig_info: Path,
    compound_info: Path,
    touchstone: Path,
    cells: Collection[str],
    *,
    seed: int,
    pert_types: Collection[str] = COMPOUNDS,
) -> pd.DataFrame:
    """`COLUMNS` of one good signature of each compound of the starter in each of these cell lines.

    The compounds are the well-known ones of CMap's Touchstone, and `N_INACTIVE` drawn from those
    without a MOA whose TAS, at the 75th percentile of their signatures, is below 0.2: the negatives
    of a training. A signature is good if it passed quality control and is the exemplar of its
    compound and cell line. All perturbagens of other kinds are taken, with the exemplars that did
    not fail quality control, which is unknown for consensus signatures. Raises AnnotationError.
    """

    def wanted(table: pd.DataFrame) -> pd.Series:
        others = table[fields.PERT_TYPE] != fields.COMPOUND_PERT_TYPE
        return (
            table[fields.PERT_TYPE].isin(pert_types)
            & table[CELL].isin(cells)
            & (table[QUALITY].isin(YES) | (others & ~table[QUALITY].isin(NO)))
            & table[EXEMPLAR].isin(YES)
        )

    rows = _rows(sig_info, wanted, cells, pert_types)
    of_compounds = rows[fields.PERT_TYPE] == fields.COMPOUND_PERT_TYPE
    if not of_compounds.any():
        return rows
    known = read_table(touchstone, needed=(fields.PERT_ID, TOUCHSTONE))
    known_ids = set(known.loc[known[TOUCHSTONE].isin(YES), fields.PERT_ID])
    compounds = read_table(compound_info, needed=(fields.PERT_ID, fields.MOA))
    with_moa = set(compounds.loc[compounds[fields.MOA] != "", fields.PERT_ID])
    ids = rows.loc[of_compounds, fields.PERT_ID]
    tas = numbers(rows.loc[of_compounds, fields.TAS]).groupby(ids).quantile(0.75)
    inactive = sorted(set(tas.index[tas < fields.INACTIVE_TAS]) - with_moa - known_ids)
    if len(inactive) > N_INACTIVE:
        drawn = np.random.default_rng(seed).choice(len(inactive), N_INACTIVE, replace=False)
        inactive = [inactive[number] for number in drawn]
    if not ids.isin(known_ids).any():
        raise AnnotationError(
            f"No compound that '{touchstone.name}' marks as {TOUCHSTONE} has an exemplary "
            f"signature in {', '.join(cells)}. The two tables must be from the release that their "
            "names give."
        )
    chosen = ~of_compounds | rows[fields.PERT_ID].isin(known_ids.union(inactive))
    return rows[chosen].reset_index(drop=True)


def counted(rows: pd.DataFrame, pert_types: Collection[str]) -> str:
    """How many signatures of each kind were chosen, in words."""
    n = rows[fields.PERT_TYPE].value_counts()
    return ", ".join(f"{n.get(kind, 0):,} signatures of {plural(kind)}" for kind in pert_types)


def write_chosen(sig_info: Path, target: Path, sig_ids: Collection[str]) -> None:
    """Copy the header of a sig_info table and the rows of these signatures, unchanged."""
    wanted = {sig_id.encode() for sig_id in sig_ids}
    with sig_info.open("rb") as file, target.open("wb") as out:
        header = file.readline()
        out.write(header)
        column = header.rstrip(b"\r\n").split(b"\t").index(fields.SIG_ID.encode())
        for line in file:
            if line.rstrip(b"\r\n").split(b"\t", column + 1)[column : column + 1][0] in wanted:
                out.write(line)


def _rows(
    sig_info: Path,
    wanted: Callable[[pd.DataFrame], pd.Series],
    cells: Collection[str],
    pert_types: Collection[str],
) -> pd.DataFrame:
    """`COLUMNS` of the wanted rows, as text; few of 1.2 million rows are in memory at once."""
    try:
        parts = [
            table[wanted(table)]
            for part in pd.read_csv(
                sig_info,
                sep="\t",
                usecols=list(COLUMNS),
                dtype=str,
                quoting=csv.QUOTE_NONE,
                keep_default_na=False,
                chunksize=ROWS_AT_ONCE,
            )
            for table in [part.assign(pert_type=part[fields.PERT_TYPE].str.strip().str.lower())]
        ]
    except ValueError as error:
        raise AnnotationError(
            f"'{sig_info.name}' cannot be read as a tab-separated table ({error}). Fetch it again."
        ) from error
    rows = pd.concat(parts, ignore_index=True)
    rows = rows.mask(rows.isin(MISSING_WORDS), "").drop_duplicates(fields.SIG_ID)
    if rows.empty:
        where = f" in {', '.join(sorted(cells))}" if cells else ""
        raise AnnotationError(
            f"'{sig_info.name}' has no matching signature of {in_words(pert_types)}{where}. Choose "
            "other cell lines."
        )
    return rows.reset_index(drop=True)
