"""GCTX and GCT are read alike, in blocks, and refused with a reason."""

import gzip
import tracemalloc
from pathlib import Path

import h5py
import numpy as np
import pytest
from cmapPy.pandasGEXpress.parse import parse

from gpar_core.data import matrix_files
from gpar_core.data.matrix_files import open_matrix, read_blocks
from gpar_core.errors import FileFormatError
from tests.geo_files import write_gct, write_gctx

GENES = ("10", "20", "30", "40", "50")
SIGNATURES = ("a", "b", "c")
VALUES = np.random.default_rng(0).normal(size=(3, 5)).astype(np.float32)


def _read(path: Path, genes: np.ndarray) -> np.ndarray:
    """(n_signatures, len(genes)), put together from the blocks."""
    matrix = open_matrix(path)
    out = np.full((len(matrix.sig_ids), len(matrix.gene_ids)), np.nan, np.float32)
    for block in read_blocks(matrix, genes, np.arange(len(matrix.sig_ids))):
        out[np.ix_(block.signatures, block.genes)] = block.values
    return out[:, genes]


@pytest.mark.parametrize("block_values", [1, 4, 7, 8_000_000])
@pytest.mark.parametrize("genes", [[0, 1, 2, 3, 4], [4, 0, 2], [3]])
@pytest.mark.parametrize("kind", ["gctx", "chunked.gctx", "1.2.gct", "1.3.gct"])
def test_blocks_of_any_size_give_the_values_asked_for(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    genes: list[int],
    block_values: int,
) -> None:
    monkeypatch.setattr(matrix_files, "BLOCK_VALUES", block_values)
    path = tmp_path / f"matrix.{kind}"
    if kind.endswith("gct"):
        write_gct(path, VALUES, sig_ids=SIGNATURES, genes=GENES, version=kind[:3])
    else:
        chunks = (2, 5) if kind == "chunked.gctx" else None
        write_gctx(path, VALUES, sig_ids=SIGNATURES, genes=GENES, chunks=chunks)
    matrix = open_matrix(path)
    assert (matrix.sig_ids, matrix.gene_ids) == (SIGNATURES, GENES)
    np.testing.assert_array_equal(_read(path, np.array(genes)), VALUES[:, genes])


@pytest.mark.parametrize("wanted", [[0, 1, 2, 5, 6, 7, 8, 9], [3], [0, 9], [4, 7, 8]])
@pytest.mark.parametrize("skip", [0, 1, 2, 3, 5])
@pytest.mark.parametrize("kind", ["gctx", "gct"])
def test_blocks_may_be_skipped_and_hold_only_the_signatures_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, skip: int, wanted: list[int]
) -> None:
    monkeypatch.setattr(matrix_files, "BLOCK_VALUES", 15)
    values = np.random.default_rng(0).normal(size=(10, 5)).astype(np.float32)
    write = write_gct if kind == "gct" else write_gctx
    path = write(tmp_path / f"m.{kind}", values, sig_ids=list("abcdefghij"), genes=GENES)
    genes, signatures = np.array([3, 0, 4]), np.array(wanted)
    every = list(read_blocks(open_matrix(path), genes, signatures))
    found = list(read_blocks(open_matrix(path), genes, signatures, skip=skip))
    assert [b.number for b in found] == [b.number for b in every if b.number >= skip]
    assert every[-1].n_read == len(wanted) * 3
    assert [b.n_read for b in every] == np.cumsum([b.values.size for b in every]).tolist()
    for block in found:
        assert set(block.signatures) <= set(wanted)
        np.testing.assert_array_equal(block.values, values[np.ix_(block.signatures, block.genes)])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("metadata", [False, True])
@pytest.mark.parametrize("variable_length", [False, True])
@pytest.mark.parametrize("compression", [None, "gzip"])
def test_gctx_is_read_whatever_tool_wrote_it(
    tmp_path: Path,
    dtype: type,
    metadata: bool,
    variable_length: bool,
    compression: str | None,
) -> None:
    path = write_gctx(
        tmp_path / "matrix.gctx",
        VALUES.astype(dtype),
        sig_ids=SIGNATURES,
        genes=GENES,
        compression=compression,
        metadata=metadata,
        variable_length=variable_length,
    )
    matrix = open_matrix(path)
    assert (matrix.sig_ids, matrix.gene_ids) == (SIGNATURES, GENES)
    np.testing.assert_array_equal(_read(path, np.arange(5)), VALUES)


def test_gene_ids_stored_as_numbers_are_read_as_text(tmp_path: Path) -> None:
    genes = [int(gene) for gene in GENES]
    path = write_gctx(tmp_path / "matrix.gctx", VALUES, sig_ids=SIGNATURES, genes=genes)
    assert open_matrix(path).gene_ids == GENES


@pytest.mark.filterwarnings("ignore:errors='ignore':FutureWarning")
def test_values_equal_those_of_cmappy(tmp_path: Path) -> None:
    for path in (
        write_gctx(tmp_path / "matrix.gctx", VALUES, sig_ids=SIGNATURES, genes=GENES),
        write_gct(tmp_path / "matrix.gct", VALUES, sig_ids=SIGNATURES, genes=GENES),
    ):
        theirs = parse(str(path)).data_df
        assert tuple(theirs.columns) == SIGNATURES
        assert tuple(theirs.index.astype(str)) == GENES
        np.testing.assert_array_equal(_read(path, np.arange(5)), theirs.to_numpy("float32").T)


def test_memory_does_not_grow_with_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    n = 20_000
    values = np.zeros((n, 978), np.float32)
    path = write_gctx(tmp_path / "matrix.gctx", values, sig_ids=range(n), genes=range(978))
    monkeypatch.setattr(matrix_files, "BLOCK_VALUES", 500_000)
    matrix = open_matrix(path)
    tracemalloc.start()
    n_read = sum(block.values.size for block in read_blocks(matrix, np.arange(978), np.arange(n)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert n_read == values.size
    assert peak < values.nbytes / 8


def test_a_chunk_over_all_signatures_does_not_make_one_block_of_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = np.zeros((1000, 10), np.float32)
    path = write_gctx(
        tmp_path / "matrix.gctx", values, sig_ids=range(1000), genes=range(10), chunks=(1000, 1)
    )
    monkeypatch.setattr(matrix_files, "BLOCK_VALUES", 500)
    blocks = read_blocks(open_matrix(path), np.arange(10), np.arange(1000))
    assert max(len(block.signatures) for block in blocks) <= 50


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "neither GCTX .* nor GCT"),
        (b"PK\x03\x04 zipped", "neither GCTX .* nor GCT"),
        (gzip.compress(b"#1.3\n", mtime=0), "neither GCTX .* nor GCT"),
        (b"#1.3\n", "header cannot be read"),
        (b"#1.3\nmany\trows\t1\t1\n", "header cannot be read"),
        (b"#1.2\n1\t1\t0\t0\nid\ta\n1\t2\n", "header cannot be read"),
        (
            b"#1.3\n3\t1\t0\t0\nid\ta\n1\t2.0\n",
            "declares 3 genes x 1 signatures but",
        ),
        (
            b"#1.3\n1\t2\t0\t0\nid\ta\n1\t2.0\n",
            "declares 1 genes x 2 signatures but",
        ),
    ],
)
def test_what_is_no_matrix_is_refused_with_a_reason(
    tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "matrix.gct"
    path.write_bytes(content)
    with pytest.raises(FileFormatError, match=words):
        open_matrix(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=r"'gone.gctx' cannot be opened \(No such file"):
        open_matrix(tmp_path / "gone.gctx")


def test_a_text_gct_called_gctx_is_refused(tmp_path: Path) -> None:
    path = write_gct(tmp_path / "matrix.gctx", VALUES, sig_ids=SIGNATURES, genes=GENES)
    with pytest.raises(FileFormatError, match=r"ends in \.gctx but is a text GCT"):
        open_matrix(path)


def test_a_word_among_the_values_of_a_gct_is_refused(tmp_path: Path) -> None:
    path = write_gct(tmp_path / "matrix.gct", VALUES, sig_ids=SIGNATURES, genes=GENES)
    text = path.read_text()
    path.write_text(text.replace(repr(float(VALUES[1, 2])), "high"))
    with pytest.raises(FileFormatError, match="value that is not a number"):
        list(read_blocks(open_matrix(path), np.arange(5), np.arange(3)))


def test_values_cut_off_a_gct_are_missing_not_zero(tmp_path: Path) -> None:
    path = write_gct(tmp_path / "matrix.gct", VALUES, sig_ids=SIGNATURES, genes=GENES)
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:-1], "\t".join(lines[-1].split("\t")[:-2])]))
    read = _read(path, np.arange(5))
    np.testing.assert_array_equal(np.argwhere(np.isnan(read)), [[1, 4], [2, 4]])


@pytest.mark.parametrize("share", [0.2, 0.6, 0.95])
def test_a_gctx_cut_short_is_refused(tmp_path: Path, share: float) -> None:
    values = np.zeros((50, 100), np.float32)
    path = write_gctx(tmp_path / "matrix.gctx", values, sig_ids=range(50), genes=range(100))
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(FileFormatError, match="not a readable GCTX"):
        open_matrix(path)


@pytest.mark.parametrize("lost", ["/0/DATA/0/matrix", "/0/META/ROW/id", "/0/META/COL/id", "/0"])
def test_an_hdf5_file_without_a_part_of_gctx_is_refused(tmp_path: Path, lost: str) -> None:
    path = write_gctx(tmp_path / "matrix.gctx", VALUES, sig_ids=SIGNATURES, genes=GENES)
    with h5py.File(path, "a") as file:
        del file[lost]
    with pytest.raises(FileFormatError, match="A GCTX file needs /0/DATA/0/matrix"):
        open_matrix(path)


@pytest.mark.parametrize("values", [VALUES.T, VALUES[:2], VALUES.astype(np.int32)])
def test_a_matrix_that_does_not_fit_its_ids_is_refused(tmp_path: Path, values: np.ndarray) -> None:
    path = write_gctx(tmp_path / "matrix.gctx", values, sig_ids=SIGNATURES, genes=GENES)
    with pytest.raises(FileFormatError, match="for 3 signatures and 5 genes"):
        open_matrix(path)


@pytest.mark.parametrize("how", ["soft", "loop", "elsewhere", "virtual", "external"])
def test_a_gctx_that_points_elsewhere_is_refused(tmp_path: Path, how: str) -> None:
    """Or an import could take in what another user may not see."""
    other = write_gctx(tmp_path / "other.gctx", VALUES, sig_ids=SIGNATURES, genes=GENES)
    path = write_gctx(tmp_path / "matrix.gctx", VALUES, sig_ids=SIGNATURES, genes=GENES)
    (tmp_path / "raw").write_bytes(VALUES.astype("<f4").tobytes())
    where = "/0/DATA/0/matrix"
    with h5py.File(path, "a") as file:
        file["/0/DATA/copy"] = file[where][:]
        del file[where]
        if how == "soft":
            file[where] = h5py.SoftLink("/0/DATA/copy")
        elif how == "loop":
            file[where] = h5py.SoftLink(where)
        elif how == "elsewhere":
            file[where] = h5py.ExternalLink(str(other), where)
        elif how == "virtual":
            layout = h5py.VirtualLayout(VALUES.shape, np.float32)
            layout[:] = h5py.VirtualSource(str(other), where, VALUES.shape)
            file.create_virtual_dataset(where, layout)
        else:
            raw = [(str(tmp_path / "raw"), 0, h5py.h5f.UNLIMITED)]
            file.create_dataset(where, VALUES.shape, np.float32, external=raw)
    with pytest.raises(FileFormatError, match=r"is missing or is a link|is stored in another file"):
        open_matrix(path)
