"""`search` prints what mimics and what reverses, and writes any of the three tables."""

import json
from itertools import takewhile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gpar_core import Workspace, fields, processors
from gpar_core.__main__ import main
from gpar_core.data import compendium as compendia
from gpar_core.errors import RequestError
from gpar_core.storage.cache import Cache
from tests import targeted
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


def test_targets_have_a_column_where_they_are_known(
    cache: Cache, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asks = ("--compound", "x0")
    assert run(cache, *asks) == 0
    heads = [line for line in capsys.readouterr().out.splitlines() if "conn." in line]
    assert [head.split()[-1] for head in heads] == ["MOA", "MOA"]
    other = Cache(tmp_path)
    build(other.compendium("mine"), targeted.DRUGS, cells=CELLS, effect=40.0, name="mine")
    assert run(other, "--compound", "mtor0") == 0
    head, first = capsys.readouterr().out.splitlines()[2:4]
    assert head.split()[-2:] == ["MOA", "target"]
    assert first[head.index("MOA") :].split("  ")[0] == "MTOR inhibitor"
    assert first[head.index("target") :] == "MTOR|PIK3CA"


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


def table_of(compendium: str, cache: Cache, path: Path, drug: str = "x0") -> Path:
    """The mean signature of a drug as a result table of limma."""
    data = compendia.load(cache.compendium(compendium))
    own = np.asarray(data.matrix)[(data.signatures["drug"] == drug).to_numpy()].mean(axis=0)
    rows = [
        f"{name},{value / 2:.4f},{value:.4f},0.001,{0.01 if abs(value) > 1 else 0.5}"
        for name, value in zip(fields.LANDMARK_SYMBOLS, own, strict=True)
    ]
    path.write_text("gene,logFC,t,P.Value,adj.P.Val\n" + "\n".join([*rows, "FOO,5,9,0,0"]))
    return path


def test_a_table_is_cut_off_and_what_passes_is_said(
    cache: Cache, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = table_of("mine", cache, tmp_path / "de.csv")
    assert run(cache, "--table", str(path), "--lfc", "0.6", "--genes", "40") == 0
    out, err = capsys.readouterr()
    assert set(first_of(out, "mimic")) == {"x0", "x1", "x2", "x3"}
    assert "40 landmark genes up and 40 down are used" in err
    assert "not among them: FOO" in err
    assert run(cache, "--table", str(path), "--lfc", "9") == 2
    assert "No gene passes at FDR 0.05 and |log2 fold change| 9" in capsys.readouterr().err


def test_the_same_table_as_a_profile_uses_its_statistic(
    cache: Cache, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = table_of("mine", cache, tmp_path / "de.csv")
    assert run(cache, "--profiles", str(path)) == 0
    out, err = capsys.readouterr()
    assert "note: Values: the column 't' of a result table." in err
    assert set(first_of(out, "mimic")) == {"x0", "x1", "x2", "x3"}


def test_a_signature_and_a_compound_in_one_line_find_their_class(
    cache: Cache, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(cache, "--signature", "A375:X-001:0") == 0
    assert first_of(capsys.readouterr().out, "mimic")[0] == "x1"
    assert run(cache, "--compound", "x1", "--cell", "PC3") == 0
    out = capsys.readouterr().out
    assert "x1 in PC3: 50 genes up, 50 down" in out
    assert run(cache, "--compound", "x1", "--cell", "HT29") == 2
    assert "It has: A375, PC3" in capsys.readouterr().err


@pytest.fixture
def gmt(cache: Cache, tmp_path: Path) -> Path:
    """Pairs of lists of x0 and dark0, and a set without a known gene, all with hostile names."""
    data = compendia.load(cache.compendium("mine"))
    rows = []
    for drug, name in (("x0", "=1+1"), ("dark0", "<b>x</b>\x1b[31m")):
        own = np.asarray(data.matrix)[(data.signatures["drug"] == drug).to_numpy()].mean(axis=0)
        order = [fields.LANDMARK_SYMBOLS[gene] for gene in np.argsort(own)]
        rows += [[f"{name}_UP", "x", *order[-30:]], [f"{name}_DN", "x", *order[:30]]]
    path = tmp_path / "sets.gmt"
    path.write_text("\n".join("\t".join(row) for row in [*rows, ["LOST", "x", "FOO"]]))
    return path


def test_gene_sets_are_one_table_with_a_query_column(
    cache: Cache, gmt: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "found.csv"
    assert run(cache, "--gmt", str(gmt), "--csv", str(path), "--score", "zhang") == 0
    out, err = capsys.readouterr()
    assert "2 queries, against 68 signatures of 34 compounds" in out
    assert "\x1b" not in out + err
    assert "warning: left out: LOST" in err
    table = pd.read_csv(path)
    assert len(table) == 2 * 34
    assert table["query"].unique().tolist() == ["'=1+1", "<b>x</b> [31m"]
    best = table.groupby("query", sort=False)["pert_iname"].first().tolist()
    assert best[0] in {"x0", "x1", "x2", "x3"}
    assert best[1] == "dark0"
    assert table["p"].notna().all()
    assert run(cache, "--gmt", str(gmt), "--summarize", "cell") == 2
    assert "Leave out --summarize" in capsys.readouterr().err


def test_json_has_the_queries_and_the_rows(cache: Cache, lists: list[str], tmp_path: Path) -> None:
    path = tmp_path / "found.json"
    assert run(cache, *lists, "--json", str(path), "--summarize", "cell") == 0
    found = json.loads(path.read_text())
    assert found["score"] == "wtcs"
    assert found["data"] == "measured"
    (query,) = found["queries"]
    assert len(query["up"]) == len(query["down"]) == 60
    assert len(found["cells"]) == 68
    assert {"pert_iname", "cell_id", "connectivity"} <= set(found["cells"][0])


def test_a_file_with_directions_has_both_lists(
    cache: Cache, lists: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    up, down = (Path(lists[i]).read_text("utf-8-sig").split()[3:] for i in (1, 3))
    path = tmp_path / "both.csv"
    path.write_text("\n".join([f"{one},up" for one in up] + [f"{one},down" for one in down]))
    assert run(cache, "--up", str(path)) == 0
    assert "60 genes up, 60 down" in capsys.readouterr().out
    assert run(cache, "--up", str(path), "--down", lists[3]) == 2
    assert "A file with directions has both lists" in capsys.readouterr().err


def test_python_takes_the_same_files(cache: Cache, gmt: Path, tmp_path: Path) -> None:
    here = Workspace(cache.root)
    mine = here.compendium("mine")
    path = table_of("mine", cache, tmp_path / "de.csv")
    found = here.search(mine, table=path, lfc=0.6, genes=40)["compounds"]
    assert set(found["drug"].head(4)) == {"x0", "x1", "x2", "x3"}
    batch = here.search(mine, gmt=str(gmt), score="zhang")
    assert set(batch) == {"compounds", "queries"}
    assert batch["queries"]["n_up"].tolist() == [30, 30]
    one = here.search(mine, signature="A375:X-001:0")["compounds"]
    assert one["drug"].iloc[0] == "x1"


@pytest.mark.parametrize("seed", ["-1", "1.5", "x", ""])
def test_a_seed_that_generators_do_not_take_is_refused(
    cache: Cache, capsys: pytest.CaptureFixture[str], seed: str
) -> None:
    with pytest.raises(SystemExit):
        run(cache, "--compound", "x1", f"--seed={seed}")
    assert "must be a whole number, 0 or more" in capsys.readouterr().err
    here = Workspace(cache.root)
    with pytest.raises(RequestError, match="The seed is -1"):
        here.search(here.compendium("mine"), compound="x1", seed=-1)


def test_all_processors_are_used(cache: Cache, monkeypatch: pytest.MonkeyPatch, gmt: Path) -> None:
    given = []

    def watched(*arguments: object, threads: int, **more: object) -> object:
        given.append(threads)
        raise RequestError("Seen.")

    monkeypatch.setattr("gpar_core.commands.search.search", watched)
    monkeypatch.setattr("gpar_core.commands.search.search_batch", watched)
    run(cache, "--compound", "x1")
    run(cache, "--gmt", str(gmt))
    assert given == [processors.usable()] * 2


def test_one_gene_is_one(cache: Cache, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "one.txt"
    path.write_text(fields.LANDMARK_SYMBOLS[0])
    assert run(cache, "--up", str(path), "--score", "wtcs") == 0
    assert "1 gene up, 0 down" in capsys.readouterr().out
