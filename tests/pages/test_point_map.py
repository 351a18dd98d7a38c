"""What comes back from the browser, and the files that it fetches points from."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import streamlit as st

from gpar_core.analyses.map.packing import Packed
from pages._shared.point_map import published
from pages._shared.point_map.component import chosen_on


@pytest.mark.parametrize(
    "state",
    [{"drug": 9**9, "point": -1, "lasso": "zz"}, {"drug": "0", "point": None}, {}, [], "x"],
)
def test_nonsense_from_the_browser_chooses_nothing(
    monkeypatch: pytest.MonkeyPatch, state: object
) -> None:
    packed = Packed(b"", "", np.arange(36), pd.Index(["digoxin", "ouabain"]))
    monkeypatch.setattr(st, "session_state", {"map": {"chosen": state}})
    chosen = chosen_on("map", packed)
    assert (chosen.drug, chosen.point, len(chosen.inside)) == ("", None, 0)


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(published, "FOLDER", tmp_path)
    options = {"server.enableStaticServing": True, "server.baseUrlPath": "/gpar/"}
    monkeypatch.setattr(st, "get_option", options.get)
    return tmp_path


def made(n: int) -> Packed:
    return Packed(b"points" * n, f"{n:064x}", np.arange(0), pd.Index([]))


def test_a_file_is_named_by_its_content_and_written_once(served: Path) -> None:
    assert published.address(made(1)) == f"/gpar/app/static/{1:064x}.points.gz"
    (file,) = served.iterdir()
    assert file.read_bytes() == b"points"
    written = file.stat().st_ino
    published.address(made(1))
    assert file.stat().st_ino == written


def test_files_not_used_for_long_are_removed(served: Path) -> None:
    for n in range(published.MAX_FILES):
        published.address(made(n))
        os.utime(served / f"{n:064x}.points.gz", (n, n))
    (served / "README.md").write_text("stays")
    published.address(made(0))  # used again
    published.address(made(1000))
    left = {file.name[:64] for file in served.glob("*.points.gz")}
    assert len(left) == published.MAX_FILES
    assert f"{0:064x}" in left
    assert f"{1:064x}" not in left
    assert (served / "README.md").is_file()


def test_where_nothing_can_be_served_points_go_by_message(
    served: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published, "FOLDER", served / "absent")
    assert published.address(made(1)) == ""
    monkeypatch.setattr(st, "get_option", {}.get)
    monkeypatch.setattr(published, "FOLDER", served)
    assert published.address(made(1)) == ""
    assert not list(served.iterdir())
