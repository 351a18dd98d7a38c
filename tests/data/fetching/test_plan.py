"""What can be asked to be fetched, and how large it is said to be."""

from pathlib import Path

import pytest

from gpar_core import fields
from gpar_core.analyses.registry import from_json
from gpar_core.data.fetching.plan import plan_fetch, size_in_words
from gpar_core.data.fetching.request import FetchRequest
from gpar_core.data.fetching.sources import SOURCES
from gpar_core.errors import NotFoundError, RequestError
from gpar_core.storage.requests import job_id, to_json


def test_the_same_wish_is_the_same_job() -> None:
    one = plan_fetch("lincs2020", base_url="https://m.org/a", cells=["PC3", " MCF7", "PC3", ""])
    other = plan_fetch("lincs2020", base_url="https://m.org/a/", cells=["MCF7", "PC3"])
    assert one == other == FetchRequest("lincs2020", "https://m.org/a/", ("MCF7", "PC3"))
    assert job_id(one) == job_id(other)


def test_an_unknown_source_is_told_those_there_are() -> None:
    with pytest.raises(NotFoundError, match=r"no source 'gse1'.*starter, lincs2020, gse92742"):
        plan_fetch("gse1")


@pytest.mark.parametrize(
    "base_url",
    ["file:///etc/", "ftp://x/", "//x/y", "x", "http://", "http://u:p@x/", "http://x/?a=1",
     "http://x/#a", "http://[x/", "http://x:99999/", "javascript:alert(1)", "http://x/\n"],
)  # fmt: skip
def test_what_is_no_mirror_is_refused(base_url: str) -> None:
    with pytest.raises(RequestError, match="not the address of a mirror"):
        plan_fetch("lincs2020", base_url=base_url)


def test_a_table_of_moas_has_no_cell_lines() -> None:
    with pytest.raises(RequestError, match="no cell lines to choose"):
        plan_fetch("repurposing-hub", cells=["MCF7"])
    with pytest.raises(RequestError, match="no kinds of perturbagens to choose"):
        plan_fetch("repurposing-hub", pert_types=["trt_xpr"])


def test_kinds_of_perturbagens_are_part_of_the_wish_but_compounds_go_without_saying() -> None:
    plain = plan_fetch("lincs2020", pert_types=["trt_cp"])
    assert job_id(plain) == job_id(plan_fetch("lincs2020"))
    assert "pert_types" not in to_json(plain)
    chosen = plan_fetch("lincs2020", cells="MCF7", pert_types=["trt_xpr,trt_cp"])
    assert from_json(to_json(chosen)) == chosen
    assert chosen.title == "Fetch LINCS 2020 (clue.io) · MCF7 · compounds, knock-outs"
    assert plan_fetch("gse92742", pert_types=["all"]).pert_types == tuple(fields.PERT_TYPES)
    with pytest.raises(RequestError, match="type 'trt_sh'"):
        plan_fetch("lincs2020", pert_types=["trt_sh"])


def test_a_folder_becomes_absolute_and_is_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert plan_fetch("starter", to=Path("data")).to == str(tmp_path.resolve() / "data")
    (tmp_path / "data").touch()
    with pytest.raises(RequestError, match="is a file"):
        plan_fetch("starter", to=Path("data"))


def test_the_size_is_said_in_words() -> None:
    assert size_in_words(SOURCES["gse92742"]) == (
        "21 GB to download; 23 GB on disk, 45 GB during unpacking."
    )
    assert "36 GB matrix" in size_in_words(SOURCES["lincs2020"])
    assert "in 5 matrices" not in size_in_words(SOURCES["lincs2020"])
    every = size_in_words(SOURCES["lincs2020"], fields.PERT_TYPES)
    assert "the selected part of 5 matrices (56 GB in all), about 50 kB per signature" in every
    assert size_in_words(SOURCES["repurposing-hub"]) == "5.1 MB to download."
