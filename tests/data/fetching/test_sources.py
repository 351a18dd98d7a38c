"""The table of sources, and that nothing else names their hosts."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from gpar_core import fields
from gpar_core.data.fetching.sources import MATRIX, SOURCES, Source
from gpar_core.storage.cache import checked_name

ROOT = Path(__file__).resolve().parents[3]
FILES = sorted([*(ROOT / "gpar_core").rglob("*.py"), *(ROOT / "pages").rglob("*.py")])
HOSTS = ("ncbi.nlm.nih.gov/geo", "macchiato", "data.clue.io", "amazonaws")


@pytest.mark.parametrize("source", SOURCES.values(), ids=list(SOURCES))
def test_a_source_is_safe_and_complete(source: Source) -> None:
    assert checked_name(source.name, "source") == source.name
    names = [file.name for file in source.files]
    assert len(set(names)) == len(names)
    for file in source.files:
        assert urlsplit(file.url()).scheme == "https"
        assert file.url("http://m/").startswith("http://m/")
        assert file.n_bytes > 0
        assert bool(file.columns) == (file is not source.matrix)
    assert (source.matrix is None) == (not source.cell_column)
    if source.matrix is not None:
        assert {"cell_info", "gene_info", "pert_info", "sig_info"} <= {
            file.role for file in source.tables
        }
        packed = source.matrix.name.endswith(".gz")
        assert packed == bool(source.matrix.unpacked) == (not source.by_ranges)
        assert source.matrix.unpacked == 0 or source.matrix.unpacked > source.matrix.n_bytes


@pytest.mark.parametrize("source", SOURCES.values(), ids=list(SOURCES))
def test_every_kind_of_perturbagen_is_in_one_matrix(source: Source) -> None:
    if source.matrix is None:
        assert not source.matrices(fields.PERT_TYPES)
        return
    assert source.matrices(["trt_cp"]) == [source.matrix]
    every = source.matrices(fields.PERT_TYPES)
    if not source.by_ranges:
        assert every == source.matrices(["trt_xpr"]) == [source.matrix]
        return
    kinds = [kind for file in every for kind in file.pert_types]
    assert sorted(kinds) == sorted(fields.PERT_TYPES)
    assert all(file.role == MATRIX and file.n_bytes > 10**8 for file in every)
    for kind in fields.PERT_TYPES:
        (file,) = source.matrices([kind])
        word = "misc" if kind == "trt_lig" else kind.removeprefix("trt_").split(".")[0]
        assert f"level5_beta_trt_{word}_n" in file.name


@pytest.mark.parametrize("host", HOSTS)
def test_hosts_are_named_in_one_place(host: str) -> None:
    naming = [path.name for path in FILES if host in path.read_text("utf-8")]
    assert naming == ["sources.py"]
