"""Files for other tools say what the compendium says, and come back as they were."""

import json
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix

from gpar_core import fields
from gpar_core.analyses.compound.result import find
from gpar_core.analyses.map.request import MapRequest
from gpar_core.analyses.result import Analysis
from gpar_core.data import compendium as compendia
from gpar_core.data.compendium import Compendium
from gpar_core.data.importing.build import import_compendium
from gpar_core.data.importing.import_files import ImportFiles, SeriesFiles
from gpar_core.data.matrix_files import open_matrix, read_blocks
from gpar_core.data.matrix_metadata import read_metadata
from gpar_core.errors import AnnotationError, FileFormatError
from gpar_core.formats.anndata_files import write_h5ad
from gpar_core.formats.gct import write_gct, write_gctx
from gpar_core.formats.graph import map_graph, write_cyjs, write_graphml
from gpar_core.formats.neighborhood import neighborhood_graph
from gpar_core.rank.neighbors import unit
from tests.synthetic import build, drugs_of


def _imported(path: Path, folder: Path, **tables: Path) -> Compendium:
    folder.mkdir()
    import_compendium(ImportFiles((SeriesFiles(path, **tables),)), folder, name="back")
    return compendia.load(folder)


@pytest.fixture(scope="module")
def written(tiny: Compendium, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("h5ad") / "tiny.h5ad"
    write_h5ad(path, tiny)
    return path


def test_a_compendium_comes_back_with_its_fingerprint(
    tiny: Compendium, written: Path, tmp_path: Path
) -> None:
    back = _imported(written, tmp_path / "back")
    assert back.fingerprint == tiny.fingerprint
    assert (back.source, back.simulated) == (tiny.source, tiny.simulated)
    compendia.check(tmp_path / "back")


def test_simulated_signatures_stay_simulated(tmp_path: Path) -> None:
    made = build(tmp_path / "made", drugs_of("HDAC inhibitor", 3), simulated=True)
    write_h5ad(tmp_path / "some.h5ad", made, np.array([4, 1]))
    restored = _imported(tmp_path / "some.h5ad", tmp_path / "back")
    assert restored.simulated
    assert restored.signatures[fields.SIG_ID].tolist() == sorted(
        made.signatures[fields.SIG_ID].iloc[[1, 4]]
    )
    np.testing.assert_array_equal(restored.matrix, made.matrix[[1, 4]])
    sig_info = tmp_path / "sig_info.txt"
    made.signatures.to_csv(sig_info, sep="\t", index=False)
    assert _imported(tmp_path / "some.h5ad", tmp_path / "anew", sig_info=sig_info).simulated


def test_scanpy_reads_it_and_what_it_writes_is_imported(
    tiny: Compendium, written: Path, tmp_path: Path
) -> None:
    import scanpy as sc

    read = sc.read_h5ad(written)
    assert read.X.dtype == np.float32
    np.testing.assert_array_equal(read.X, tiny.matrix)
    assert read.var_names.tolist() == list(fields.LANDMARK_SYMBOLS)
    assert read.var["entrez"].tolist() == list(fields.LANDMARK_IDS)
    moa = tiny.compounds.set_index(fields.PERT_ID)[fields.MOA]
    assert read.obs["moa"].tolist() == moa[tiny.signatures[fields.PERT_ID]].tolist()
    sc.pp.pca(read, n_comps=3)
    del read.uns["gpar"]  # so that it is any AnnData file
    some = read[::-1, np.random.default_rng(0).permutation(fields.N_LANDMARKS)].copy()
    for name, values in (("dense", some.X), ("sparse", csr_matrix(some.X))):
        some.X = values
        some.write_h5ad(tmp_path / f"{name}.h5ad")
        back = _imported(tmp_path / f"{name}.h5ad", tmp_path / name)
        np.testing.assert_array_equal(back.matrix, tiny.matrix)
        for column in (fields.SIG_ID, fields.PERT_INAME, fields.CELL_ID, fields.TAS):
            assert back.signatures[column].tolist() == tiny.signatures[column].tolist()


def test_other_contents_are_refused_with_what_to_do(written: Path, tmp_path: Path) -> None:
    import anndata

    read = anndata.read_h5ad(written)
    del read.uns["gpar"]

    def refused(changed: anndata.AnnData, name: str) -> str:
        changed.write_h5ad(tmp_path / f"{name}.h5ad")
        with pytest.raises((AnnotationError, FileFormatError)) as error:
            _imported(tmp_path / f"{name}.h5ad", tmp_path / name)
        return str(error.value)

    counts = read.copy()
    counts.X = np.abs(np.rint(counts.X))
    assert "look like expression levels (Level 3) or counts" in refused(counts, "counts")
    nameless = read.copy()
    nameless.obs = nameless.obs.drop(columns=[fields.CELL_ID])
    assert "It lacks cell_id and has cc_q75, drug" in refused(nameless, "nameless")
    cells = read.copy()
    cells.obs = pd.DataFrame({"perturbation": "x", "ncounts": 5}, index=read.obs_names)
    assert "seem to be single cells (ncounts, perturbation)" in refused(cells, "cells")
    columns = read.copy()
    columns.X = csr_matrix(read.X).tocsc()
    assert "adata.X.tocsr()" in refused(columns, "columns")


@pytest.mark.parametrize("part", ["X", "obs/pert_id", "var/symbol"])
def test_links_to_other_files_are_not_followed(written: Path, tmp_path: Path, part: str) -> None:
    path = tmp_path / "linked.h5ad"
    path.write_bytes(written.read_bytes())
    with h5py.File(path, "r+") as file:
        del file["uns"]
        del file[part]
        file[part] = h5py.ExternalLink(str(written), part)
    with pytest.raises(FileFormatError, match="is missing or is a link"):
        _imported(path, tmp_path / "back")


@pytest.mark.parametrize("ending", ["gct", "gctx"])
def test_gct_and_gctx_are_read_by_us_and_by_cmappy(
    tiny: Compendium, tmp_path: Path, ending: str
) -> None:
    from cmapPy.pandasGEXpress.parse import parse

    path = tmp_path / f"some.{ending}"
    rows = np.array([7, 3, 20])
    {"gct": write_gct, "gctx": write_gctx}[ending](
        path, tiny, rows, pd.DataFrame({"score": [0.5, 0.25, np.nan]})
    )
    sig_ids = tiny.signatures[fields.SIG_ID].iloc[rows].tolist()
    theirs = parse(str(path))
    expected = pd.DataFrame(tiny.matrix[rows].T, map(str, fields.LANDMARK_IDS), sig_ids)
    found = theirs.data_df.loc[expected.index, sig_ids]
    np.testing.assert_array_equal(found.to_numpy(np.float32), expected.to_numpy())
    matrix = open_matrix(path)
    assert list(matrix.sig_ids) == sig_ids
    values = np.zeros((3, fields.N_LANDMARKS), np.float32)
    for block in read_blocks(matrix, np.arange(fields.N_LANDMARKS), np.arange(3)):
        values[np.ix_(block.signatures, block.genes)] = block.values
    np.testing.assert_array_equal(values, tiny.matrix[rows])
    table = read_metadata(matrix, "signatures", (fields.PERT_INAME, fields.MOA, "score"))
    assert (
        table[fields.PERT_INAME].tolist() == tiny.signatures[fields.PERT_INAME].iloc[rows].tolist()
    )
    assert table["score"].tolist() == ["0.5", "0.25", ""]


def test_the_graph_of_a_map_has_the_edges_of_a_slow_reference(
    tiny: Compendium, tmp_path: Path
) -> None:
    import igraph

    request = MapRequest(tiny.name, tiny.fingerprint, "fwd")
    cosine = unit(tiny.matrix) @ unit(tiny.matrix).T
    limit = np.percentile(cosine[np.triu_indices(len(cosine), 1)], 99.9)
    near = np.argwhere(np.triu(cosine, 1) > limit)
    shown = np.unique(near[: len(near) // 2])  # some of the edges have an end that is not shown
    points = pd.DataFrame({"row": shown, "x": shown / 2, "y": -shown / 4})
    done = Analysis("id", request, tiny.name, False, 1.0, "", {}, {"points": points})
    sig_ids = tiny.signatures[fields.SIG_ID].tolist()
    expected = {
        frozenset((sig_ids[i], sig_ids[j])): cosine[i, j]
        for i, j in near
        if i in shown and j in shown
    }
    assert 0 < len(expected) < len(near)
    graph = map_graph(tiny, done)
    write_graphml(tmp_path / "graph.graphml", graph)
    read = igraph.Graph.Read_GraphML(str(tmp_path / "graph.graphml"))
    assert read.vs["id"] == [sig_ids[row] for row in shown]
    assert read.vs["x"] == (shown / 2).tolist()
    assert read.vs["moa"] == graph.nodes["moa"].tolist()
    ids = read.vs["id"]
    found = {frozenset((ids[e.source], ids[e.target])): e["similarity"] for e in read.es}
    assert found == pytest.approx(expected, abs=1e-5)
    write_cyjs(tmp_path / "graph.cyjs", graph)
    elements = json.loads((tmp_path / "graph.cyjs").read_text("utf-8"))["elements"]
    edges = [edge["data"] for edge in elements["edges"]]
    assert {frozenset((e["source"], e["target"])): e["similarity"] for e in edges} == pytest.approx(
        expected, abs=1e-5
    )
    assert elements["nodes"][0]["position"] == {"x": shown[0] / 2, "y": -shown[0] / 4}


def test_the_neighborhood_of_a_compound_has_the_edges_of_a_slow_reference(
    tmp_path: Path,
) -> None:
    import igraph

    made = build(tmp_path / "made", drugs_of("HDAC inhibitor", 24))
    compound = find(made, made.drugs[fields.PERT_INAME].iloc[0])
    cosine = unit(made.matrix) @ unit(made.matrix).T
    drug = made.signatures[fields.DRUG].to_numpy()
    representative = made.signatures[fields.REPRESENTATIVE].to_numpy()

    def ten_nearest(row: int, among: set[int]) -> set[int]:
        others = [one for one in among if drug[one] != drug[row]]
        return set(sorted(others, key=lambda one: -cosine[row, one])[:10])

    own = set(np.flatnonzero(drug == compound.drug).tolist())
    all_representatives = set(np.flatnonzero(representative).tolist())
    nodes = own.union(*(ten_nearest(row, all_representatives) for row in own))
    assert len(own) < len(nodes) < len(drug)
    sig_ids = made.signatures[fields.SIG_ID].tolist()
    expected = {
        frozenset((sig_ids[row], sig_ids[other])): cosine[row, other]
        for row in nodes
        for other in ten_nearest(row, nodes)
    }
    graph = neighborhood_graph(compound, made)
    write_graphml(tmp_path / "graph.graphml", graph)
    read = igraph.Graph.Read_GraphML(str(tmp_path / "graph.graphml"))
    ids = read.vs["id"]
    assert set(ids) == {sig_ids[row] for row in nodes}
    assert set(read.vs.select(role="compound")["id"]) == {sig_ids[row] for row in own}
    row_of = {sig_id: row for row, sig_id in enumerate(sig_ids)}
    for name in (fields.PERT_INAME, fields.CELL_ID):
        known = made.signatures[name]
        assert read.vs[name] == [known.iloc[row_of[one]] for one in ids]
    found = {frozenset((ids[e.source], ids[e.target])): e["similarity"] for e in read.es}
    assert found == pytest.approx(expected, abs=1e-5)
    write_cyjs(tmp_path / "graph.cyjs", graph)
    elements = json.loads((tmp_path / "graph.cyjs").read_text("utf-8"))["elements"]
    assert len(elements["edges"]) == len(expected)
    assert "position" not in elements["nodes"][0]
