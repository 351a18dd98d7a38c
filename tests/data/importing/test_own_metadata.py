"""A GCT or GCTX that describes its signatures and genes itself is imported without tables."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest

from gpar_core import fields
from gpar_core.data import compendium as compendia
from gpar_core.data.compendium import Compendium
from gpar_core.data.findings import Finding
from gpar_core.data.importing.build import import_compendium
from gpar_core.data.importing.import_files import ImportFiles, SeriesFiles
from gpar_core.errors import AnnotationError, LandmarkError
from tests.geo_files import LANDMARKS, Release, release, write_release, write_table

PROBES = tuple(f"{number}_at" for number in range(len(LANDMARKS)))

ROWS: dict[str, tuple[Sequence[str], Mapping[str, Sequence[object]]]] = {
    "Entrez ids": (LANDMARKS, {"pr_gene_title": ["a gene"] * len(LANDMARKS)}),
    "symbols": (fields.LANDMARK_SYMBOLS, {}),
    "pr_gene_id": (PROBES, {"pr_gene_id": [int(each) for each in LANDMARKS]}),
    "pr_gene_symbol": (PROBES, {"pr_gene_symbol": fields.LANDMARK_SYMBOLS}),
}
"""Ids of rows and their metadata."""


def _write(path: Path, made: Release, rows: str = "Entrez ids") -> Path:
    """The release as one file, GCT 1.3 or GCTX by its name. rows: a key of `ROWS`."""
    write = _write_gct if path.suffix == ".gct" else _write_gctx
    write(path, made, *ROWS[rows])
    return path


def _write_gct(
    path: Path, made: Release, ids: Sequence[str], genes: Mapping[str, Sequence[object]]
) -> None:
    columns = made.sig_info.drop(columns="sig_id")
    lines = [
        ["#1.3"],
        [str(n) for n in (len(ids), len(columns), len(genes), columns.shape[1])],
        ["id", *genes, *made.sig_ids],
        *([name, *["na"] * len(genes), *columns[name]] for name in columns),
    ]
    for number, gene_id in enumerate(ids):
        before = [str(values[number]) for values in genes.values()]
        lines.append([gene_id, *before, *(repr(float(z)) for z in made.values[:, number])])
    path.write_text("\n".join(map("\t".join, lines)) + "\n")


def _write_gctx(
    path: Path, made: Release, ids: Sequence[str], genes: Mapping[str, Sequence[object]]
) -> None:
    columns = made.sig_info.drop(columns="sig_id").to_dict("list")
    with h5py.File(path, "w") as file:
        file["/0/DATA/0/matrix"] = made.values
        for axis, names, table in (("ROW", ids, genes), ("COL", made.sig_ids, columns)):
            file[f"/0/META/{axis}/id"] = np.array(names, dtype="S")
            for name, values in table.items():
                kind = "f4" if isinstance(values[0], int) else "S"
                file[f"/0/META/{axis}/{name}"] = np.array(values, dtype=kind)


def _imported(matrix: Path, folder: Path) -> tuple[Compendium, dict[str, Finding]]:
    target = folder / "compendium"
    target.mkdir()
    found = import_compendium(ImportFiles((SeriesFiles(matrix),)), target, name="own")
    return compendia.load(target), {finding.what: finding for finding in found}


def _without(made: Release, column: str) -> Release:
    return replace(made, sig_info=made.sig_info.drop(columns=column))


@pytest.mark.parametrize("name", ["own.gct", "own.gctx"])
@pytest.mark.parametrize("rows", ROWS)
def test_a_file_with_its_own_metadata_is_the_compendium_of_its_tables(
    tmp_path: Path, name: str, rows: str
) -> None:
    made = release()
    own, findings = _imported(_write(tmp_path / name, made, rows), tmp_path)
    files, target = write_release(made, tmp_path / "tables"), tmp_path / "expected"
    target.mkdir()
    import_compendium(files, target, name="tables")
    expected = compendia.load(target)
    np.testing.assert_array_equal(own.matrix, expected.matrix)
    ours, theirs = (each.signatures.drop(columns=fields.SERIES) for each in (own, expected))
    pd.testing.assert_frame_equal(ours, theirs)
    assert findings["signatures described by the matrix itself"].count == 12
    assert sum("genes identified by" in what for what in findings) == rows.startswith("pr_")


@pytest.mark.parametrize("name", ["own.gct", "own.gctx"])
@pytest.mark.parametrize("lost", ["pert_id", "pert_type", "cell_id"])
def test_what_the_metadata_lacks_is_said(tmp_path: Path, name: str, lost: str) -> None:
    matrix = _write(tmp_path / name, _without(release(), lost))
    with pytest.raises(AnnotationError, match=f"It lacks {lost} and has .* Give a sig_info table"):
        _imported(matrix, tmp_path)


def test_a_matrix_of_ids_alone_needs_sig_info(tmp_path: Path) -> None:
    made = release()
    bare = replace(made, sig_info=made.sig_info[["sig_id"]])
    with pytest.raises(AnnotationError, match="has only their ids"):
        _imported(_write(tmp_path / "own.gctx", bare), tmp_path)


def test_where_names_are_missing_ids_name_the_compounds(tmp_path: Path) -> None:
    matrix = _write(tmp_path / "own.gctx", _without(release(), "pert_iname"))
    own, _ = _imported(matrix, tmp_path)
    assert (own.compounds["pert_iname"] == own.compounds["pert_id"]).all()


def test_probe_ids_without_genes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "own.gctx"
    _write_gctx(path, release(), PROBES, {})
    with pytest.raises(LandmarkError, match="None of the 978 landmark genes"):
        _imported(path, tmp_path)


def test_a_real_file_of_probes_is_read_by_the_genes_it_names(
    gct_files: Path, tmp_path: Path
) -> None:
    own, findings = _imported(gct_files / "modzs_gct_n3x978.gctx", tmp_path)
    assert own.n_signatures == 3
    assert {"cimetidine", "picloram, technical grade"} < set(own.compounds["pert_iname"])
    assert own.cell_lines == ["HEPG2"]
    assert findings["genes identified by the pr_gene_id of the matrix"].count == 978


@pytest.mark.parametrize("kind", ["gct", "gctx"])
def test_a_real_file_without_compounds_needs_sig_info(
    gct_files: Path, tmp_path: Path, kind: str
) -> None:
    matrix = gct_files / f"level5_s2n_lm_n5x978.{kind}"
    with pytest.raises(AnnotationError, match="It lacks pert_id, pert_type, cell_id and has class"):
        _imported(matrix, tmp_path)
    sig_ids = [f"Trametinib_42MGBA_24h_{dose}uM_vs_DMSO_42MGBA_24h" for dose in ("0.25", "0.5")]
    sig_info = pd.DataFrame({"sig_id": sig_ids, "pert_id": "BRD-K12343256", "cell_id": "42MGBA"})
    sig_info = sig_info.assign(pert_iname="trametinib", pert_type="trt_cp")
    table = write_table(tmp_path / "sig_info.txt", sig_info)
    target = tmp_path / "with"
    target.mkdir()
    import_compendium(ImportFiles((SeriesFiles(matrix, table),)), target, name="with")
    assert compendia.load(target).n_signatures == 2
