"""`export` writes a compendium and a model for other tools."""

from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest

from gpar_core import fields
from gpar_core.__main__ import main
from gpar_core.data.compendium import Compendium, load
from gpar_core.data.gene_sets import read_gene_sets
from gpar_core.formats.signature_table import ranked_signatures
from gpar_core.search.query import of_compound
from gpar_core.storage.cache import Cache
from tests.synthetic import build, drugs_of


@pytest.fixture
def made(tmp_path: Path) -> Compendium:
    folder = Cache(tmp_path / "cache").compendium("tiny")
    folder.parent.mkdir(parents=True)
    build(folder, drugs_of("HDAC inhibitor", 3), simulated=True)
    return load(folder)


@pytest.mark.parametrize("ending", ["h5ad", "gctx", "gct"])
def test_a_compendium_is_written(
    made: Compendium, tmp_path: Path, capsys: pytest.CaptureFixture[str], ending: str
) -> None:
    out = tmp_path / f"out.{ending}"
    assert main(["--cache", str(tmp_path / "cache"), "export", "tiny", str(out)]) == 0
    said = capsys.readouterr().out
    assert f"{made.n_signatures} signatures -> {out}" in said
    assert "SIMULATED" in said
    assert out.stat().st_size > made.matrix.nbytes
    if ending == "h5ad":
        with h5py.File(out) as file:
            np.testing.assert_array_equal(file["X"][:], made.matrix)


@pytest.mark.parametrize(
    ("out", "why"),
    [("out.xyz", "must end in one of .h5ad"), ("out.cyjs", "Only an L1000FWD graph")],
)
def test_what_cannot_be_written_is_told(
    made: Compendium, tmp_path: Path, capsys: pytest.CaptureFixture[str], out: str, why: str
) -> None:
    assert main(["--cache", str(tmp_path / "cache"), "export", "tiny", str(tmp_path / out)]) == 2
    assert why in capsys.readouterr().err
    assert not (tmp_path / out).exists()


def test_a_compound_has_its_neighbors_their_graph_and_its_genes(
    made: Compendium, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = {name: tmp_path / f"out.{name}" for name in ("parquet", "graphml", "gmt")}
    name = made.drugs[fields.PERT_INAME].iloc[0]
    command = ["--cache", str(tmp_path / "cache"), "compound", name, "--compendium", "tiny"]
    files = ["--parquet", str(out["parquet"]), "--graph", str(out["graphml"])]
    assert main([*command, *files, "--gmt", str(out["gmt"]), "--genes", "5"]) == 0
    said = capsys.readouterr().out
    assert "SIMULATED" in said
    table = pd.read_parquet(out["parquet"])
    assert set(table["drug"]) == {name}
    assert set(table["data"]) == {"SIMULATED"}
    assert f"{len(table)} rows -> {out['parquet']}" in said
    assert str(table["pert_iname"].iloc[0]) in said
    (lists,) = read_gene_sets(out["gmt"], "out.gmt")
    query = of_compound(made, made.drugs[fields.DRUG].iloc[0], n_genes=5)
    for genes, symbols in ((query.up, lists.up), (query.down, lists.down)):
        assert symbols == tuple(fields.LANDMARK_SYMBOLS[gene] for gene in genes)
    assert out["graphml"].stat().st_size
    assert main([*command, "--graph", "out.png"]) == 2
    assert "must end in .graphml or .cyjs" in capsys.readouterr().err


def test_signatures_of_a_ranking_have_the_scores_of_their_drug(made: Compendium) -> None:
    from dataclasses import dataclass

    from tests.saved_model import ranking

    @dataclass
    class Ranked:
        ranking: object

    drugs = made.drugs[fields.DRUG].tolist()[:2]
    rows, obs = ranked_signatures(made, Ranked(ranking(tuple(drugs))))  # type: ignore[arg-type]
    drug = made.signatures[fields.DRUG].iloc[rows]
    assert set(drug) == set(drugs)
    assert obs["rank"].tolist() == [drugs.index(one) + 1 for one in drug]
    assert obs["es"].tolist() == [0.9 - 0.2 * drugs.index(one) for one in drug]
