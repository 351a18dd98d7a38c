"""Import: other releases, several series, stopped and gone on with."""

import gzip
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gpar_core.data import compendium as compendia
from gpar_core.data import matrix_files
from gpar_core.data.importing.build import import_compendium
from gpar_core.data.importing.import_files import ImportFiles
from gpar_core.errors import Cancelled, LandmarkError
from gpar_core.progress import Progress
from gpar_core.storage.cache import Cache, publishing
from tests.data.importing.imported import Import
from tests.geo_files import (
    INFERRED,
    LANDMARKS,
    Release,
    release,
    with_file,
    write_release,
    write_table,
)

# ---------------------------------------------------------------------------- other releases


def test_a_gene_info_of_lincs2020_marks_landmarks_in_words(tmp_path: Path, run: Import) -> None:
    spaces = ["landmark"] * 978 + ["inferred", "best inferred"]
    genes = [*LANDMARKS, *INFERRED[:2]]
    table = pd.DataFrame({"gene_id": genes, "gene_symbol": genes, "feature_space": spaces})
    files = write_release(release(), tmp_path)
    path = write_table(tmp_path / "geneinfo_beta.txt", table)
    assert run(with_file(files, "gene_info", path))[0].n_signatures == 12
    write_table(path, table.assign(feature_space=["inferred", *spaces[1:]]))
    with pytest.raises(LandmarkError, match="1 are not marked"):
        run(with_file(files, "gene_info", path))


def test_compounds_of_lincs2020_are_told_by_its_names(run: Import) -> None:
    """compoundinfo_beta has several rows for a compound, and is a MOA table too."""
    key = "WAEXFXRVDQXREF-UHFFFAOYSA-N"
    told = {
        "pert_id": ["BRD-K00000001", "BRD-K00000001", "BRD-K00000002"],
        "cmap_name": ["drug 1", "drug 1", "drug 2"],
        "moa": ["HDAC inhibitor", "MTOR inhibitor", ""],
        "inchi_key": [key, key, ""],
    }
    made = release().with_table("pert_info", **told).with_table("moa", **told)
    compounds = run(made)[0].compounds
    assert compounds["moa"].tolist() == ["HDAC inhibitor|MTOR inhibitor", "", ""]
    assert compounds["inchi_key"].tolist() == [key, "", ""]


@pytest.mark.parametrize("matrix", ["level5.gctx", "level5.gct"])
def test_a_gzipped_matrix_gives_the_same_compendium(
    tmp_path: Path, run: Import, matrix: str
) -> None:
    files = write_release(release(), tmp_path, matrix=matrix)
    packed = tmp_path / f"{matrix}.gz"
    packed.write_bytes(gzip.compress(files.series[0].matrix.read_bytes()))
    assert run(with_file(files, "matrix", packed))[0].fingerprint == run(files)[0].fingerprint


def _two_series(folder: Path) -> tuple[ImportFiles, Release, Release]:
    """Phase 2 repeats the last two signatures of phase 1, one under another sig_id."""
    first = release(cells=("A375",), genes=LANDMARKS + INFERRED)
    first = first.with_info(distil_id=[f"x{i}:1|x{i}:2" for i in range(6)])
    second = release(cells=("A375", "PC3"), seed=1)
    ids = [*(f"new {i}" for i in range(4)), first.sig_ids[4], "new 5", *second.sig_ids[6:]]
    second = replace(second, sig_ids=tuple(ids)).with_info(
        sig_id=ids, distil_id=[*["-666"] * 5, "x5:2|x5:1", *["-666"] * 6], pert_iname="other"
    )
    second = second.with_table("sig_metrics", sig_id=ids, tas=["0.5"] * 12)
    second = second.with_table("pert_info", pert_id=["BRD-K00000002"], pubchem_cid=["7"])
    second = second.shuffled(
        signatures=np.random.default_rng(2).permutation(12), genes=np.arange(978)[::-1]
    )
    one = write_release(first, folder / "1", matrix="GSE92742.gctx")
    two = write_release(second, folder / "2", matrix="GSE70138.gctx")
    return ImportFiles((*one.series, *two.series)), first, second


def test_two_series_become_one_compendium(tmp_path: Path, run: Import) -> None:
    files, first, second = _two_series(tmp_path)
    loaded, findings = run(files)
    values = {
        **dict(zip(second.sig_ids, second.values[:, ::-1], strict=True)),
        **dict(zip(first.sig_ids, first.values[:, :978], strict=True)),
    }
    del values["new 5"]
    assert sorted(loaded.signatures["sig_id"]) == sorted(values)
    expected = [values[sig_id] for sig_id in loaded.signatures["sig_id"]]
    np.testing.assert_array_equal(loaded.matrix, expected)
    of_first = loaded.signatures["sig_id"].isin(first.sig_ids)
    assert set(loaded.signatures["series"][of_first]) == {"GSE92742"}
    assert set(loaded.signatures["series"][~of_first]) == {"GSE70138"}
    assert loaded.signatures["tas"][of_first].isna().all()
    assert (loaded.signatures["tas"][~of_first] == 0.5).all()
    same_id = findings["signatures with the sig_id of one of an earlier series, left out"]
    assert same_id.names == (first.sig_ids[4],)
    what = "signatures made of the same replicates as one of an earlier series, left out"
    assert findings[what].names == ("new 5",)
    assert loaded.compounds["pubchem_cid"].tolist() == ["", "7", ""]
    assert loaded.compounds["pert_iname"].tolist() == ["drug 1", "drug 2", "drug 3"]
    assert loaded.source == "Imported from GSE92742.gctx, GSE70138.gctx"


def test_the_series_given_first_is_kept(tmp_path: Path, run: Import) -> None:
    files, first, second = _two_series(tmp_path)
    loaded, _ = run(replace(files, series=files.series[::-1]))
    shared = loaded.signatures.set_index("sig_id").loc[first.sig_ids[4]]
    assert shared["series"] == "GSE70138"
    row = loaded.signatures.index[loaded.signatures["sig_id"] == first.sig_ids[4]][0]
    expected = second.values[second.sig_ids.index(first.sig_ids[4]), ::-1]
    np.testing.assert_array_equal(loaded.matrix[row], expected)
    assert first.sig_ids[5] not in set(loaded.signatures["sig_id"])


# ---------------------------------------------------------------------------------- going on


@pytest.mark.parametrize("n_before", [1, 2, 4, 7, 9])
def test_a_stopped_import_goes_on_to_the_same_compendium(
    tmp_path: Path, run: Import, monkeypatch: pytest.MonkeyPatch, n_before: int
) -> None:
    monkeypatch.setattr(matrix_files, "BLOCK_VALUES", 3 * 978)
    files, _, second = _two_series(tmp_path)
    second.values[3, 3] = np.nan
    write_release(second, tmp_path / "2", matrix="GSE70138.gctx")
    packed = tmp_path / "1" / "GSE92742.gctx.gz"
    packed.write_bytes(gzip.compress(files.series[0].matrix.read_bytes()))
    files = ImportFiles((replace(files.series[0], matrix=packed), files.series[1]))
    heard: list[Progress] = []

    def stop(progress: Progress) -> None:
        heard.append(progress)
        if len(heard) == n_before:
            raise Cancelled("enough")

    folder = tmp_path / "building"
    folder.mkdir()
    with pytest.raises(Cancelled):
        import_compendium(files, folder, name="new", report=stop)
    again: list[Progress] = []
    import_compendium(files, folder, name="new", report=again.append)
    assert compendia.load(folder).fingerprint == run(files)[0].fingerprint
    names = {path.name for path in folder.iterdir()}
    assert names == {
        "manifest.json", "matrix.npy", "signatures.parquet", "compounds.parquet", "series",
    }  # fmt: skip
    copied = [each.done for each in heard if each.message.startswith("Reading values")]
    copied_then = [each.done for each in again if each.message.startswith("Reading values")]
    assert not set(copied) & set(copied_then)


# ------------------------------------------------------------------------------- publishing


def test_progress_rises_to_its_total(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matrix_files, "BLOCK_VALUES", 2000)
    heard: list[Progress] = []
    files = write_release(release(), tmp_path / "files")
    import_compendium(files, tmp_path, name="new", report=heard.append)
    values = [progress.done for progress in heard if progress.message.startswith("Reading values")]
    assert len(set(values)) == 6
    done = [progress.done for progress in heard]
    assert done == sorted(done)
    assert done[0] == 0
    assert 600 < done[-1] < 1000  # tables are still to be written
    assert {progress.total for progress in heard} == {1000}
    assert heard[-1].message == "Choosing representative signatures"


def test_an_import_that_stops_halfway_leaves_the_old_compendium_as_it_was(
    tmp_path: Path,
) -> None:
    cache = Cache(tmp_path / "cache")
    old = write_release(release(seed=1), tmp_path / "old")
    with publishing(cache.compendium("mine")) as folder:
        import_compendium(old, folder, name="mine")
    before = compendia.load(cache.existing_compendium("mine")).fingerprint
    seen: list[str] = []

    def stop(progress: Progress) -> None:
        seen.append(compendia.load(cache.existing_compendium("mine")).fingerprint)
        if progress.message == "Annotating compounds":
            raise Cancelled("enough")

    new = write_release(release(seed=2), tmp_path / "new")
    with pytest.raises(Cancelled), publishing(cache.compendium("mine")) as folder:
        import_compendium(new, folder, name="mine", report=stop)
    assert set(seen) == {before}
    assert compendia.load(cache.existing_compendium("mine")).fingerprint == before
    assert [path.name for path in cache.compendia.iterdir()] == ["mine"]
