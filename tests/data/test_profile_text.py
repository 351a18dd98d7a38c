"""Tables of text are read whichever way they are written, and refused with a reason."""

import gzip
import io
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gpar_core.data import profile_tables, profile_text, profiles
from gpar_core.data.profiles import (
    accept,
    read_profiles,
    template_csv,
)
from gpar_core.errors import FileFormatError, GparError, LandmarkError
from tests.data.uploads import NAMES, SEPARATORS, SYMBOLS, Z, read_upload, text_of
from tests.geo_files import LANDMARKS, write_gct, write_gctx

pytestmark = pytest.mark.filterwarnings("error::RuntimeWarning")


def _is_utf_8(names: list[str]) -> bool:
    try:
        "".join(names).encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


@settings(max_examples=40)
@given(
    kind=st.sampled_from(["CSV", "TSV", "CSV with semicolons", "1.2", "1.3", "GCTX"]),
    genes_in=st.sampled_from(["rows", "columns"]),
    id_kind=st.sampled_from(["symbol", "entrez"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "latin-1"]),
    names=st.lists(st.text("abé µ-_.Z9", min_size=1, max_size=9), min_size=1, max_size=3),
    n_others=st.sampled_from([0, 5, 400]),
    share_missing=st.sampled_from([0.0, 0.01]),
    seed=st.integers(0, 1000),
)
def test_a_table_is_read_back_whatever_its_layout(
    tmp_path: Path,
    kind: str,
    genes_in: str,
    id_kind: str,
    encoding: str,
    names: list[str],
    n_others: int,
    share_missing: float,
    seed: int,
) -> None:
    rng = np.random.default_rng(seed)
    names = [f"p{i}{profile_tables.cleaned(name)}" for i, name in enumerate(names)]
    # Latin-1 that happens to be UTF-8 as well is read as UTF-8, and nobody could know better.
    assume(encoding != "latin-1" or all(map(str.isascii, names)) or not _is_utf_8(names))
    values = rng.normal(size=(len(names), 978 + n_others)).astype(np.float32)
    values[rng.random(values.shape) < share_missing] = np.nan
    ids = SYMBOLS if id_kind == "symbol" else LANDMARKS
    genes = [*ids, *(f"GENE-{i}" for i in range(n_others))]
    order = rng.permutation(len(genes))
    shuffled, shuffled_genes = values[:, order], [genes[i] for i in order]
    path = tmp_path / "upload"
    if kind in SEPARATORS:
        text = text_of(
            shuffled, names, shuffled_genes, separator=SEPARATORS[kind], genes_in=genes_in
        )
        path.write_bytes(text.encode(encoding))
    else:
        in_rows = genes_in == "rows"
        table = shuffled if in_rows else shuffled.T
        across, down = (names, shuffled_genes) if in_rows else (shuffled_genes, names)
        if kind == "GCTX":
            write_gctx(path, table, sig_ids=[one.encode().decode() for one in across], genes=down)
        else:
            write_gct(path, table, sig_ids=across, genes=down, version=kind)
    draft = read_profiles(path, "upload")
    np.testing.assert_array_equal(draft.values, values[:, :978])
    assert draft.names == tuple(names)
    report = draft.report
    assert (report.genes_in, report.id_kind) == (genes_in, id_kind)
    assert report.file_kind == (kind if kind in (*SEPARATORS, "GCTX") else "GCT")
    assert (report.n_found, report.n_unknown, report.missing) == (978, n_others, ())
    assert draft.n_missing_values == np.isnan(values[:, :978]).sum()
    np.testing.assert_allclose(draft.totals, np.nansum(values, axis=1), atol=1e-3)


@settings(max_examples=100)
@given(
    start=st.sampled_from(
        [b"", b"#1.2\n", b"#1.3\n1\t1\t0\t0\n", b"id,a\nDDIT4,", b"\x89HDF\r\n\x1a\n", b"\xff\xfe"]
    ),
    content=st.one_of(
        st.binary(max_size=300),
        st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")),
        st.text(',;\t"\n1.-eNaDIT4#', max_size=200).map(str.encode),
    ),
)
def test_random_bytes_raise_nothing_but_errors_meant_for_the_user(
    tmp_path: Path, start: bytes, content: bytes
) -> None:
    try:
        accept(read_upload(tmp_path, start + content), impute=True, z_score=True)
    except GparError as error:
        assert len(str(error)) < 1500


def test_a_damaged_gctx_raises_nothing_but_errors_meant_for_the_user(tmp_path: Path) -> None:
    path = write_gctx(
        tmp_path / "a", Z, sig_ids=NAMES, genes=LANDMARKS, chunks=(1, 500), compression="gzip"
    )
    whole = path.read_bytes()
    rng = np.random.default_rng(0)
    for _ in range(100):
        damaged = bytearray(whole)
        for place in rng.integers(8, 4096, size=4):
            damaged[place] = rng.integers(256)
        try:
            read_upload(tmp_path, bytes(damaged))
        except GparError as error:
            assert "mine.csv" in str(error)


# --------------------------------------------------------------------------- refused as written


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty or has a single line"),
        (b"\n \n,,,\n", "is empty or has a single line"),
        (b"id,a,b\n", "is empty or has a single line"),
        (b"PK\x03\x04 zipped", "Excel workbook or a zip archive. Save the sheet as CSV"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Excel workbook or a zip archive"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "it is an image"),
        (gzip.compress(b"id,a\nDDIT4,1\n", mtime=0), r"compressed \(gzip\). Unpack it first"),
        ("id,a\nDDIT4,1\n".encode("utf-16-le"), "is not a text file"),
        (b"\xff\xfei\0d\0,\0a\0\n\0\x00\xd8", "cannot be read as text"),
        (b"id,a\n" + b"DDIT4,1\n" * 5000 + b"\0", "line 5002 is not text"),
        (b"one\ntwo\nthree\n", r"not split into columns \(first: 'one'\)"),
        (b"id,a\nDDIT4,1\nPAX8,2,3\n", "line 3 has 3 cells where the header has 2"),
        (b"id,a,b\nDDIT4,1,2\nPAX8,2\n", "line 3 has 2 cells where the header has 3"),
        (b'id,a\nDDIT4,1\n"PAX8\n",2\n', "line 3 has 1 cells|not split into columns"),
        (b"id,a\nDDIT4,up\nPAX8,down\n", "2 of its 2 columns contain text"),
        (b"id,a\nDDIT4,\nPAX8,NA\n", "contains no numbers"),
        (b"id,a,b\nDDIT4,1,2\nPAX8,2,inf\n", "infinite or too large, .* row 'PAX8', column 'b'"),
        (b"id,a\nDDIT4,1e60\n", "infinite or too large"),
        (b"id,a,b\nDDIT4,1,2\nPAX8,2,high\n", r"line 3, column 3 \('b'\) contains 'high'"),
        (b"id,a,b\nDDIT4,NA,2\nPAX8,NA,1 0\n", r"line 3, column 3 \('b'\) contains '1 0'"),
        (b"id;a;b\nDDIT4;1;2.5\nPAX8;2;0,5\n", "has both '2.5' and '0,5', so it is unclear"),
        (b"id;a;b\nDDIT4;1;1,234\nPAX8;2;5,678\n", "'1,234' may contain a thousands separator"),
        (b"id;a;b\nDDIT4;1;2\nPAX8;2;1.234,5\n", "contains '1.234,5', .* without thousands"),
        (b'id,a,b\nDDIT4,1,2\nPAX8,2,"1,234.5"\n', "contains '1,234.5', .* without thousands"),
        (b"id,DDIT4,PAX8\na,1,high\n", r"line 2, column 3 \('PAX8'\) contains 'high'"),
        (b'id,a\nDDIT4,"' + b"1" * 200_000 + b'"\n', "one of its cells has more than 131,072"),
        (b"#1.2\nmany\trows\n", "second line is 'many rows'"),
        (b"#1.2\n1\t1\t0\t0\nid\td\ta\nDDIT4\tx\t2\n", "version #1.2 gives .* 2 whole"),
        (b"#1.3\n1\t1\nid\ta\nDDIT4\t2\n", "version #1.3 gives .* 4 whole numbers"),
        (b"#1.3\n1\t1\t0\t0\n", "ends after its dimensions"),
        (b"#1.3\n1\t1\t0\t0\nid\ta\n", "contains no values"),
        (b"#1.3\n3\t1\t0\t0\nid\ta\nDDIT4\t2\n", "declares 3 genes but contains 1"),
        (b"#1.3\n1\t2\t0\t0\nid\ta\nDDIT4\t2\n", "declares 2 profiles .* header has 2 cells"),
        (b"#1.3\n1\t1\t5\t0\nid\ta\nDDIT4\t2\n", "1 profiles and 6 .* header has 2 cells"),
        (b"#1.3\n1\t0\t1\t0\nid\ta\nDDIT4\t2\n", "contains no values"),
        (b"#1.3\n1\t1\t0\t2\nid\ta\nc\tx\n", "contains no values"),
        (b"#1.3\n1\t1\t0\t1\nid\ta\nc\nDDIT4\t2\n", "line 4 has 1 cells"),
        (b"#1.3\n1\t1\t900\t0\nid\ta\nDDIT4\t2\n", "declares 900 columns and 0 lines"),
        (b"#1.3\n900000\t900000\t0\t0\nid\ta\nDDIT4\t2\n", "contains 900,000 rows x 900,000"),
        (b"#1.3\n99999999999\t1\t0\t0\nid\ta\nDDIT4\t2\n", "second line is '99999999999"),
    ],
)  # fmt: skip
def test_what_is_no_table_of_genes_is_refused_with_a_reason(
    tmp_path: Path, content: bytes, words: str
) -> None:
    with pytest.raises(FileFormatError, match=words) as caught:
        read_upload(tmp_path, content, name="my\n\x1bfile.csv")
    assert str(caught.value).startswith("'my file.csv' cannot be ")


def test_an_excel_workbook_is_refused(tmp_path: Path) -> None:
    book = io.BytesIO()
    with zipfile.ZipFile(book, "w") as archive:
        archive.writestr("[Content_Types].xml", "")
    with pytest.raises(FileFormatError, match="Save the sheet as CSV"):
        read_upload(tmp_path, book.getvalue(), name="mine.csv")


def test_a_file_that_is_not_there_is_named_without_its_place_on_the_server(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=r"'mine.csv' cannot be opened \(No such") as caught:
        read_profiles(tmp_path / "gone", "mine.csv")
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (lambda: b"," * 5_000_000, "has a line of 4,000,000 characters"),
        (lambda: b"," * 3_000_000 + b"\n" + b"," * 2_000_000, "line 1 has 3,000,001 cells"),
        (lambda: b"a" + b"," * 3_000_000 + b"\nb,c\n", "line 1 has 3,000,001 cells"),
        (lambda: b"\n" * 5_000_000, "or 120,000 lines, or more"),
        (
            lambda: b"id" + b",a" * 50_000 + b"\n" + (b"x" + b",1" * 50_000 + b"\n") * 2,
            "none of the 978|holds .* rows",
        ),
        (lambda: b"id,a" + b",w" * 200 + b"\n" + (b"x,1" + b",w" * 200 + b"\n") * 9000,
         "201 of its 202 columns contain text"),
    ],
    ids=["one line", "two lines", "wide", "blank", "much", "words"],
)  # fmt: skip
def test_five_megabytes_of_nothing_are_refused_fast_and_in_little_memory(
    tmp_path: Path, content: Callable[[], bytes], words: str
) -> None:
    (tmp_path / "upload").write_bytes(content())
    tracemalloc.start()
    start = time.process_time()
    with pytest.raises((FileFormatError, LandmarkError), match=words):
        read_profiles(tmp_path / "upload", "mine.csv")
    seconds = time.process_time() - start
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 60e6
    assert seconds < 10


def test_a_file_that_is_too_large_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(profiles, "MAX_BYTES", 1000)
    with pytest.raises(FileFormatError, match=r"at most 0 MiB are allowed"):
        read_upload(tmp_path, template_csv())


@pytest.mark.parametrize("genes_in", ["rows", "columns"])
def test_too_many_profiles_are_refused_either_way_round(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, genes_in: str
) -> None:
    monkeypatch.setattr("gpar_core.data.profile_matching.MAX_PROFILES", 2)
    with pytest.raises(FileFormatError, match="contains 3 profiles; the limit is 2"):
        read_upload(tmp_path, text_of(Z, genes_in=genes_in))


def test_too_many_rows_stop_the_reading_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(profile_tables, "MAX_VALUES", 30)
    text = text_of(Z) + "never reached, as it would be ragged"
    with pytest.raises(FileFormatError, match="contains 11 rows x 3 columns of values or more"):
        read_upload(tmp_path, text)


def test_every_separator_has_a_name() -> None:
    assert dict(zip(SEPARATORS.values(), SEPARATORS, strict=True)) == profile_text.KINDS
