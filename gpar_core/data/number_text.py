"""Parse numbers as files contain them: decimal commas, Unicode minus, Excel's error words."""

import math
import re
from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from gpar_core.data.profile_tables import cleaned

MISSING_WORDS: Final = frozenset(
    {"", "na", "n/a", "nan", "null", "none", "nil", "-", ".", "<na>", "missing"}
)
_EXCEL_ERROR: Final = re.compile(r"#(n/?[av]|[^\W\d_]+(/0)?[!?])", re.IGNORECASE)
"""#N/A, #NAME?, #DIV/0!, #VALUE! and equivalents in other languages, such as #NV and #WERT!."""

_MINUS: Final = str.maketrans("\u2212\u2013\ufe63\uff0d", "----")
_OTHER_MARKS: Final = "[,\u2212\u2013\ufe63\uff0d]"
_DECIMAL_COMMA: Final = re.compile(r"[+-]?\d*,\d+(e[+-]?\d+)?", re.IGNORECASE)
_GROUPED: Final = re.compile(
    r"[+-]?[1-9]\d{0,2}"
    r"((,\d{3})+(\.\d*)?|(\.\d{3})+,\d*|([' \u00a0\u2009\u202f\u2019]\d{3})+([.,]\d*)?)"
)
"""1,234.5, 1.234,5, 1 234,5 and 1'234.5."""


def is_missing(cell: str) -> bool:
    """Whether a cell marks a missing value."""
    text = cell.strip()
    return text.casefold() in MISSING_WORDS or _EXCEL_ERROR.fullmatch(text) is not None


def is_number(cell: str) -> bool:
    """Whether a cell holds a finite or infinite number, with a decimal point or comma."""
    try:
        return not math.isnan(number_of(cell))
    except ValueError:
        return False


def is_grouped(cell: str) -> bool:
    """Whether a cell may be a number with separators between its thousands: 1,234 or 1.234,5."""
    return _GROUPED.fullmatch(cell.strip().translate(_MINUS)) is not None


def number_of(cell: str) -> float:
    """The number in a cell, NaN for a missing one. Raises ValueError for other text.

    A comma is read as a decimal comma; `NumberRows` checks whether it can be one.
    """
    try:
        return float(cell)
    except ValueError:
        text = cell.strip().translate(_MINUS)
        if _DECIMAL_COMMA.fullmatch(text):
            text = text.replace(",", ".")
        return math.nan if is_missing(cell) else float(text)


class NumberRows:
    """Reads rows of cells, and checks for contradictory decimal marks."""

    def __init__(self) -> None:
        self._point = self._comma = self._grouped = ""

    def read(self, cells: Sequence[str]) -> np.ndarray:
        """(n,) float32 of the cells, NaN where missing. Raises ValueError for text."""
        if not self._point:
            self._point = next((cell for cell in cells if "." in cell and is_number(cell)), "")
        with np.errstate(over="ignore"):  # becomes infinite, which is refused with its own message
            try:  # Few rows have gaps, and `float` alone takes half the time.
                return np.fromiter(map(float, cells), np.float32, len(cells))
            except ValueError:
                values = np.fromiter(map(number_of, cells), np.float32, len(cells))
        for cell in cells:
            if "," in cell and is_grouped(cell):
                self._grouped = self._grouped or cell
            elif "," in cell:
                self._comma = self._comma or cell
        return values

    def contradiction(self) -> str:
        """Why the commas cannot be decimal commas; '' if they can, or if there are none."""
        point, comma, grouped = (
            cleaned(cell)[:40] for cell in (self._point, self._comma, self._grouped)
        )
        if not (comma or grouped):
            return ""
        if point:
            return (
                f"it has both '{point}' and '{comma or grouped}', so it is unclear whether a "
                "comma separates decimals or thousands. Save it with one decimal mark and no "
                "thousands separators."
            )
        if not comma:
            return (
                f"'{grouped}' may contain a thousands separator or a decimal comma, and no other "
                "number in the file settles which. Save it with a decimal point and no thousands "
                "separators."
            )
        return ""


def numbers(column: pd.Series) -> pd.Series:
    """Text to float64, NaN where the text is not a number. A single comma is a decimal comma."""
    found = pd.to_numeric(column, errors="coerce").to_numpy("float64", copy=True)
    unread = np.flatnonzero(np.isnan(found))  # few, and Python's texts take much memory
    texts = column.iloc[unread].astype(str)
    marked = texts.str.contains(_OTHER_MARKS).to_numpy(bool)
    found[unread[marked]] = texts[marked].map(_number_or_nan)
    return pd.Series(found, column.index)


def _number_or_nan(cell: str) -> float:
    try:
        return math.nan if is_grouped(cell) and "," in cell else number_of(cell)
    except ValueError:
        return math.nan
