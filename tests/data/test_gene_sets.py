"""Files of gene lists: lines, directions and sets."""

from pathlib import Path

import pytest

from gpar_core.data.gene_sets import (
    MAX_BYTES,
    MAX_GENES,
    MAX_SETS,
    GeneLists,
    read_gene_list,
    read_gene_sets,
)
from gpar_core.errors import FileFormatError


def read(folder: Path, content: str | bytes, name: str = "mine.txt") -> GeneLists:
    path = folder / "upload"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_gene_list(path, name)


def sets(folder: Path, content: str | bytes) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    path = folder / "upload"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return {each.name: (each.up, each.down) for each in read_gene_sets(path, "mine.gmt")}


@pytest.mark.parametrize("text", [
    "TP53\nJUN\n", "# mine\r\nTP53\r\n\r\nJUN", "gene\nTP53\nJUN", "\ufeffTP53\nJUN", "TP53,\nJUN,",
])  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_list_has_one_gene_per_line(tmp_path: Path, text: str, encoding: str) -> None:
    assert read(tmp_path, text.encode(encoding)) == GeneLists("mine", ("TP53", "JUN"))


@pytest.mark.parametrize("text", [
    "gene,direction\nTP53,1\nJUN,-1\n", "TP53\tup\nJUN\tdown", "symbol;x\nTP53;+\nJUN;-",
    "TP53,2.5\nJUN,-0.3", "TP53,Up-regulated\nJUN,Down-regulated", '"TP53","up"\n"JUN","dn"',
    "TP53\tup\nJUN\t\u22121", "TP53 up\nJUN   -1",
])  # fmt: skip
def test_directions_make_two_lists(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text) == GeneLists("mine", ("TP53",), ("JUN",))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "no genes"),
        ("gene\n", "no genes"),
        ("TP53,up\nJUN,sideways", "'JUN' has the direction 'sideways'"),
        ("TP53,up\nJUN", "'JUN' has the direction ''"),
        ("TP53,0.01\nJUN,0.2", "no negative number"),
        ("a\tb\tTP53\tJUN", "4 columns"),
        ("\n".join(f"G{i}" for i in range(MAX_GENES + 1)), "at most 20,000"),
        ("A" * 10_000_000, "a line of 10,000,000 characters"),
        (b"PK\x03\x04" + b"0" * 100, "mine.txt"),
        (b"TP53\0\nJUN", "not a text file"),
        (b"x" * (MAX_BYTES + 1), "32 MiB are allowed"),
        (b"\xff\xfe\x00", "UTF-16"),
    ],
)
def test_what_is_no_list_is_refused(tmp_path: Path, content: str | bytes, said: str) -> None:
    with pytest.raises(FileFormatError, match=said):
        read(tmp_path, content)


@pytest.mark.parametrize(
    ("up", "down", "name"),
    [
        ("X_UP", "X_DN", "X"),
        ("X_UP", "X_DOWN", "X"),
        ("AAK1 Up", "AAK1 Down", "AAK1"),
        ("XPR003_A375.311_96H:A01_AAK1 up", "XPR003_A375.311_96H:A01_AAK1 down",
         "XPR003_A375.311_96H:A01_AAK1"),
        ("BRD-K1:10-up", "BRD-K1:10-dn", "BRD-K1:10"),
        ("x (up)", "x (down)", "x"),
        ("x upregulated genes", "x down-regulated genes", "x"),
    ],
)  # fmt: skip
def test_two_sets_of_one_name_are_a_pair(tmp_path: Path, up: str, down: str, name: str) -> None:
    for text in (f"{up}\tx\tA\tB\n{down}\tx\tC\n", f"{down}\tx\tC\n{up}\tx\tA\tB\n"):
        assert sets(tmp_path, text) == {name: (("A", "B"), ("C",))}


def test_other_sets_are_lists_of_their_own(tmp_path: Path) -> None:
    text = "GROUP\tx\tA\t\t B \nGROUP\tx\tC\nUP\tx\tD\nY_DN\tx\tE,1.0\n\nY_DN\tx\tF\nY\tx\tG"
    assert sets(tmp_path, text) == {
        "GROUP": (("A", "B"), ()),
        "GROUP (2)": (("C",), ()),
        "UP": (("D",), ()),
        "Y": ((), ("E",)),
        "Y (2)": ((), ("F",)),
        "Y (3)": (("G",), ()),
    }


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("\n\n", "empty"),
        ("NAME\tdescription", r"line 1 \('NAME'\) has no genes"),
        ("TP53\nJUN", "line 1"),
        ("a\tx\tB\n" * (MAX_SETS + 1), "2,001 gene sets"),
        ("a\tx\t" + "\t".join(f"G{i}" for i in range(MAX_GENES + 1)), "20,001 genes"),
        ("a\tx\t" + "B" * 10_000_000, "a line of"),
    ],
)
def test_what_is_no_gmt_is_refused(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises(FileFormatError, match=said):
        sets(tmp_path, content)


def test_names_of_sets_are_one_printable_line(tmp_path: Path) -> None:
    (name,) = sets(tmp_path, "\x1b[31m<b>x</b>\u202e\tx\tA")
    assert name.isprintable()
    assert "\x1b" not in name
