"""Uploaded profiles are read whichever way they are written, and refused with a reason."""

import gzip
import io
import json
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gpar_core import fields
from gpar_core.data import profile_tables, profile_text, profiles
from gpar_core.data.profile_scale import detect
from gpar_core.data.profiles import (
    Draft,
    Profiles,
    accept,
    load,
    profiles_id,
    read_profiles,
    save,
    template_csv,
)
from gpar_core.errors import DataError, FileFormatError, GparError, LandmarkError
from tests.geo_files import LANDMARKS, write_gct, write_gctx

pytestmark = pytest.mark.filterwarnings("error::RuntimeWarning")

SYMBOLS = fields.LANDMARK_SYMBOLS
NAMES = ("aspirin", "Vorinostat", "DMSO")
Z = np.random.default_rng(0).normal(size=(3, 978)).astype(np.float32)
SEPARATORS = {"CSV": ",", "TSV": "\t", "CSV with semicolons": ";"}


def _text(
    values: np.ndarray,
    names: Sequence[str] = NAMES,
    genes: Sequence[str] = SYMBOLS,
    *,
    separator: str = ",",
    genes_in: str = "rows",
    missing: str = "NA",
) -> str:
    """A table of (n, n_genes) values as text."""
    cells = [[missing if np.isnan(one) else repr(float(one)) for one in row] for row in values]
    across, down = (names, genes) if genes_in == "rows" else (genes, names)
    body = zip(*cells, strict=True) if genes_in == "rows" else cells
    lines = [["id", *across], *([name, *row] for name, row in zip(down, body, strict=True))]
    return "".join(separator.join(line) + "\n" for line in lines)


def _read(folder: Path, content: str | bytes, name: str = "mine.csv") -> Draft:
    path = folder / "upload"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_profiles(path, name)


# --------------------------------------------------------------------- every layout is the same


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
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
    values = rng.normal(size=(len(names), 978 + n_others)).astype(np.float32)
    values[rng.random(values.shape) < share_missing] = np.nan
    ids = SYMBOLS if id_kind == "symbol" else LANDMARKS
    genes = [*ids, *(f"GENE-{i}" for i in range(n_others))]
    order = rng.permutation(len(genes))
    shuffled, shuffled_genes = values[:, order], [genes[i] for i in order]
    path = tmp_path / "upload"
    if kind in SEPARATORS:
        text = _text(shuffled, names, shuffled_genes, separator=SEPARATORS[kind], genes_in=genes_in)
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
    assert report.n_missing_values == np.isnan(values[:, :978]).sum()
    np.testing.assert_allclose(draft.totals, np.nansum(values, axis=1), atol=1e-3)


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
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
        accept(_read(tmp_path, start + content), impute=True, z_score=True)
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
            _read(tmp_path, bytes(damaged))
        except GparError as error:
            assert "mine.csv" in str(error)


# ------------------------------------------------------------------------------------ matching


def test_the_template_is_read_and_accepted(tmp_path: Path) -> None:
    draft = _read(tmp_path, template_csv())
    assert draft.names == ("my_profile",)
    assert (draft.report.n_found, draft.report.ignored) == (978, ("symbol",))
    assert not accept(draft).matrix.any()


def test_symbols_are_found_in_any_case_and_entrez_ids_in_three_spellings(tmp_path: Path) -> None:
    lower = [symbol.lower() for symbol in SYMBOLS]
    np.testing.assert_array_equal(_read(tmp_path, _text(Z, genes=lower)).values, Z)
    spelled = [(one, f"{one}.0", f"ENTREZ:{one}")[i % 3] for i, one in enumerate(LANDMARKS)]
    np.testing.assert_array_equal(_read(tmp_path, _text(Z, genes=spelled)).values, Z)


@pytest.mark.parametrize("first", ["", "0"])
def test_row_names_of_r_and_pandas_are_no_profile(tmp_path: Path, first: str) -> None:
    header, *lines = _text(Z).splitlines()
    header = header.removeprefix("id,") if not first else f",{header}"
    numbered = [line if not first else f"{i},{line}" for i, line in enumerate(lines)]
    draft = _read(tmp_path, "\n".join([header, *numbered]))
    assert draft.names == NAMES
    np.testing.assert_array_equal(draft.values, Z)


@pytest.mark.parametrize("place", ["before", "after", "row number before"])
def test_descriptions_and_a_second_id_are_no_profiles(tmp_path: Path, place: str) -> None:
    lines = ["symbol,entrez_id,description,a"]
    for i, gene in enumerate(SYMBOLS):
        lines.append(f'{gene},{LANDMARKS[i]},"protein, of ""{i}""",{float(Z[0, i])!r}')
    if place == "after":
        lines = [
            ",".join(
                [
                    *reversed(line.rsplit(",", 1)),
                ]
            )
            for line in lines
        ]
        lines = [",".join([line.split(",", 2)[1], line.split(",", 2)[0], line.split(",", 2)[2]])
                 for line in lines]  # fmt: skip
    if place == "row number before":
        lines = [f"{i},{line}" for i, line in enumerate(lines)]
    draft = _read(tmp_path, "\n".join(lines))
    assert draft.names == ("a",)
    np.testing.assert_array_equal(draft.values, Z[:1])


def test_profiles_without_a_name_are_numbered(tmp_path: Path) -> None:
    rows = [",".join(repr(float(one)) for one in row) for row in Z]
    draft = _read(tmp_path, "\n".join([",".join(SYMBOLS), *rows]))
    assert draft.names == ("profile 1", "profile 2", "profile 3")
    np.testing.assert_array_equal(draft.values, Z)


def test_repeated_genes_are_averaged_and_said(tmp_path: Path) -> None:
    genes = [*SYMBOLS, SYMBOLS[3], SYMBOLS[3], SYMBOLS[7]]
    extra = np.array([[1, np.nan, 9], [2, 3, np.nan], [4, 4, 4]], np.float32)
    values = np.concatenate([Z, extra], axis=1)
    draft = _read(tmp_path, _text(values, genes=genes))
    expected = Z.copy()
    for gene, columns in ((3, [3, 978, 979]), (7, [7, 980])):
        expected[:, gene] = np.nanmean(values[:, columns], axis=1)
    np.testing.assert_allclose(draft.values, expected, rtol=1e-6)
    assert draft.report.duplicated == (SYMBOLS[3], SYMBOLS[7])
    repeated = f"Genes repeated in the file, their mean taken: 2 ({SYMBOLS[3]}, {SYMBOLS[7]})."
    assert accept(draft).notes == (repeated,)


@pytest.mark.parametrize("word", ["", "NA", "n/a", "#N/A", "NaN", "null", "-666", "-666.0"])
def test_missing_values_in_many_spellings(tmp_path: Path, word: str) -> None:
    values = Z.copy()
    values[1, :5] = np.nan
    draft = _read(tmp_path, _text(values, missing=word))
    np.testing.assert_array_equal(draft.values, values)
    assert draft.report.n_missing_values == 5


def test_repeated_names_are_numbered_and_stay_one_drug(tmp_path: Path) -> None:
    values = np.concatenate([Z, Z])[:5]
    names = ("DMSO", "DMSO", "DMSO (2)", "DMSO", "")
    draft = _read(tmp_path, _text(values, names))
    assert draft.names == ("DMSO", "DMSO (3)", "DMSO (2)", "DMSO (4)", "profile 5")
    assert draft.drug == ("dmso", "dmso", "dmso (2)", "dmso", "profile 5")
    assert draft.report.renamed == ("DMSO",)


def test_names_are_one_line_of_bounded_length(tmp_path: Path) -> None:
    names = ("a\x07\x1b[31m\u202eb", "x" * 5000, "x" * 5001)
    draft = _read(tmp_path, _text(Z, names))
    assert draft.names == ("a [31m b", "x" * 200, "x" * 200 + " (2)")


def test_profiles_without_values_are_left_out_and_said(tmp_path: Path) -> None:
    values = Z.copy()
    values[1] = np.nan
    draft = _read(tmp_path, _text(values))
    assert draft.names == ("aspirin", "DMSO")
    assert draft.report.empty == ("Vorinostat",)
    assert accept(draft).notes == ("Profiles without values, left out: 1 (Vorinostat).",)


@pytest.mark.parametrize("heading", ["pert_iname", "cmap_name", "drug", "Drug"])
def test_the_drug_comes_from_its_column(tmp_path: Path, heading: str) -> None:
    header, *lines = _text(Z, genes_in="columns").splitlines()
    drugs = ("Aspirin", "ASPIRIN", "-666")
    lines = [f"{line},{drug},MCF7" for line, drug in zip(lines, drugs, strict=True)]
    draft = _read(tmp_path, "\n".join([f"{header},{heading},cell_id", *lines]))
    assert draft.drug == ("aspirin", "aspirin", "dmso")
    assert draft.names == NAMES
    assert draft.report.ignored == ("cell_id",)


def test_the_drug_comes_from_the_metadata_of_gct_and_gctx(tmp_path: Path) -> None:
    path = write_gctx(tmp_path / "a", Z, sig_ids=NAMES, genes=LANDMARKS)
    with h5py.File(path, "a") as file:
        file["/0/META/COL/pert_iname"] = np.array([b"Trametinib", b"trametinib", b"-666"])
    assert read_profiles(path, "a").drug == ("trametinib", "trametinib", "dmso")
    path = write_gct(tmp_path / "b", Z, sig_ids=NAMES, genes=LANDMARKS)
    text = path.read_text().replace("cell_id", "pert_iname", 1)
    assert _read(tmp_path, text).drug == ("a375",) * 3


def test_a_name_with_commas_does_not_make_a_tsv_a_csv(tmp_path: Path) -> None:
    names = ("drug, 10 uM, 24 h", "DMSO, 24 h", "c")
    draft = _read(tmp_path, _text(Z, names, separator="\t"))
    assert (draft.names, draft.report.file_kind) == (names, "TSV")


def test_line_ends_blank_lines_and_quotes_do_not_matter(tmp_path: Path) -> None:
    text = _text(Z, [f'"{name}"' for name in NAMES])
    draft = _read(tmp_path, "\n\n" + text.replace("\n", "\r\n") + ",,,\n\n")
    assert draft.names == NAMES
    np.testing.assert_array_equal(draft.values, Z)


def test_a_table_without_landmarks_is_refused_with_what_it_has(tmp_path: Path) -> None:
    genes = [f"ENSG{i:011}" for i in range(978)]
    words = "none of the 978 .*ENSG00000000000, ENSG.*aspirin, Vorinostat.*Ensembl and probe ids"
    with pytest.raises(LandmarkError, match=words):
        _read(tmp_path, _text(Z, genes=genes))


def test_a_table_without_header_is_refused(tmp_path: Path) -> None:
    text = "\n".join(_text(Z).splitlines()[1:])
    with pytest.raises(FileFormatError, match=f"first line starts with the gene '{SYMBOLS[0]}'"):
        _read(tmp_path, text)


# --------------------------------------------------------------------------- refused as written


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty or has a single line"),
        (b"\n \n,,,\n", "is empty or has a single line"),
        (b"id,a,b\n", "is empty or has a single line"),
        (b"PK\x03\x04 zipped", "Excel workbook or a zip archive. Save the sheet as CSV"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Excel workbook or a zip archive"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is not a text file"),
        (gzip.compress(b"id,a\nDDIT4,1\n", mtime=0), r"compressed \(gzip\). Unpack it first"),
        ("id,a\nDDIT4,1\n".encode("utf-16-le"), "is not a text file"),
        (b"\xff\xfei\0d\0,\0a\0\n\0\x00\xd8", "cannot be read as text"),
        (b"id,a\n" + b"DDIT4,1\n" * 5000 + b"\0", "line 5002 is not text"),
        (b"one\ntwo\nthree\n", r"not parted into columns \(first: 'one'\)"),
        (b"id,a\nDDIT4,1\nPAX8,2,3\n", "line 3 has 3 cells where the header has 2"),
        (b"id,a,b\nDDIT4,1,2\nPAX8,2\n", "line 3 has 2 cells where the header has 3"),
        (b'id,a\nDDIT4,1\n"PAX8\n",2\n', "line 3 has 1 cells|not parted into columns"),
        (b"id,a\nDDIT4,up\nPAX8,down\n", "2 of its 2 columns hold text"),
        (b"id,a\nDDIT4,\nPAX8,NA\n", "holds no numbers"),
        (b"id,a,b\nDDIT4,1,2\nPAX8,2,inf\n", "infinite or too large, .* row 'PAX8', column 'b'"),
        (b"id,a\nDDIT4,1e60\n", "infinite or too large"),
        (b"id,a,b\nDDIT4,1,2\nPAX8,2,high\n", r"line 3, column 3 \('b'\) holds 'high'"),
        (b"id,a,b\nDDIT4,NA,2\nPAX8,NA,1 0\n", r"line 3, column 3 \('b'\) holds '1 0'"),
        (b"id;a;b\nDDIT4;1;2\nPAX8;2;0,5\n", "'0,5', which is not a number. Use a decimal point"),
        (b"id,DDIT4,PAX8\na,1,high\n", r"line 2, column 3 \('PAX8'\) holds 'high'"),
        (b'id,a\nDDIT4,"' + b"1" * 200_000 + b'"\n', "cannot be read as text"),
        (b"#1.2\nmany\trows\n", "second line is 'many rows'"),
        (b"#1.2\n1\t1\t0\t0\nid\td\ta\nDDIT4\tx\t2\n", "version #1.2 announces .* 2 whole"),
        (b"#1.3\n1\t1\nid\ta\nDDIT4\t2\n", "version #1.3 announces .* 4 whole numbers"),
        (b"#1.3\n1\t1\t0\t0\n", "ends after its dimensions"),
        (b"#1.3\n1\t1\t0\t0\nid\ta\n", "holds no values"),
        (b"#1.3\n3\t1\t0\t0\nid\ta\nDDIT4\t2\n", "announces 3 genes and holds 1"),
        (b"#1.3\n1\t2\t0\t0\nid\ta\nDDIT4\t2\n", "announces 2 profiles .* header has 2 cells"),
        (b"#1.3\n1\t1\t5\t0\nid\ta\nDDIT4\t2\n", "1 profiles beside 6 .* header has 2 cells"),
        (b"#1.3\n1\t0\t1\t0\nid\ta\nDDIT4\t2\n", "holds no values"),
        (b"#1.3\n1\t1\t0\t2\nid\ta\nc\tx\n", "holds no values"),
        (b"#1.3\n1\t1\t0\t1\nid\ta\nc\nDDIT4\t2\n", "line 4 has 1 cells"),
        (b"#1.3\n1\t1\t900\t0\nid\ta\nDDIT4\t2\n", "announces 900 columns and 0 lines"),
        (b"#1.3\n900000\t900000\t0\t0\nid\ta\nDDIT4\t2\n", "holds 900,000 rows x 900,000 columns"),
        (b"#1.3\n99999999999\t1\t0\t0\nid\ta\nDDIT4\t2\n", "second line is '99999999999"),
    ],
)  # fmt: skip
def test_what_is_no_table_of_genes_is_refused_with_a_reason(
    tmp_path: Path, content: bytes, words: str
) -> None:
    with pytest.raises(FileFormatError, match=words) as caught:
        _read(tmp_path, content, name="my\n\x1bfile.csv")
    assert str(caught.value).startswith("'my file.csv' cannot be ")


def test_an_excel_workbook_is_refused(tmp_path: Path) -> None:
    book = io.BytesIO()
    with zipfile.ZipFile(book, "w") as archive:
        archive.writestr("[Content_Types].xml", "")
    with pytest.raises(FileFormatError, match="Save the sheet as CSV"):
        _read(tmp_path, book.getvalue(), name="mine.csv")


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
            lambda: b"id" + b",a" * 50_000 + b"\n" + (b"x" + b",1" * 50_000 + b"\n") * 5,
            "none of the 978|holds .* rows",
        ),
        (lambda: b"id,a" + b",w" * 200 + b"\n" + (b"x,1" + b",w" * 200 + b"\n") * 9000,
         "201 of its 202 columns hold text"),
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
    with pytest.raises(FileFormatError, match=r"at most 0 MiB are taken\. Keep the 978 landmark"):
        _read(tmp_path, template_csv())


@pytest.mark.parametrize("genes_in", ["rows", "columns"])
def test_too_many_profiles_are_refused_either_way_round(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, genes_in: str
) -> None:
    monkeypatch.setattr("gpar_core.data.profile_matching.MAX_PROFILES", 2)
    with pytest.raises(FileFormatError, match="holds 3 profiles; at most 2"):
        _read(tmp_path, _text(Z, genes_in=genes_in))


def test_too_many_rows_stop_the_reading_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(profile_tables, "MAX_VALUES", 30)
    text = _text(Z) + "never reached, as it would be ragged"
    with pytest.raises(FileFormatError, match="holds 11 rows x 3 columns of values or more"):
        _read(tmp_path, text)


def test_every_separator_has_a_name() -> None:
    assert dict(zip(SEPARATORS.values(), SEPARATORS, strict=True)) == profile_text.SEPARATORS


# ------------------------------------------------------------------------------ refused as HDF5


def _matrix(file: h5py.File, **settings: object) -> h5py.Dataset:
    del file["/0/DATA/0/matrix"]
    return file.create_dataset("/0/DATA/0/matrix", **settings)


def _external_link(file: h5py.File, other: Path) -> None:
    del file["/0/DATA/0/matrix"]
    file["/0/DATA/0/matrix"] = h5py.ExternalLink(str(other), "/0/DATA/0/matrix")


def _external_group(file: h5py.File, other: Path) -> None:
    del file["/0/META"]
    file["/0/META"] = h5py.ExternalLink(str(other), "/0/META")


def _soft_link(file: h5py.File, other: Path) -> None:
    file.move("/0/DATA/0/matrix", "/elsewhere")
    file["/0/DATA/0/matrix"] = h5py.SoftLink("/elsewhere")


def _external_storage(file: h5py.File, other: Path) -> None:
    _matrix(file, shape=Z.shape, dtype="f4", external=[(str(other), 0, Z.nbytes)])


def _virtual(file: h5py.File, other: Path) -> None:
    del file["/0/DATA/0/matrix"]
    layout = h5py.VirtualLayout(shape=Z.shape, dtype="f4")
    layout[:] = h5py.VirtualSource(str(other), "/0/DATA/0/matrix", shape=Z.shape)
    file.create_virtual_dataset("/0/DATA/0/matrix", layout)


def _huge_shape(file: h5py.File, other: Path) -> None:
    _matrix(file, shape=(10**6, 10**6), dtype="f4", chunks=(100, 100))


def _huge_chunk(file: h5py.File, other: Path) -> None:
    _matrix(file, shape=Z.shape, dtype="f4", maxshape=(None, None), chunks=(100_000, 5_000))


def _huge_ids(file: h5py.File, other: Path) -> None:
    del file["/0/META/ROW/id"]
    file.create_dataset("/0/META/ROW/id", shape=(978,), dtype="S1000000", chunks=(1,))


def _bomb(file: h5py.File, other: Path) -> None:
    matrix = _matrix(file, shape=Z.shape, dtype="f4", chunks=Z.shape, compression="gzip")
    matrix.id.write_direct_chunk((0, 0), zlib.compress(bytes(50_000_000)))


def _other_compression(file: h5py.File, other: Path) -> None:
    _matrix(file, data=Z, chunks=Z.shape, compression="lzf")


def _words(file: h5py.File, other: Path) -> None:
    _matrix(file, data=Z.astype("S8"))


def _one_dimension(file: h5py.File, other: Path) -> None:
    _matrix(file, data=Z[0])


def _group(file: h5py.File, other: Path) -> None:
    del file["/0/DATA/0/matrix"]
    file.create_group("/0/DATA/0/matrix")


def _other_ids(file: h5py.File, other: Path) -> None:
    del file["/0/META/COL/id"]
    file["/0/META/COL/id"] = np.array([b"a", b"b"])


def _free_text(file: h5py.File, other: Path) -> None:
    del file["/0/META/COL/id"]
    file["/0/META/COL/id"] = np.array(NAMES, dtype=h5py.string_dtype())


def _infinite(file: h5py.File, other: Path) -> None:
    file["/0/DATA/0/matrix"][1, 2] = -np.inf


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_external_link, "matrix is absent or a link"),
        (_external_group, "/0/META/ROW is absent or a link"),
        (_soft_link, "matrix is absent or a link"),
        (_external_storage, "matrix lies in another file"),
        (_virtual, "matrix lies in another file"),
        (_huge_shape, "holds 1,000,000 rows x 1,000,000 columns"),
        (_huge_chunk, "matrix unpacks to more than 400 MB"),
        (_huge_ids, "id unpacks to more than 67 MB"),
        (_bomb, "matrix unpacks to more than it announces"),
        (_other_compression, "compressed by other means than gzip"),
        (_words, r"shape \(3, 978\) and the type \|S8"),
        (_one_dimension, r"shape \(978,\)"),
        (_group, "is no dataset"),
        (_other_ids, r"id has the shape \(2,\) where the matrix needs 3 labels"),
        (_free_text, "needed is text of fixed length"),
        (_infinite, rf"row '{LANDMARKS[2]}', column 'Vorinostat'"),
    ],
)
def test_a_gctx_that_reaches_too_far_is_refused(
    tmp_path: Path, change: Callable[[h5py.File, Path], None], words: str
) -> None:
    other = write_gctx(tmp_path / "other", Z, sig_ids=NAMES, genes=LANDMARKS)
    path = write_gctx(tmp_path / "upload", Z, sig_ids=NAMES, genes=LANDMARKS)
    with h5py.File(path, "a") as file:
        change(file, other)
    tracemalloc.start()
    with pytest.raises(FileFormatError, match=words):
        read_profiles(path, "mine.gctx")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 30e6


def test_hdf5_that_is_no_gctx_is_refused(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a", "w") as file:
        file["x"] = np.zeros(3)
    with pytest.raises(FileFormatError, match=r"not a readable GCTX 1\.0 .*Needed are /0/DATA"):
        read_profiles(tmp_path / "a", "a.gctx")
    whole = (tmp_path / "a").read_bytes()
    with pytest.raises(FileFormatError, match=r"not a readable GCTX 1\.0"):
        _read(tmp_path, whole[:300])


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int32])
@pytest.mark.parametrize("compression", [None, "gzip"])
@pytest.mark.parametrize("chunks", [(2, 300), (3, 978)])
def test_ordinary_gctx_storage_is_read(
    tmp_path: Path, dtype: type, compression: str | None, chunks: tuple[int, int]
) -> None:
    values = (100 * Z).astype(dtype)
    path = write_gctx(
        tmp_path / "a", values, sig_ids=NAMES, genes=LANDMARKS, chunks=chunks,
        compression=compression, metadata=True,
    )  # fmt: skip
    np.testing.assert_array_equal(read_profiles(path, "a").values, values.astype(np.float32))


# ----------------------------------------------------------------------------------- accepting


def _counts(n: int = 8, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.poisson(rng.gamma(2, 100, size=978), size=(n, 978)).astype(np.float32)


def _named(n: int) -> tuple[str, ...]:
    return tuple(f"p{i}" for i in range(n))


def test_complete_z_scores_are_accepted_as_they_are(tmp_path: Path) -> None:
    draft = _read(tmp_path, _text(Z))
    assert (draft.report.scale, draft.report.missing) == ("z-scores", ())
    accepted = accept(draft)
    np.testing.assert_array_equal(accepted.matrix, Z)
    assert (accepted.names, accepted.notes) == (NAMES, ())
    assert accepted.drug == ("aspirin", "vorinostat", "dmso")
    assert accepted.matrix.dtype == np.float32
    (note,) = accept(draft, z_score=True).notes
    assert "z-scores already" in note
    np.testing.assert_array_equal(accept(draft, z_score=True).matrix, Z)


def test_missing_genes_and_values_are_refused_until_allowed(tmp_path: Path) -> None:
    values = Z.copy()
    values[1, 5] = np.nan
    draft = _read(tmp_path, _text(values[:, 2:], genes=SYMBOLS[2:]))
    words = (
        rf"genes absent from the file: 2 \({SYMBOLS[0]}, {SYMBOLS[1]}\); missing .* genes: 1, .*"
        rf"{SYMBOLS[5]} in 'Vorinostat'\. Use a file with all .*set to 0"
    )
    with pytest.raises(LandmarkError, match=words):
        accept(draft)
    accepted = accept(draft, impute=True)
    expected = values.copy()
    expected[:, :2] = expected[1, 5] = 0
    np.testing.assert_array_equal(accepted.matrix, expected)
    assert accepted.notes == (
        f"Landmark genes absent from the file: 2 ({SYMBOLS[0]}, {SYMBOLS[1]}).",
        "Missing values set to 0 (no change): 7.",
    )


@pytest.mark.parametrize(("n_genes", "accepted"), [(489, True), (488, False), (1, False)])
def test_more_than_half_missing_is_never_accepted(
    tmp_path: Path, n_genes: int, accepted: bool
) -> None:
    draft = _read(tmp_path, _text(Z[:, :n_genes], genes=SYMBOLS[:n_genes]))
    assert len(draft.report.missing) == 978 - n_genes
    if accepted:
        assert accept(draft, impute=True).matrix.shape == (3, 978)
        return
    words = f"'aspirin' has values for {n_genes} of the 978 .*at least half"
    with pytest.raises(LandmarkError, match=words):
        accept(draft, impute=True)


def test_one_profile_with_few_values_is_named(tmp_path: Path) -> None:
    values = Z.copy()
    values[1, :600] = np.nan
    draft = _read(tmp_path, _text(values))
    with pytest.raises(LandmarkError, match="'Vorinostat' has values for 378 of the 978"):
        accept(draft, impute=True)


@pytest.mark.parametrize(
    ("values", "scale", "why"),
    [
        (Z, "z-scores", "are negative, median"),
        (8 * Z, "unclear", "robust spread 8"),
        (0.1 * Z, "unclear", "robust spread 0.1"),
        (Z + 1, "unclear", "median 0.9"),
        (_counts(), "counts", "whole numbers"),
        (_counts() * np.float32(1.37), "counts", "too large for logarithms"),
        (np.log2(_counts() + 1), "log-values", "none is negative"),
        (np.log2(_counts() + 1) - 2, "log-values", "none is negative"),
        (np.zeros((3, 978)), "unclear", "no two different values"),
        (np.abs(Z), "log-values", "none is negative"),
        (np.full((1, 978), np.nan), "unclear", "no two different values"),
    ],
)
def test_the_scale_is_told_with_a_reason(values: np.ndarray, scale: str, why: str) -> None:
    found = detect(values.astype(np.float32))
    assert found.kind == scale
    assert why in found.reason


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (_counts(), "look like counts, not z-scores: all are whole numbers.* Upload z-scores"),
        (np.log2(_counts() + 1), "look like log-values, not z-scores"),
    ],
)
def test_levels_are_refused_until_z_scoring_is_allowed(
    tmp_path: Path, values: np.ndarray, words: str
) -> None:
    draft = _read(tmp_path, _text(values, _named(len(values))))
    with pytest.raises(FileFormatError, match=words):
        accept(draft)
    assert accept(draft, z_score=True).matrix.shape == values.shape


def test_unclear_values_are_accepted_with_a_note(tmp_path: Path) -> None:
    accepted = accept(_read(tmp_path, _text(8 * Z)))
    np.testing.assert_array_equal(accepted.matrix, 8 * Z)
    assert "unclear (52% are negative" in accepted.notes[0]


def test_counts_are_z_scored_over_all_genes_of_the_file(tmp_path: Path) -> None:
    counts, others = _counts(), 1000 * np.arange(8, dtype=np.float32)[:, None] + 500
    genes = [*SYMBOLS, "OTHER"]
    draft = _read(tmp_path, _text(np.concatenate([counts, others], 1), _named(8), genes))
    accepted = accept(draft, z_score=True)
    totals = counts.sum(axis=1) + others[:, 0]
    for gene in (0, 100, 977):
        levels = np.log2(counts[:, gene] / totals * 1e6 + 1)
        mad = np.median(np.abs(levels - np.median(levels)))
        z = (levels - np.median(levels)) / (1.4826 * max(mad, 0.1))
        np.testing.assert_allclose(accepted.matrix[:, gene], np.clip(z, -10, 10), atol=1e-3)
    assert [note.split()[3] for note in accepted.notes] == ["turned", "z-scored"]
    assert "across the 8 uploaded profiles" in accepted.notes[1]


def test_z_scoring_leaves_constant_genes_at_zero_and_clips_outliers(tmp_path: Path) -> None:
    levels = np.full((7, 978), 8, np.float32) + np.arange(978, dtype=np.float32) / 1000
    levels[0, 1], levels[1, 2], levels[2, 3] = 14, 8.1, np.nan
    draft = _read(tmp_path, _text(levels, _named(7)))
    matrix = accept(draft, z_score=True, impute=True).matrix
    assert matrix[0, 1] == 10
    assert matrix[1, 2] == pytest.approx((8.1 - 8.002) / 0.14826, abs=1e-3)
    assert np.count_nonzero(matrix) == 2


def test_z_scoring_needs_something_to_compare_with(tmp_path: Path) -> None:
    draft = _read(tmp_path, _text(_counts(5), _named(5)))
    with pytest.raises(FileFormatError, match=r"holds 5 profiles; at least 6 .*controls"):
        accept(draft, z_score=True)


def test_a_profile_without_counts_is_named(tmp_path: Path) -> None:
    counts = _counts()
    counts[3] = 0
    draft = _read(tmp_path, _text(counts, _named(8)))
    with pytest.raises(FileFormatError, match="All counts of 'p3' are 0"):
        accept(draft, z_score=True)


# --------------------------------------------------------------------------------------- store


STORED = Profiles(("a", "b", "ü"), ("x", "x", "ü"), Z, ("Something was done.",))


def test_profiles_are_saved_and_loaded_unchanged(tmp_path: Path) -> None:
    save(STORED, tmp_path / "deep" / "folder")
    loaded = load(tmp_path / "deep" / "folder")
    assert (loaded.names, loaded.drug, loaded.notes) == (STORED.names, STORED.drug, STORED.notes)
    np.testing.assert_array_equal(loaded.matrix, STORED.matrix)
    assert profiles_id(loaded) == profiles_id(STORED)


def test_the_id_tells_every_part_apart() -> None:
    one_value = STORED.matrix.copy()
    one_value[2, 977] += 1
    variants = [
        STORED,
        replace(STORED, names=("a", "b", "c")),
        replace(STORED, drug=("x", "y", "ü")),
        replace(STORED, notes=()),
        replace(STORED, matrix=one_value),
    ]
    ids = {profiles_id(each) for each in variants}
    assert len(ids) == len(variants)
    assert all(len(one) == 20 and set(one) <= set("0123456789abcdef") for one in ids)
    assert profiles_id(replace(STORED, matrix=np.asfortranarray(Z))) == profiles_id(STORED)


@pytest.mark.parametrize("lost", ["matrix.npy", "manifest.json"])
@pytest.mark.parametrize("content", [None, b"", b"{}", b"[1]", b"\x93NUMPY\x01\x00"])
def test_a_damaged_store_is_refused(tmp_path: Path, lost: str, content: bytes | None) -> None:
    save(STORED, tmp_path)
    (tmp_path / lost).unlink()
    if content is not None:
        (tmp_path / lost).write_bytes(content)
    with pytest.raises(DataError, match=r"cannot be read .* Upload the file again"):
        load(tmp_path)


@pytest.mark.parametrize(
    "change", [{"format_version": 99}, {"gene_order": [1]}, {"names": ["a"]}, {"id": "0" * 20}]
)
def test_a_store_that_says_something_else_is_refused(
    tmp_path: Path, change: dict[str, object]
) -> None:
    save(STORED, tmp_path)
    manifest = json.loads((tmp_path / "manifest.json").read_text("utf-8"))
    (tmp_path / "manifest.json").write_text(json.dumps(manifest | change), encoding="utf-8")
    with pytest.raises(DataError, match="cannot be read"):
        load(tmp_path)


def test_a_pickle_is_not_opened(tmp_path: Path) -> None:
    save(STORED, tmp_path)
    np.save(tmp_path / "matrix.npy", np.array([print], dtype=object), allow_pickle=True)
    with pytest.raises(DataError, match="allow_pickle=False"):
        load(tmp_path)


# ---------------------------------------------------------------------------------- real files


@pytest.mark.parametrize(
    ("name", "n", "id_kind"),
    [
        ("test_sample_n2x12328.gctx", 2, "entrez"),
        ("contest_modzs_ezid_n10x10174.gctx", 10, "entrez"),
        ("level5_s2n_lm_n5x978.gct", 5, "entrez"),
        ("level5_s2n_lm_n5x978.gctx", 5, "entrez"),
        ("modzs_gct_n3x978.gctx", 3, "entrez"),
        ("test_l1000.gctx", 377, "entrez"),
    ],
)
def test_files_of_other_tools_are_z_scores(
    gct_files: Path, name: str, n: int, id_kind: str
) -> None:
    draft = read_profiles(gct_files / name, name)
    report = draft.report
    assert (report.n_profiles, report.genes_in, report.id_kind) == (n, "rows", id_kind)
    assert (report.n_found, report.scale) == (978, "z-scores")
    assert accept(draft).notes == ()


def test_the_same_signatures_as_gct_and_gctx_are_the_same_profiles(gct_files: Path) -> None:
    text, binary = (
        read_profiles(gct_files / f"level5_s2n_lm_n5x978.{kind}", kind) for kind in ("gct", "gctx")
    )
    np.testing.assert_allclose(text.values, binary.values, rtol=0, atol=6e-5)
    assert text.names == binary.names


def test_probes_are_read_by_the_gene_ids_beside_them(gct_files: Path) -> None:
    draft = read_profiles(gct_files / "modzs_gct_n3x978.gctx", "probes")
    assert draft.drug[0] == "cimetidine"
    assert "id" in draft.report.ignored


def test_a_matrix_without_genes_is_refused(gct_files: Path) -> None:
    with pytest.raises(LandmarkError, match="none of the 978 landmark genes"):
        read_profiles(gct_files / "mini_gctoo_for_testing.gctx", "mini")


def test_real_consensus_signatures_are_read_as_z_scores(consensus: Path) -> None:
    name = "Consensus_Level5_n1170x978.gctx"
    draft = read_profiles(consensus / name, name)
    assert (draft.report.n_profiles, draft.report.scale) == (1170, "z-scores")
    with h5py.File(consensus / name) as file:
        ids = file["/0/META/ROW/id"][()].astype(int)
        theirs = file["/0/DATA/0/matrix"][()][:, np.argsort(ids)]
    np.testing.assert_array_equal(accept(draft).matrix, theirs)
