"""`select` prints what each criterion leaves before it chooses, and refuses in one line."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gpar_core.__main__ import main
from gpar_core.data import compendium as compendia
from gpar_core.data.quality import QualityFilter
from gpar_core.storage.cache import Cache
from tests.geo_files import release, write_release
from tests.perturbagens import mixed_release
from tests.processes import end_jobs
from tests.synthetic import build, drugs_of

SELECT = ("select", "--compendium", "tiny", "--name", "active")


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Cache]:
    cache = Cache((tmp_path / "cache").resolve())
    build(cache.compendium("tiny"), [*drugs_of("HDAC inhibitor", 3), *drugs_of("", 60, tas=0.1)])
    yield cache
    end_jobs(cache)


def _run(cache: Cache, *arguments: str) -> int:
    return main(["--cache", str(cache.root), *arguments])


def test_a_selection_is_made_and_shown(cache: Cache, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("--min-tas", "0.05", "--times", "24,6", "--cells", "mcf7", "--max-dose", "10")
    assert _run(cache, *SELECT, *asked) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["signatures", "compounds", "inactive", "moas", "unknown"]
    assert [line.split()[-5:] for line in lines[1:6]] == [
        ["126", "63", "60", "1", "0"],
        ["126", "63", "60", "1", "0"],
        ["126", "63", "60", "1", "0"],
        ["126", "63", "60", "1", "0"],
        ["63", "63", "60", "1", "0"],
    ]
    assert lines[6].startswith("active: 63 signatures")
    assert compendia.load(cache.compendium("active")).filters == (
        QualityFilter(min_tas=0.05, max_dose=10.0, times=(6.0, 24.0), cells=("MCF7",)),
    )


def test_an_import_takes_the_same_options(tmp_path: Path, cache: Cache) -> None:
    (files,) = write_release(release(), tmp_path / "files").series
    code = _run(
        cache, "import", "--name", "part", "--gctx", str(files.matrix),
        "--sig-info", str(files.sig_info), "--gene-info", str(files.gene_info), "--cells", "a375",
    )  # fmt: skip
    assert code == 0
    assert compendia.load(cache.compendium("part")).cell_lines == ["A375"]


def test_kinds_of_perturbagens_are_imported_listed_and_filtered(
    tmp_path: Path, cache: Cache, capsys: pytest.CaptureFixture[str]
) -> None:
    files = write_release(mixed_release(), tmp_path / "files")
    (series,) = files.series
    code = _run(
        cache, "import", "--name", "mixed", "--gctx", str(series.matrix), "--sig-info",
        str(series.sig_info), "--gene-info", str(series.gene_info), "--pert-types",
        "trt_cp,trt_xpr", "TRT_LIG",
    )  # fmt: skip
    assert code == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("mixed: 8 signatures, 2 drugs")
    assert said[1] == "  and 4 signatures of 1 ligand, 4 signatures of 1 knock-out"
    others = "  8 signatures of perturbagens other than compounds, ligands, knock-outs, left out: "
    assert others + "trt_oe (4); trt_sh.cgs (4)" in said
    asked = ("--compendium", "mixed", "--name", "part", "--cells", "MCF7", "--min-dose", "20")
    assert _run(cache, "select", *asked) == 0
    said = capsys.readouterr().out.splitlines()
    assert "0 of 4 signatures of ligands are kept" in said
    assert "2 of 4 signatures of knock-outs are kept" in said
    assert compendia.load(cache.compendium("part")).kinds == ("trt_xpr",)
    assert _run(cache, "compendia") == 0
    assert "and 4 signatures of 1 ligand" in capsys.readouterr().out
    assert _run(cache, "fetch", "lincs2020", "--pert-types", "trt_sh") == 2
    assert "trt_sh.cgs (knock-down)" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ([], "has no limits"),
        (["--min-tas", "2"], "must be between 0 and 1"),
        (["--min-tas", "0.9"], "keeps none of the 126 signatures"),
        (["--times", "soon"], "Give hours"),
        (["--cells", "PC3"], "is from 'PC3'"),
    ],
)
def test_what_cannot_be_selected_is_one_line(
    cache: Cache, capsys: pytest.CaptureFixture[str], asked: list[str], words: str
) -> None:
    assert _run(cache, *SELECT, *asked) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert words in printed.err
    assert printed.err.count("\n") == 1
    assert not cache.jobs.exists()
