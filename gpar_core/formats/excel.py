"""Write a table as an Excel workbook: numbers are numbers, text is never a formula."""

import io
import math
import threading
from datetime import datetime
from numbers import Real
from typing import Any, Final

import numpy as np
import pandas as pd

from gpar_core.errors import RequestError

MAX_ROWS: Final = 1_048_575
"""Rows of a sheet, without the header."""
MAX_TEXT: Final = 32_767
"""Characters of a cell; Excel repairs, or refuses, a file with more."""
WIDEST: Final = 60
"""Characters of a column; longer text is cut on screen only."""
MAX_SERVED_CELLS: Final = 1_000_000
"""Of a workbook that a server makes for a visitor: it takes 4 s of computing time."""
N_MEASURED: Final = 200
"""Rows that decide how wide a column is."""

_turn = threading.BoundedSemaphore(1)


def excel_bytes(table: pd.DataFrame) -> bytes:
    """The table as .xlsx with one sheet and a frozen header.

    Numbers, true and false, and dates without a time zone have cells of their type. All else is
    text, also links and what looks like a formula, cut after 32,767 characters. Missing values and
    infinite numbers are empty cells. Raises RequestError for more rows than a sheet has.
    """
    import xlsxwriter  # noqa: PLC0415 -- few need it

    if len(table) > MAX_ROWS:
        raise RequestError(
            f"An Excel sheet has at most {MAX_ROWS:,} rows below its header; here are "
            f"{len(table):,}. Save CSV or Parquet."
        )
    content = io.BytesIO()
    # Rows are written to a temporary file one by one, so that memory stays small.
    with xlsxwriter.Workbook(content, {"constant_memory": True}) as book:
        header = book.add_format({"bold": True, "bottom": 1})
        date = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        sheet = book.add_worksheet("Table")
        sheet.freeze_panes(1, 0)
        for place, name in enumerate(table):
            sheet.set_column(place, place, _width(str(name), table[name]))
        for place, name in enumerate(table):
            sheet.write_string(0, place, str(name), header)
        for row, values in enumerate(table.itertuples(index=False, name=None), start=1):
            for place, value in enumerate(values):
                _put(sheet, row, place, value, date)
    return content.getvalue()


def served_workbook(table: pd.DataFrame) -> bytes:
    """`excel_bytes` on a server: one at a time, and none that `why_not_served` refuses.

    Raises RequestError.
    """
    if why := why_not_served(table.size):
        raise RequestError(why)
    with _turn:
        return excel_bytes(table)


def why_not_served(n_cells: int) -> str:
    """Why a server makes no workbook of a table with so many cells, '' if it does."""
    if n_cells <= MAX_SERVED_CELLS:
        return ""
    return (
        f"The table has {n_cells:,} cells, too many for an Excel file made here (at most "
        f"{MAX_SERVED_CELLS:,}). Download CSV or Parquet."
    )


def _put(sheet: Any, row: int, place: int, value: Any, date: Any) -> None:
    if isinstance(value, str):
        sheet.write_string(row, place, value[:MAX_TEXT])
    elif isinstance(value, bool | np.bool_):
        sheet.write_boolean(row, place, value)
    elif isinstance(value, Real):
        if math.isfinite(value):
            sheet.write_number(row, place, value)
    elif isinstance(value, datetime) and value.tzinfo is None:
        if not pd.isna(value):
            sheet.write_datetime(row, place, value, date)
    elif value is not None and value is not pd.NA:
        sheet.write_string(row, place, str(value)[:MAX_TEXT])


def _width(name: str, column: pd.Series) -> int:
    """Characters that a column is wide."""
    shown = column.head(N_MEASURED)
    if pd.api.types.is_float_dtype(column):
        shown = shown.map("{:.6g}".format)
    longest = max(map(len, map(str, shown)), default=0)
    return min(max(len(name), longest) + 2, WIDEST)
