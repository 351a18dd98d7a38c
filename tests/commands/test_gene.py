"""The command `gene`, and the same from Python."""

import json
from pathlib import Path

import pandas as pd
import pytest

from gpar_core.__main__ import main
from gpar_core.workspace import Workspace
from tests.perturbed import build_perturbed


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cache")
    build_perturbed(folder / "compendia" / "perturbed", name="perturbed", simulated=True)
    return folder


def run(cache: Path, *options: object) -> int:
    return main(["--cache", str(cache), "gene", "--compendium", "perturbed", *map(str, options)])


def test_it_prints_movers_and_writes_all_tables(
    cache: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    csv, written = tmp_path / "gene.csv", tmp_path / "gene.json"
    assert run(cache, "--gene", "7157", "--csv", csv, "--json", written) == 0
    told = capsys.readouterr().out
    assert "TP53 in perturbed  SIMULATED" in told
    assert "knock-downs that move it down" in told
    assert "TP53 knock-down: mean z" in told
    table = pd.read_csv(csv)
    assert table["pert_iname"][0] == "steady"
    assert set(table["data"]) == {"SIMULATED"}
    content = json.loads(written.read_text("utf-8"))
    tables = Workspace(cache).gene(Workspace(cache).compendium("perturbed"), "TP53")
    assert [row["pert_iname"] for row in content["movers"]] == tables["movers"][
        "pert_iname"
    ].tolist()
    assert content["gene"][0]["sd_rank"] == 1


def test_a_gene_that_is_not_measured_has_its_drugs(
    cache: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    csv = tmp_path / "gene.csv"
    assert run(cache, "--gene", "mdm2", "--csv", csv) == 0
    told = capsys.readouterr().out
    assert "L1000 does not measure it" in told
    assert "Drugs that target it: mdm0, mdm1, mdm2, steady" in told
    assert pd.read_csv(csv)["pert_iname"].tolist() == ["mdm0", "mdm1", "mdm2", "steady"]


def test_an_unknown_gene_is_an_error_with_similar_names(
    cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(cache, "--gene", "TP5") == 2
    assert "TP53" in capsys.readouterr().err
