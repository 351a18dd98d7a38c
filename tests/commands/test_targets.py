"""`predict-target` and `evaluate-targets` print and write what the page shows."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gpar_core import fields
from gpar_core.__main__ import main
from gpar_core.analyses.run_job import run_job
from gpar_core.commands import targets
from gpar_core.data import compendium as compendia
from gpar_core.progress import silent
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import Request, job_id
from tests.pools import Means
from tests.targets.planted import planted
from tests.targets.planted_library import planted_library


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Cache:
    made = Cache(tmp_path_factory.mktemp("cache"))
    planted_library(made, planted(made.compendium("planted"), effect=20.0))
    planted(made.compendium("bare"), kinds={}, known=False)
    return made


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def finish(cache: Cache, request: Request) -> str:
        run_job(request, cache, silent, Means())
        return job_id(request)

    monkeypatch.setattr(targets, "finish", finish)


def run(cache: Cache, command: str, *arguments: str) -> int:
    return main(["--cache", str(cache.root), command, *arguments])


def test_a_compound_is_ranked_and_written(
    cache: Cache, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [tmp_path / "out.csv", tmp_path / "out.json"]
    files = ["--csv", str(paths[0]), "--json", str(paths[1])]
    assert run(cache, "predict-target", "--compendium", "planted", "--compound", "drug7",
               *files) == 0  # fmt: skip
    said = capsys.readouterr()
    assert "SIMULATED data" in said.out
    assert "drug7: GENE7 " in said.out
    assert "   1*GENE7" in said.out
    assert "known target, not used as evidence: GENE7 (rank 1) of 40" in said.out
    assert "near drug7: drug22" in said.out
    assert said.err == ""
    assert "Library" in said.out
    table = pd.read_csv(paths[0])
    assert (len(table), set(table["data"])) == (40, {"SIMULATED"})
    written = json.loads(paths[1].read_text("utf-8"))
    assert written["targets"][0]["gene"] == "GENE7"
    assert written["scope"][0]["n_molecules"] == 30


def test_profiles_are_ranked(
    cache: Cache, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = compendia.load(cache.compendium("planted"))
    own = (data.signatures["drug"] == "drug3").to_numpy()
    table = pd.DataFrame({"mine": np.asarray(data.matrix[own]).mean(axis=0)})
    table.insert(0, "gene", fields.LANDMARK_SYMBOLS)
    path = tmp_path / "mine.csv"
    table.to_csv(path, index=False)
    assert run(cache, "predict-target", "--compendium", "planted", "--profiles", str(path)) == 0
    assert "mine: GENE3 " in capsys.readouterr().out


def profile(cache: Cache, drug: str) -> np.ndarray:
    data = compendia.load(cache.compendium("planted"))
    own = (data.signatures["drug"] == drug).to_numpy()
    return np.asarray(data.matrix[own]).mean(axis=0)


def test_one_column_of_a_result_table_is_the_profile(
    cache: Cache, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = pd.DataFrame(
        {
            "gene": fields.LANDMARK_SYMBOLS,
            "log2FoldChange": profile(cache, "drug4"),
            "stat": profile(cache, "drug3"),
            "pvalue": 0.5,
        }
    )
    path = tmp_path / "mine.csv"
    table.to_csv(path, index=False)
    command = ["predict-target", "--compendium", "planted", "--profiles", str(path)]
    assert run(cache, *command) == 0
    assert "mine: GENE3 " in capsys.readouterr().out
    assert run(cache, *command, "--column", "log2FoldChange") == 0
    assert "mine: GENE4 " in capsys.readouterr().out
    assert run(cache, *command, "--column", "pvalue") == 2
    assert "'pvalue' is not a signed statistic" in capsys.readouterr().err


@pytest.mark.parametrize(("replicates", "n"), [("each", 2), ("one", 1)])
def test_replicates_are_of_one_drug_or_each_of_its_own(
    cache: Cache, tmp_path: Path, replicates: str, n: int
) -> None:
    table = pd.DataFrame({"a": profile(cache, "drug3"), "b": profile(cache, "drug4")})
    table.insert(0, "gene", fields.LANDMARK_SYMBOLS)
    path, out = tmp_path / "mine.csv", tmp_path / "out.csv"
    table.to_csv(path, index=False)
    assert run(cache, "predict-target", "--compendium", "planted", "--profiles", str(path),
               "--replicates", replicates, "--csv", str(out)) == 0  # fmt: skip
    assert pd.read_csv(out)["query"].nunique() == n


def test_a_library_is_named_by_its_id(cache: Cache, capsys: pytest.CaptureFixture[str]) -> None:
    (name,) = cache.library_ids()
    asks = ["predict-target", "--compendium", "planted", "--compound", "drug1", "--library"]
    assert run(cache, *asks, name) == 0
    assert "Library" in capsys.readouterr().out
    assert run(cache, *asks, "another") == 2
    assert f"There are: {name}" in capsys.readouterr().err
    evaluates = ["evaluate-targets", "--compendium", "planted", "--library"]
    assert run(cache, *evaluates, name) == 0
    assert "Library " in capsys.readouterr().out
    assert run(cache, *evaluates, "another") == 2


def test_an_evaluation_is_printed_with_chance(
    cache: Cache, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "out.csv"
    assert run(cache, "evaluate-targets", "--compendium", "planted", "--csv", str(path)) == 0
    out = capsys.readouterr().out
    assert "30 molecules with 30 known targets among 40 genes" in out
    assert "Combined: a known target is among the first 10 genes for a share of" in out
    assert "0.250 (0.250-0.250)" in next(line for line in out.splitlines() if "Chance" in line)
    assert "probability, mean" in out
    assert set(pd.read_csv(path)["first"]) == {10, 50}


def test_a_compendium_without_any_evidence_says_what_to_do(
    cache: Cache, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(cache, "predict-target", "--compendium", "bare", "--compound", "drug7") == 2
    assert "fetch lincs2020 --pert-types" in capsys.readouterr().err
    assert run(cache, "evaluate-targets", "--compendium", "bare") == 2
    assert "a column 'target'" in capsys.readouterr().err
    assert run(cache, "predict-target", "--compendium", "planted", "--profiles", "none.csv") == 2
    assert "'none.csv' cannot be opened" in capsys.readouterr().err
