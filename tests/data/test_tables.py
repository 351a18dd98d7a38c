"""Text tables are read as text, whatever their compression, encoding and quirks."""

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gpar_core.data import tables
from gpar_core.data.delimited import read_cells
from gpar_core.data.number_text import numbers
from gpar_core.data.tables import MAX_HEADER, read_table
from gpar_core.errors import AnnotationError
from tests.geo_files import write_text

NEEDED = ("sig_id", "tas")


def _read(path: Path, text: str, encoding: str = "utf-8") -> dict[str, list[str]]:
    table = read_table(write_text(path, text, encoding), needed=NEEDED, optional=("ss",))
    return table.to_dict("list")


@pytest.mark.parametrize("name", ["plain.txt", "packed.txt.gz", "called_otherwise.gz"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("start", ["", "\ufeff", "! comment\n!another\n"])
def test_a_table_is_read_however_it_is_stored(
    tmp_path: Path, name: str, line_end: str, start: str
) -> None:
    text = line_end.join([start + "x\ttas\tsig_id", "1\t0.5\ta", "2\t0.25\tb", ""])
    assert _read(tmp_path / name, text) == {"sig_id": ["a", "b"], "tas": ["0.5", "0.25"]}


def test_optional_columns_come_where_the_file_has_them(tmp_path: Path) -> None:
    assert _read(tmp_path / "t", "sig_id\ttas\tss\na\t1\t2\n")["ss"] == ["2"]


@pytest.mark.parametrize("missing", ["-666", "-666.0", "-666.00", "NA", "nan", "", " "])
def test_every_word_for_missing_becomes_empty(tmp_path: Path, missing: str) -> None:
    assert _read(tmp_path / "t", f"sig_id\ttas\na\t{missing}\n") == {"sig_id": ["a"], "tas": [""]}


def test_a_drug_called_null_or_none_is_not_missing(tmp_path: Path) -> None:
    text = "sig_id\ttas\nnull\t1\nNone\t2\n"
    assert _read(tmp_path / "t", text)["sig_id"] == ["null", "None"]


def test_a_line_that_ends_early_leaves_its_last_columns_empty(tmp_path: Path) -> None:
    assert _read(tmp_path / "t", "sig_id\ttas\na\t1\nb\n") == {
        "sig_id": ["a", "b"],
        "tas": ["1", ""],
    }


def test_a_table_without_rows_has_its_columns(tmp_path: Path) -> None:
    assert _read(tmp_path / "empty", "sig_id\ttas\n") == {"sig_id": [], "tas": []}


def test_a_large_table_takes_about_the_memory_of_its_text(tmp_path: Path) -> None:
    path = tmp_path / "t"
    text = "".join(f"signature {i:08}\t0.123456\tx\n" for i in range(200_000))
    path.write_text("sig_id\ttas\tunused\n" + text)
    table = read_table(path, needed=NEEDED)
    assert table.memory_usage(deep=True).sum() < 2 * len(text)


def test_spaces_around_names_and_values_do_not_matter(tmp_path: Path) -> None:
    assert _read(tmp_path / "t", " sig_id\ttas \n a\t1 \n") == {"sig_id": ["a"], "tas": ["1"]}


def test_quotation_marks_are_part_of_a_name(tmp_path: Path) -> None:
    text = 'sig_id\ttas\n5"-drug\t1\n"b\t2\n'
    assert _read(tmp_path / "t", text) == {"sig_id": ['5"-drug', '"b'], "tas": ["1", "2"]}


@pytest.mark.parametrize("header", ["\tsig_id\ttas", "sig_id\ttas"])
def test_a_leading_column_of_line_numbers_is_ignored(tmp_path: Path, header: str) -> None:
    """R writes no name above it, pandas an empty one."""
    text = f"{header}\n1\ta\t0.5\n2\tb\t0.25\n"
    assert _read(tmp_path / "t", text) == {"sig_id": ["a", "b"], "tas": ["0.5", "0.25"]}


def test_tabs_at_the_end_of_lines_shift_nothing(tmp_path: Path) -> None:
    text = "sig_id\ttas\na\t1\t\nb\t2\t\n"
    assert _read(tmp_path / "t", text) == {"sig_id": ["a", "b"], "tas": ["1", "2"]}


def test_latin_1_is_recognized(tmp_path: Path) -> None:
    assert _read(tmp_path / "t", "sig_id\ttas\nnaïve\t1\n", "latin-1")["sig_id"] == ["naïve"]


def test_latin_1_is_recognized_deep_in_a_long_table(tmp_path: Path) -> None:
    text = "sig_id\ttas\n" + "abcdefgh\t1\n" * 100_000 + "naïve\t1\n"
    assert _read(tmp_path / "t", text, "latin-1")["sig_id"][-1] == "naïve"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "lacks the column sig_id, tas. Its first line has: nothing"),
        ("sig_id\tx\na\t1\n", "lacks the column tas. Its first line has: sig_id, x"),
        ("\0\0\0\n", "is not a text file"),
    ],
)
def test_a_table_without_the_columns_says_what_it_has(
    tmp_path: Path, text: str, words: str
) -> None:
    with pytest.raises(AnnotationError, match=words):
        _read(tmp_path / "t", text)


WRITTEN: dict[str, bytes] = {
    "commas": b"sig_id,tas\nx,1\ny,2\n",
    "semicolons": b"sig_id;tas\nx;1\ny;2\n",
    "sep= line": b"sep=;\nsig_id;tas\nx;1\ny;2\n",
    "comments": b"# made by R\n#\nsig_id\ttas\nx\t1\ny\t2\n",
    "# before the header": b"#sig_id\ttas\nx\t1\ny\t2\n",
    "empty lines": b"\n\t\t\nsig_id\ttas\nx\t1\ny\t2\n",
    "R, quoted": b'"sig_id"\t"tas"\n"x"\t1\n"y"\t2\n',
    "R, row names": b'"sig_id"\t"tas"\n"1"\t"x"\t1\n"2"\t"y"\t2\n',
    "R, write.csv": b'"","sig_id","tas"\n"1","x",1\n"2","y",2\n',
    "UTF-16 LE": "sig_id\ttas\r\nx\t1\r\ny\t2\r\n".encode("utf-16"),
    "UTF-16 BE": b"\xfe\xff" + "sig_id,tas\nx,1\ny,2\n".encode("utf-16-be"),
    "UTF-8 with its mark": b"\xef\xbb\xbf" + b'"sig_id","tas"\nx,1\ny,2\n',
}
"""One table, as people's programs write it."""


@pytest.mark.parametrize("how", WRITTEN)
@pytest.mark.parametrize("packed", [False, True])
def test_a_table_is_read_however_it_is_written(tmp_path: Path, how: str, packed: bool) -> None:
    path = tmp_path / "t"
    path.write_bytes(gzip.compress(WRITTEN[how]) if packed else WRITTEN[how])
    found = read_table(path, needed=NEEDED).to_dict("list")
    assert found == {"sig_id": ["x", "y"], "tas": ["1", "2"]}


@pytest.mark.parametrize("how", WRITTEN)
def test_a_small_upload_is_read_however_it_is_written(how: str) -> None:
    header, rows = read_cells(WRITTEN[how], "t", needed="", max_bytes=1000)
    place = [header.index(name) for name in NEEDED]
    assert [[row[i] for i in place] for row in rows] == [["x", "1"], ["y", "2"]]


def test_quotes_around_cells_go_and_those_inside_stay(tmp_path: Path) -> None:
    text = 'sig_id\ttas\n"a ""b"" \\"c\\""\t"1"\n5"-x\t2\n'
    assert _read(tmp_path / "t", text)["sig_id"] == ['a "b" "c"', '5"-x']


def test_a_quoted_cell_may_hold_the_separator(tmp_path: Path) -> None:
    assert _read(tmp_path / "t", 'sig_id,tas\n"3,3\'-diol",1\n')["sig_id"] == ["3,3'-diol"]


def test_a_tab_table_of_names_with_commas_stays_a_tab_table(tmp_path: Path) -> None:
    text = "sig_id\ttas\na,b,c,d\t1\ne,f,g,h\t2\n"
    assert _read(tmp_path / "t", text)["sig_id"] == ["a,b,c,d", "e,f,g,h"]


def test_a_row_that_lacks_cells_does_not_hide_the_separator(tmp_path: Path) -> None:
    text = "sig_id;tas;ss\na;1;2\nb;1;2\nc\n"
    assert _read(tmp_path / "t", text)["ss"] == ["2", "2", ""]


def test_a_table_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(AnnotationError, match=r"'gone.txt' cannot be read"):
        read_table(tmp_path / "gone.txt", needed=NEEDED)


@pytest.mark.parametrize("share", [0.01, 0.5, 0.99])
def test_a_gzip_cut_short_is_refused(tmp_path: Path, share: float) -> None:
    rng = np.random.default_rng(0)
    rows = "".join(f"{a}\t{a}\n" for a in rng.integers(10**9, size=2000))
    packed = gzip.compress(("sig_id\ttas\n" + rows).encode())
    path = tmp_path / "t.gz"
    path.write_bytes(packed[: int(share * len(packed))])
    with pytest.raises(AnnotationError, match=r"'t\.gz' cannot be read"):
        read_table(path, needed=NEEDED)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (gzip.compress(gzip.compress(b"sig_id\ttas\na\t1\n")), r"is compressed \(gzip\)"),
        (b"PK\x03\x04", "is an Excel workbook or a zip archive"),
        (b"sig_id\ttas" + b"\tx" * 2000, "has 2,002 columns; the limit is 1,000"),
        (b"a" * MAX_HEADER, "its first line has 1,000,000 or more characters"),
    ],
    ids=["packed twice", "zip", "columns", "one line"],
)
def test_what_is_no_table_is_refused_by_what_it_is(
    tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "t"
    path.write_bytes(content)
    with pytest.raises(AnnotationError, match=words):
        read_table(path, needed=NEEDED)


def test_lines_that_cross_the_blocks_stay_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [(f"sig {i}", str(i / 7)) for i in range(50)]
    text = "!a comment\nsig_id\ttas\n" + "".join(f"{a}\t{b}\n" for a, b in rows)
    for size in (31, 64, 500):
        monkeypatch.setattr(tables, "BLOCK_BYTES", size)
        read = _read(tmp_path / "t", text.rstrip("\n"))
        assert list(zip(read["sig_id"], read["tas"], strict=True)) == rows


@pytest.mark.parametrize(("limit", "size"), [("MAX_BYTES", 300_000), ("BLOCK_BYTES", 1_000)])
def test_a_packed_table_may_not_unpack_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, size: int
) -> None:
    monkeypatch.setattr(tables, limit, size)
    path = tmp_path / "t.gz"
    path.write_bytes(gzip.compress(b"sig_id\ttas\n" + b"a" * 2_000_000))
    with pytest.raises(AnnotationError, match=r"a line of more than .* MB, unpacked"):
        read_table(path, needed=NEEDED)


@pytest.mark.parametrize(
    ("text", "number"),
    [("0,04", 0.04), ("\u22121.5", -1.5), ("-1,5E-3", -0.0015), (" 2 ", 2), ("#N/A", np.nan),
     ("#DIV/0!", np.nan), ("1,234", np.nan), ("1.234,5", np.nan), ("10 uM", np.nan)],
)  # fmt: skip
def test_numbers_as_people_write_them(text: str, number: float) -> None:
    np.testing.assert_array_equal(numbers(pd.Series([text, "1"])), [number, 1])


def test_numbers_are_nan_where_the_text_is_none() -> None:
    found = numbers(pd.Series(["1", "2.5e-3", "", "ten", "-4"]))
    np.testing.assert_array_equal(found, [1, 0.0025, np.nan, np.nan, -4])
