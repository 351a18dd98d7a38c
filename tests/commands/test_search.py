"""`search` prints what mimics and what reverses, and writes any of the three tables."""

from itertools import takewhile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gpar_core import Workspace, fields
from gpar_core.__main__ import main
from gpar_core.data import compendium as compendia
from gpar_core.storage.cache import Cache
from tests.synthetic import build, drugs_of

CELLS = ("A375", "PC3")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Cache:
    made = Cache(tmp_path_factory.mktemp("cache"))
    drugs = [*drugs_of("X inhibitor", 4), *drugs_of("", 30)]
    build(made.compendium("mine"), drugs, cells=CELLS, effect=40.0, name="mine")
    return made


@pytest.fixture
def lists(cache: Cache, tmp_path: Path) -> list[str]:
    """The genes that x0 changes most, as files."""
    compendium = compendia.load(cache.compendium("mine"))
    own = np.asarray(compendium.matrix)[(compendium.signatures["drug"] == "x0").to_numpy()]
    order = np.argsort(own.mean(axis=0))
    arguments = []
    for side, genes in (("up", order[-60:]), ("down", order[:60])):
        names = [fields.LANDMARK_SYMBOLS[gene] for gene in genes]
        path = tmp_path / f"{side}.txt"
        path.write_text("# a comment\n" + "\r\n".join(names) + "\n\n", "utf-8-sig")
        arguments += [f"--{side}", str(path)]
    return arguments


def run(cache: Cache, *arguments: str) -> int:
    return main(["--cache", str(cache.root), "search", "--compendium", "mine", *arguments])


def first_of(printed: str, side: str) -> list[str]:
    """Names below the heading of a side."""
    lines = printed.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(side)) + 1
    return [line.split()[0] for line in takewhile(str.strip, lines[start : start + 4])]


def test_the_class_of_the_lists_comes_first(
    cache: Cache, lists: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(cache, *lists) == 0
    out, err = capsys.readouterr()
    assert "60 genes up, 60 down, against 68 signatures of 34 compounds" in out
    assert set(first_of(out, "mimic")) == {"x0", "x1", "x2", "x3"}
    assert "60 of 60 genes are landmark genes" in err


def test_turned_round_they_reverse(
    cache: Cache, lists: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(cache, "--up", lists[3], "--down", lists[1], "--score", "xsum") == 0
    assert set(first_of(capsys.readouterr().out, "reverse")) == {"x0", "x1", "x2", "x3"}


@pytest.mark.parametrize(("rows", "n"), [("compound", 34), ("cell", 68), ("signature", 68)])
def test_each_table_is_written_with_its_query(
    cache: Cache, lists: list[str], tmp_path: Path, rows: str, n: int
) -> None:
    path = tmp_path / "found.csv"
    assert run(cache, *lists, "--summarize", rows, "--csv", str(path)) == 0
    table = pd.read_csv(path)
    assert len(table) == n
    assert {"pert_iname", "connectivity", "query", "compendium", "simulated"} <= set(table)
    assert set(table["query"]) == {"up"}


def test_a_compound_finds_itself(cache: Cache, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(cache, "--compound", "X2") == 0
    assert first_of(capsys.readouterr().out, "mimic")[0] == "x2"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Give one query"),
        (["--compound", "x1", "--up", "FILE"], "Give one query"),
        (["--up", "missing.txt"], "no file 'missing.txt'"),
        (["--compound", "nobody"], "not found in the compendium"),
        (["--down", "FILE"], "None of the 2 names"),
    ],
)
def test_what_cannot_be_searched_is_one_line(
    cache: Cache,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    said: str,
) -> None:
    path = tmp_path / "list.txt"
    path.write_text("FOO\nBAR\n", "utf-8")
    given = [str(path) if each == "FILE" else each for each in arguments]
    assert run(cache, *given) == 2
    assert said in capsys.readouterr().err


def test_from_python_it_is_the_same(cache: Cache) -> None:
    here = Workspace(cache.root)
    mine = here.compendium("mine")
    found = here.search(mine, compound="x1")["compounds"]
    assert set(found["drug"].head(4)) == {"x0", "x1", "x2", "x3"}
    symbols = fields.LANDMARK_SYMBOLS
    lists = here.search(mine, up=symbols[:30], down=symbols[30:60], score="cosine")
    assert set(lists) == {"signatures", "cells", "compounds", "adjustments"}


def test_specificity_is_printed_and_asked_for_where_it_takes_long(
    cache: Cache,
    lists: list[str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run(cache, *lists, "--score", "zhang")
    usual = capsys.readouterr().out
    assert " tau " in usual
    assert "    - " not in usual
    monkeypatch.setattr("gpar_core.search.reference.AUTOMATIC", 10)
    run(cache, *lists, "--score", "zhang")
    assert "    - " in capsys.readouterr().out
    run(cache, *lists, "--score", "zhang", "--tau")
    assert capsys.readouterr().out == usual
