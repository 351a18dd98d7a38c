"""`evaluate-search` prints which score is best, and writes the figures."""

import json
from pathlib import Path

import pandas as pd
import pytest

from gpar_core.__main__ import main
from gpar_core.analyses.run_job import run_job
from gpar_core.commands import evaluate_search
from gpar_core.progress import silent
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import Request, job_id
from tests.pools import Means
from tests.synthetic import Drug, build, drugs_of

MOAS = [f"{letter} inhibitor" for letter in "ABCDEFG"]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Cache:
    made = Cache(tmp_path_factory.mktemp("cache"))
    drugs = [*(drug for moa in MOAS for drug in drugs_of(moa, 3)), *drugs_of("", 10)]
    build(made.compendium("mine"), drugs, effect=25.0, name="mine", simulated=True)
    queries = [Drug("N-1", "a1", "A inhibitor"), Drug("N-2", "new", "B inhibitor")]
    build(made.compendium("other"), queries, seed=1, effect=25.0, name="other")
    return made


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def finish(cache: Cache, request: Request) -> str:
        run_job(request, cache, silent, Means())
        return job_id(request)

    monkeypatch.setattr(evaluate_search, "finish", finish)


def run(cache: Cache, *arguments: str) -> int:
    command = ["evaluate-search", "--compendium", "mine", "--genes", "20,50", *arguments]
    return main(["--cache", str(cache.root), *command])


def test_scores_are_compared_and_written(
    cache: Cache, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [tmp_path / "out.csv", tmp_path / "out.json"]
    given = ["--scores", "wtcs,xsum", "--noise", "0"]
    assert run(cache, *given, "--csv", str(paths[0]), "--json", str(paths[1])) == 0
    out = capsys.readouterr().out
    assert "SIMULATED data" in out
    assert "mine: 7 MOAs, 21 queries, 21 pairs of a query and one of its MOAs" in out
    assert "noise 0: AUROC, mean over 7 MOAs and all list lengths: " in out
    assert "Weighted connectivity" in out
    assert "own molecule" not in out
    table = pd.read_csv(paths[0])
    assert len(table) == 7 * 2 * 2
    assert set(table["score"]) == {"wtcs", "xsum"}
    assert set(table["data"]) == {"SIMULATED"}
    written = json.loads(paths[1].read_text("utf-8"))
    assert written["compendium"] == "mine"
    assert len(written["summary"]) == 2 * 2 * 3
    assert {row["p"] for row in written["summary"] if row["best"]} == {None}


def test_queries_of_another_compendium_are_also_identified(
    cache: Cache, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(cache, "--scores", "cosine", "--noise", "0,0.5", "--queries", "other") == 0
    out = capsys.readouterr().out
    assert "mine: 2 MOAs, 2 queries, 2 pairs" in out
    assert "The query's own molecule, if the compendium has it" in out
    assert "noise 0.5: first for" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--scores", "best"], "no score 'best'"),
        (["--genes", "ten"], "'ten' is not a list of whole numbers"),
        (["--genes", "0"], "0 is not a possible length"),
        (["--noise", "a lot"], "'a lot' is not a list of numbers"),
        (["--queries", "nothing"], "No compendium is named 'nothing'"),
        (["--csv", "missing/out.csv"], "cannot be written"),
    ],
)
def test_what_cannot_be_evaluated_is_one_line(
    cache: Cache, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert run(cache, *arguments) == 2
    assert said in capsys.readouterr().err
