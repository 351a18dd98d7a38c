"""A workbook has typed cells and no formula."""

import io
import re
import zipfile
from datetime import datetime
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from gpar_core.errors import RequestError
from gpar_core.formats import excel
from gpar_core.formats.excel import MAX_TEXT, excel_bytes, served_workbook

NAMES = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
DAY_ZERO = datetime(1899, 12, 30)


def _cells(content: bytes) -> tuple[ElementTree.Element, list[list[tuple[str, str] | None]]]:
    """The sheet, and (type, value) of each cell, None where there is none."""
    with (
        zipfile.ZipFile(io.BytesIO(content)) as book,
        book.open("xl/worksheets/sheet1.xml") as part,
    ):
        sheet = ElementTree.parse(part).getroot()  # noqa: S314 -- written by ourselves
    rows = []
    for row in sheet.iterfind(".//m:row", NAMES):
        found: dict[int, tuple[str, str]] = {}
        for cell in row.iterfind("m:c", NAMES):
            place = ord(re.sub(r"\d", "", cell.attrib["r"])) - ord("A")
            found[place] = (cell.get("t", "n"), "".join(cell.itertext()))
        rows.append([found.get(place) for place in range(max(found) + 1)])
    return sheet, rows


def test_cells_have_the_types_of_the_table_and_none_is_a_formula() -> None:
    when = datetime(2024, 5, 17, 12)
    table = pd.DataFrame(
        {
            "=1+1": ["=HYPERLINK(1)", "https://clue.io", ""],
            "es": [1 / 3, np.nan, np.inf],
            "k": [3, -4, 2**40],
            "held_out": [True, False, True],
            "mixed": pd.Series([None, 0.5, "+5"], dtype=object),
            "made": [pd.Timestamp(when), pd.NaT, pd.NaT],
        }
    )
    sheet, rows = _cells(excel_bytes(table))
    assert sheet.findall(".//m:f", NAMES) == []
    assert sheet.find(".//m:hyperlinks", NAMES) is None
    pane = sheet.find(".//m:pane", NAMES)
    assert pane is not None
    assert (pane.get("ySplit"), pane.get("state")) == ("1", "frozen")
    texts = [[cell and cell[1] for cell in row if cell and cell[0] == "inlineStr"] for row in rows]
    assert texts == [list(table), ["=HYPERLINK(1)"], ["https://clue.io"], ["", "+5"]]
    first, second, third = rows[1:]
    assert [cell and cell[0] for cell in first[1:]] == ["n", "n", "b", None, "n"]
    assert float(first[1][1]) == 1 / 3  # type: ignore[index]
    assert float(first[5][1]) == (when - DAY_ZERO).total_seconds() / 86_400  # type: ignore[index]
    assert second[1:] == [None, ("n", "-4"), ("b", "0"), ("n", "0.5")]
    assert third[1:4] == [None, ("n", str(2**40)), ("b", "1")]


def test_a_long_text_is_cut_and_a_long_table_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    table = pd.DataFrame({"text": ["a" * 40_000, "b"]})
    _, rows = _cells(excel_bytes(table))
    assert rows[1] == [("inlineStr", "a" * MAX_TEXT)]
    monkeypatch.setattr(excel, "MAX_ROWS", 1)
    with pytest.raises(RequestError, match=r"at most 1 rows .* here are 2. Save CSV or Parquet"):
        excel_bytes(table)


def test_a_server_makes_no_workbook_that_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(excel, "MAX_SERVED_CELLS", 4)
    table = pd.DataFrame({"a": [1, 2], "b": [3, 4]})
    assert _cells(served_workbook(table))[1] == _cells(excel_bytes(table))[1]
    with pytest.raises(RequestError, match=r"has 6 cells, too many .* Download CSV or Parquet"):
        served_workbook(table.assign(c=0))
