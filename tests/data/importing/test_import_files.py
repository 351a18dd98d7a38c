"""What the files of an import are called, and when they are the same."""

from pathlib import Path

import pytest

from gpar_core.data.importing.import_files import ImportFiles, SeriesFiles, digest


@pytest.mark.parametrize(
    ("matrix", "series"),
    [
        ("GSE92742_Broad_LINCS_Level5_COMPZ.MODZ_n473647x12328.gctx", "GSE92742"),
        ("GSE70138_Broad_LINCS_Level5_COMPZ_n118050x12328_2017-03-06.gctx.gz", "GSE70138"),
        ("level5_beta_trt_cp_n720216x12328.gctx", "LINCS2020"),
        ("mine.of.2024.gct", "mine"),
    ],
)
def test_a_series_is_told_by_the_name_of_its_matrix(matrix: str, series: str) -> None:
    files = SeriesFiles(Path("folder/GSE1") / matrix, Path("s"), Path("g"))
    assert files.series == series
    assert SeriesFiles(Path(matrix), Path("s"), Path("g"), name="other").series == "other"


def test_all_files_given_are_listed() -> None:
    one = SeriesFiles(Path("m1"), Path("s1"), Path("g"))
    two = SeriesFiles(Path("m2"), Path("s2"), Path("g"), Path("q2"), Path("p2"))
    names = [str(path) for path in ImportFiles((one, two), (Path("moa"), Path("ids"))).paths]
    assert names == ["m1", "s1", "g", "m2", "s2", "g", "q2", "p2", "moa", "ids"]


def test_the_digest_sees_content_and_order(tmp_path: Path) -> None:
    a, b, c = (tmp_path / name for name in "abc")
    for path, content in ((a, "x"), (b, "y"), (c, "x")):
        path.write_text(content)
    assert digest([a, b]) == digest([c, b])
    assert len({digest([a, b]), digest([b, a]), digest([a]), digest([])}) == 4
