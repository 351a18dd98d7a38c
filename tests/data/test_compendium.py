"""A compendium on disk: what is written, what is refused, what damage is noticed."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gpar_core import fields
from gpar_core.data import compendium as compendia
from gpar_core.data.compendium import Compendium
from gpar_core.errors import DataError
from gpar_core.storage.cache import MANIFEST
from tests.synthetic import Drug, build, drugs_of

ANNOTATION = (
    "pert_id", "pert_iname", "moa", "annotated", "pubchem_cid", "inchi_key", "canonical_smiles",
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    build(tmp_path, [Drug("P1", "Alpha", "X|Y", replicates=3), Drug("P2", "beta", "Y", tas=0.1)])
    return tmp_path


def test_tables_have_the_promised_columns_in_row_order(folder: Path) -> None:
    loaded = compendia.load(folder)
    assert tuple(loaded.signatures.columns) == fields.SIGNATURE_COLUMNS
    assert tuple(loaded.compounds.columns) == fields.COMPOUND_COLUMNS
    order = loaded.signatures[compendia.ROW_ORDER]
    pd.testing.assert_frame_equal(order, order.sort_values(compendia.ROW_ORDER))
    assert loaded.compounds["drug"].tolist() == ["alpha", "beta"]
    assert loaded.compounds["n_signatures"].tolist() == [6, 2]
    assert loaded.compounds["tas"].tolist() == [0.5, 0.1]
    assert loaded.signatures["representative"].sum() == 4


def test_the_matrix_is_read_only(folder: Path) -> None:
    with pytest.raises(ValueError, match="read-only"):
        compendia.load(folder).matrix[0, 0] = 1.0


def test_moas_are_counted_by_drug_not_by_id(tiny: Compendium) -> None:
    table = tiny.moas.set_index("moa")
    assert table["n_drugs"].to_dict() == {"HDAC inhibitor": 5, "MTOR inhibitor": 6}
    assert table.loc["HDAC inhibitor", "drugs"] == "Both, hdac0, hdac1, hdac2, hdac3"


def test_a_compendium_without_moas_has_an_empty_list_of_them(tmp_path: Path) -> None:
    loaded = build(tmp_path, drugs_of("", 3))
    assert len(loaded.moas) == 0
    assert compendia.read_manifest(tmp_path)["n_moas"] == 0


def test_cell_lines_come_with_the_largest_first_and_ties_by_name(tmp_path: Path) -> None:
    loaded = build(tmp_path, drugs_of("", 2), cells=("PC3", "A549", "MCF7"))
    assert loaded.cell_lines == ["A549", "MCF7", "PC3"]


def test_the_manifest_counts_what_is_there(folder: Path) -> None:
    manifest = compendia.read_manifest(folder)
    counts = {key: manifest[key] for key in manifest if key.startswith("n_")}
    assert counts == {
        "n_signatures": 8, "n_compounds": 2, "n_drugs": 2, "n_cell_lines": 2, "n_moas": 2,
    }  # fmt: skip


def test_the_fingerprint_sees_matrix_and_annotation(tmp_path: Path) -> None:
    prints = [
        build(tmp_path / "same", drugs_of("X", 3)).fingerprint,
        build(tmp_path / "again", drugs_of("X", 3), name="other name").fingerprint,
        build(tmp_path / "values", drugs_of("X", 3), seed=1).fingerprint,
        build(tmp_path / "tas", drugs_of("X", 3, tas=0.4)).fingerprint,
        build(tmp_path / "cid", drugs_of("X", 3, pubchem_cid="1")).fingerprint,
    ]
    assert prints[0] == prints[1]
    assert len(set(prints)) == 4


def _cut(path: Path, share: float = 0.5) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])


@pytest.mark.parametrize(
    "name", [MANIFEST, "matrix.npy", "signatures.parquet", "compounds.parquet"]
)
@pytest.mark.parametrize(
    "harm", [Path.unlink, _cut, lambda path: path.write_bytes(b""), lambda path: _cut(path, 0.001)]
)
def test_a_missing_or_damaged_file_is_a_data_error(
    folder: Path, name: str, harm: Callable[[Path], None]
) -> None:
    harm(folder / name)
    with pytest.raises(DataError, match=r"import it again"):
        compendia.load(folder)


@pytest.mark.parametrize("key", ["format_version", "fingerprint", "simulated", "report"])
def test_a_manifest_that_lacks_a_key_is_a_data_error(folder: Path, key: str) -> None:
    manifest = json.loads((folder / MANIFEST).read_text())
    del manifest[key]
    (folder / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(DataError, match="no readable manifest"):
        compendia.load(folder)


def test_a_compendium_of_another_format_is_refused(folder: Path) -> None:
    manifest = json.loads((folder / MANIFEST).read_text())
    (folder / MANIFEST).write_text(json.dumps(manifest | {"format_version": 99}))
    with pytest.raises(DataError, match="has format 99, but this version of GPAR reads format 5"):
        compendia.load(folder)


def test_a_matrix_of_another_compendium_is_noticed(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    build(other, drugs_of("X", 5))
    shutil.copy(other / "matrix.npy", folder / "matrix.npy")
    with pytest.raises(DataError, match=r"matrix of \(10, 978\) for 8 signatures"):
        compendia.load(folder)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda signatures: signatures.iloc[::-1], "not sorted"),
        (lambda signatures: signatures.iloc[:-1], "it must be float32"),
        (lambda signatures: signatures.assign(pert_id="P9"), "no row in the compound table"),
        (lambda signatures: signatures.assign(sig_id="a"), "sig_id occurs twice"),
        (lambda signatures: signatures.assign(pert_iname="gamma"), "a different name"),
    ],
)
def test_tables_that_do_not_fit_the_matrix_are_refused(
    folder: Path, change: Callable[[pd.DataFrame], pd.DataFrame], words: str
) -> None:
    loaded = compendia.load(folder)
    with pytest.raises(DataError, match=words):
        compendia.write(
            folder,
            name="bad",
            source="",
            simulated=False,
            signatures=change(loaded.signatures),
            annotation=loaded.compounds[list(ANNOTATION)],
            report={},
        )


def test_an_empty_compendium_is_refused(folder: Path) -> None:
    loaded = compendia.load(folder)
    np.save(folder / "matrix.npy", np.empty((0, fields.N_LANDMARKS), np.float32))
    with pytest.raises(DataError, match="contain no signatures"):
        compendia.write(
            folder,
            name="empty",
            source="",
            simulated=False,
            signatures=loaded.signatures.iloc[:0],
            annotation=loaded.compounds,
            report={},
        )
