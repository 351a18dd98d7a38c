"""What a file is, told by its first bytes as the programs that write such files write them."""

import bz2
import gzip
import io
import lzma
import pickle
import sqlite3
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gpar_core.data.file_kinds import HEAD, beginning, what_it_is
from gpar_core.data.labels import read_labels
from gpar_core.errors import AnnotationError, FileFormatError
from tests.data.uploads import read_upload

TABLE = b"name,label\na,b\n"


def _zipped() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("table.csv", TABLE)
    return target.getvalue()


def _saved_array() -> bytes:
    target = io.BytesIO()
    np.save(target, np.arange(3))
    return target.getvalue()


def _parquet() -> bytes:
    target = io.BytesIO()
    pd.DataFrame({"name": ["a"]}).to_parquet(target)
    return target.getvalue()


def _database() -> bytes:
    with sqlite3.connect(":memory:") as made:
        made.execute("create table one (name)")
        return made.serialize()


@pytest.mark.parametrize(
    ("made", "what"),
    [
        (lambda: gzip.compress(TABLE), r"compressed \(gzip\)"),
        (lambda: bz2.compress(TABLE), r"compressed \(bzip2\)"),
        (lambda: lzma.compress(TABLE), r"compressed \(xz\)"),
        (_zipped, "an Excel workbook or a zip archive"),
        (_saved_array, "a NumPy file"),
        (_parquet, "a Parquet file"),
        (_database, "a database"),
        (lambda: pickle.dumps({"name": ["a"]}), "a Python pickle"),
        (lambda: pickle.dumps(TABLE, protocol=2), "a Python pickle"),
        (lambda: b"%PDF-1.7\n1 0 obj\n", "a PDF"),
        (lambda: b"\n<!DOCTYPE html><html>", "a web page"),
        (lambda: b'\xef\xbb\xbf<?xml version="1.0"?>', "a web page or XML"),
        (lambda: b"GIF89a", "an image"),
        (lambda: b"name,label\na,\0\n", "not a text file"),
        (lambda: "name,label\na,b\n".encode("utf-32-le"), "not a text file"),
    ],
)
def test_a_csv_that_is_none_is_refused_by_what_it_is(
    tmp_path: Path, made: Callable[[], bytes], what: str
) -> None:
    with pytest.raises(FileFormatError, match=rf"^'mine\.csv' cannot be used: it is {what}"):
        read_upload(tmp_path, made(), "mine.csv")
    with pytest.raises(AnnotationError, match=rf"^'mine\.csv' is {what}"):
        read_labels(made(), "mine.csv")


@pytest.mark.skipif(sys.platform != "linux", reason="the interpreter is another kind of program")
def test_a_program_is_told() -> None:
    assert what_it_is(Path(sys.executable).read_bytes()[:HEAD])[0] == "a program"


@pytest.mark.parametrize(
    "text", [b"", TABLE, b"#1.3\n", "\ufeffname\tµ\n".encode("utf-16"), b"MZB000,1\n", b"BZ,1\n"]
)
def test_text_may_be_a_table(text: bytes) -> None:
    assert what_it_is(text) is None


def test_a_beginning_is_told_in_printable_words() -> None:
    assert beginning(b"") == "is empty"
    assert beginning(b"a\x07\xff\tb\nc") == "begins with 'a \ufffd b'"
    assert beginning(b"PK\x03\x04") == "is an Excel workbook or a zip archive"
