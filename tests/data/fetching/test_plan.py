"""What can be asked to be fetched, and how large it is said to be."""

from pathlib import Path

import pytest

from gpar_core.data.fetching.plan import plan_fetch, size_in_words
from gpar_core.data.fetching.request import FetchRequest
from gpar_core.data.fetching.sources import SOURCES
from gpar_core.errors import NotFoundError, RequestError
from gpar_core.storage.requests import job_id


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
    assert size_in_words(SOURCES["repurposing-hub"]) == "5.1 MB to download."
