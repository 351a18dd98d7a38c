"""Import: what is kept, and what is left out and named."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpar_core import fields
from gpar_core.data import compendium as compendia
from gpar_core.data import matrix_files
from gpar_core.data.importing.build import import_compendium
from tests.data.importing.imported import Import
from tests.geo_files import (
    INFERRED,
    LANDMARKS,
    release,
    with_file,
    write_gct,
    write_gctx,
    write_release,
)

# ---------------------------------------------------------------------------- what is kept


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("genes", [LANDMARKS, LANDMARKS + INFERRED])
def test_values_are_found_by_gene_and_signature_whatever_their_order(
    run: Import, dtype: type, genes: tuple[str, ...]
) -> None:
    made = release(genes=genes)
    expected = made.values[:, : len(LANDMARKS)]
    rng = np.random.default_rng(1)
    shuffled = made.shuffled(
        signatures=rng.permutation(len(made.sig_ids)), genes=rng.permutation(len(genes))
    )
    loaded, findings = run(replace(shuffled, values=shuffled.values.astype(dtype)))
    np.testing.assert_array_equal(loaded.matrix, expected)
    assert loaded.signatures["sig_id"].tolist() == list(made.sig_ids)
    assert findings["signatures imported"].count == 12
    assert findings["compounds imported"].count == 3


@settings(max_examples=3)
@given(seed=st.integers(0, 10**6))
def test_no_order_in_any_file_changes_the_fingerprint(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    made = release().with_table("moa", pert_iname=["drug 1", "drug 2"], moa=["A|B", "B"])
    rng = np.random.default_rng(seed)
    shuffled = made.shuffled(signatures=rng.permutation(12), genes=rng.permutation(978))
    shuffled = replace(
        shuffled,
        sig_info=made.sig_info.sample(frac=1, random_state=seed),
        tables={"moa": made.tables["moa"].iloc[::-1]},
    )
    fingerprints = []
    for one in (made, shuffled):
        folder = tmp_path_factory.mktemp("order")
        import_compendium(write_release(one, folder / "files"), folder, name="new")
        fingerprints.append(compendia.load(folder).fingerprint)
    assert fingerprints[0] == fingerprints[1]


def test_a_changed_value_changes_the_fingerprint(run: Import) -> None:
    made = release()
    values = made.values.copy()
    values[3, 4] += 1e-3
    assert run(made)[0].fingerprint != run(replace(made, values=values))[0].fingerprint


def test_gct_gctx_and_small_blocks_give_the_same_compendium(
    tmp_path: Path, run: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = release()
    files = write_release(made, tmp_path)
    about = {"sig_ids": made.sig_ids, "genes": made.genes}
    for name in ("metadata", "old", "new"):
        (tmp_path / name).mkdir()
    matrices = [
        files.series[0].matrix,
        write_gctx(tmp_path / "metadata/level5.gctx", made.values, metadata=True, **about),
        write_gct(tmp_path / "old/level5.gct", made.values, version="1.2", **about),
        write_gct(tmp_path / "new/level5.gct", made.values, version="1.3", **about),
    ]
    fingerprints = {run(with_file(files, "matrix", matrix))[0].fingerprint for matrix in matrices}
    monkeypatch.setattr(matrix_files, "BLOCK_VALUES", 2000)
    fingerprints |= {run(with_file(files, "matrix", matrix))[0].fingerprint for matrix in matrices}
    assert len(fingerprints) == 1


def test_signatures_and_compounds_hold_what_the_tables_say(run: Import) -> None:
    made = release().with_table(
        "pert_info",
        pert_id=["BRD-K00000001", "BRD-K00000002"],
        pubchem_cid=["5311", "-666"],
        inchi_key=["WAEXFXRVDQXREF-UHFFFAOYSA-N", "-666"],
        canonical_smiles=["CCO", "-666"],
    )
    loaded, findings = run(made)
    first = loaded.signatures.iloc[0]
    assert (first["pert_dose"], first["pert_dose_unit"]) == (10.0, "um")
    assert (first["pert_time"], first["pert_time_unit"]) == (24.0, "h")
    assert loaded.compounds["pubchem_cid"].tolist() == ["5311", "", ""]
    assert loaded.compounds["inchi_key"].tolist() == ["WAEXFXRVDQXREF-UHFFFAOYSA-N", "", ""]
    assert loaded.compounds["canonical_smiles"].tolist() == ["CCO", "", ""]
    assert loaded.compounds["n_signatures"].tolist() == [4, 4, 4]
    assert loaded.compounds["n_cell_lines"].tolist() == [2, 2, 2]
    assert findings["compounds without a row in pert_info"].names == ("drug 3",)
    assert loaded.signatures["representative"].sum() == 6
    assert (loaded.source, loaded.simulated) == ("Imported from level5.gctx", False)


def test_quality_comes_from_sig_metrics_and_may_be_missing(run: Import) -> None:
    made = release(replicates=1)
    made = made.with_table(
        "sig_metrics",
        sig_id=made.sig_ids[:4],
        distil_cc_q75=["0.5", "-666", "0.25", "-0.1"],
        distil_nsample=["3", "4", "-666", "2"],
        is_exemplar=["1", "0", "-666", "1.0"],
    )
    table = run(made)[0].signatures
    np.testing.assert_array_equal(table["cc_q75"], [0.5, np.nan, 0.25, -0.1, np.nan, np.nan])
    np.testing.assert_array_equal(table["n_replicates"], [3, 4, np.nan, 2, np.nan, np.nan])
    expected = pd.array([True, False, None, True, None, None], dtype="boolean")
    pd.testing.assert_extension_array_equal(table["exemplar"].array, expected)


@pytest.mark.parametrize(
    ("matrix", "series"),
    [("GSE92742_Broad_LINCS_Level5.gctx", "GSE92742"), ("my.values.gct", "my")],
)
def test_the_series_of_a_signature_is_told_by_the_name_of_its_file(
    tmp_path: Path, run: Import, matrix: str, series: str
) -> None:
    loaded, _ = run(write_release(release(), tmp_path, matrix=matrix))
    assert set(loaded.signatures["series"]) == {series}


def test_a_whole_number_cid_may_be_written_with_a_point(run: Import) -> None:
    made = release().with_table("pert_info", pert_id=["BRD-K00000001"], pubchem_cid=["5311.0"])
    assert run(made)[0].compounds["pubchem_cid"].tolist() == ["5311", "", ""]


def test_dose_and_time_are_read_where_they_stand_with_their_unit(run: Import) -> None:
    """GSE70138 has pert_idose and pert_itime alone."""
    made = release(replicates=1)
    made = made.with_info(
        pert_idose=["10 um", "0.04 um", "1e-3 mM", "-666", "2ng/ml", "high"], pert_itime="6 h"
    )
    lacking = ["pert_dose", "pert_dose_unit", "pert_time", "pert_time_unit"]
    table = run(replace(made, sig_info=made.sig_info.drop(columns=lacking)))[0].signatures
    np.testing.assert_array_equal(table["pert_dose"], [10, 0.04, 0.001, np.nan, 2, np.nan])
    assert table["pert_dose_unit"].tolist() == ["um", "um", "mM", "", "ng/ml", ""]
    assert set(table["pert_time"]) == {6.0}
    assert set(table["pert_time_unit"]) == {"h"}


def test_a_compound_without_a_name_is_called_by_its_id(run: Import) -> None:
    loaded, _ = run(release().with_info(pert_iname="-666"))
    assert loaded.compounds["pert_iname"].tolist() == loaded.compounds["pert_id"].tolist()


def test_a_compound_with_two_names_gets_one_and_both_are_reported(run: Import) -> None:
    """Else its signatures would count as two drugs, one of which no compound is."""
    made = release()
    names = made.sig_info["pert_iname"].where(made.sig_info["cell_id"] == "A375", "other")
    names = names.where(made.sig_info["pert_id"] == "BRD-K00000002", "drug 9")
    loaded, findings = run(made.with_info(pert_iname=names))
    assert set(loaded.signatures["drug"]) == set(loaded.compounds["drug"])
    assert loaded.compounds["pert_iname"].tolist() == ["drug 9", "drug 2", "drug 9"]
    assert findings["compounds with more than one name; one name is kept"].names == ("drug 2",)


# ------------------------------------------------------------------------------------- TAS


def test_tas_comes_from_sig_metrics_whatever_its_first_column(tmp_path: Path, run: Import) -> None:
    made = release()
    files = write_release(made, tmp_path)
    metrics = pd.DataFrame({"sig_id": made.sig_ids, "tas": np.linspace(0, 0.55, 12).round(2)})
    path = tmp_path / "sig_metrics.txt.gz"
    metrics.to_csv(path, sep="\t")  # with line numbers in front, as in GSE70138
    loaded, findings = run(with_file(files, "sig_metrics", path))
    np.testing.assert_allclose(loaded.signatures["tas"], metrics["tas"])
    assert loaded.compounds["tas"].tolist() == pytest.approx(
        [np.percentile(metrics["tas"][rows], 75) for rows in ([0, 1, 6, 7], [2, 3, 8, 9],
                                                              [4, 5, 10, 11])]
    )  # fmt: skip
    assert "signatures with unknown TAS" not in findings


def test_tas_is_computed_where_only_its_parts_are_given(run: Import) -> None:
    made = release(replicates=1)
    made = made.with_table(
        "sig_metrics",
        sig_id=made.sig_ids,
        tas=["0.3", "-666", "-666", "-666", "-666", "7"],
        distil_ss=["100", "100", "-666", "-666", "100", "100"],
        distil_cc_q75=["0.5", "0.5", "0.5", "0.5", "-666", "-0.1"],
        distil_nsample=["3", "3", "4", "-666", "3", "3"],
    )
    loaded, findings = run(made)
    strong = (np.abs(made.values[2]) * 2 >= 2).sum()
    expected = [
        0.3,
        np.sqrt(100 * 0.5 / 978),
        np.sqrt(strong * 0.5 / 978),
        np.nan,  # without the number of replicates strength is unknown
        np.nan,
        0.0,  # 7 is no TAS; a negative correlation counts as none
    ]
    np.testing.assert_allclose(loaded.signatures["tas"], expected, rtol=1e-6)
    assert findings["signatures whose TAS was computed here"].count == 3
    assert findings["signatures with unknown TAS"].count == 2


def test_without_any_quality_table_every_tas_is_unknown(run: Import) -> None:
    loaded, findings = run(release())
    assert loaded.signatures["tas"].isna().all()
    assert loaded.compounds["tas"].isna().all()
    assert findings["signatures with unknown TAS"].count == 12


# ------------------------------------------------------------------------------------- MOA


def test_moas_are_joined_and_counted(run: Import) -> None:
    made = release().with_table(
        "moa", pert_iname=["DRUG 1", "drug 2", "nobody"], moa=["HDAC inhibitor", "", "X"]
    )
    loaded, findings = run(made)
    assert loaded.compounds["moa"].tolist() == ["HDAC inhibitor", "", ""]
    assert loaded.compounds["annotated"].tolist() == [True, False, False]
    assert findings["compounds found in a MOA table"].count == 2
    assert findings["compounds with a MOA"].count == 1
    assert findings["names with a MOA that match no compound"].names == ("nobody",)


def test_without_a_moa_table_the_report_says_so(run: Import) -> None:
    loaded, findings = run(release())
    assert not loaded.compounds["annotated"].any()
    assert "MOA tables were given, so every compound counts as unannotated" in findings


# --------------------------------------------------------------------------- what is left out


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, -666.0])
@pytest.mark.parametrize("matrix", ["level5.gctx", "level5.gct"])
@pytest.mark.parametrize("block_values", [1200, 8_000_000])
def test_signatures_with_a_value_missing_are_left_out_and_named(
    tmp_path: Path,
    run: Import,
    monkeypatch: pytest.MonkeyPatch,
    bad: float,
    matrix: str,
    block_values: int,
) -> None:
    monkeypatch.setattr(matrix_files, "BLOCK_VALUES", block_values)
    made = release()
    values = made.values.copy()
    values[4, 100] = bad
    values[7, 0] = bad
    loaded, findings = run(write_release(replace(made, values=values), tmp_path, matrix=matrix))
    kept = np.delete(np.arange(12), [4, 7])
    assert loaded.signatures["sig_id"].tolist() == [made.sig_ids[row] for row in kept]
    np.testing.assert_array_equal(loaded.matrix, values[kept])
    named = findings["signatures with missing or infinite values, left out"]
    assert named.names == (made.sig_ids[4], made.sig_ids[7])


def test_a_value_missing_in_an_inferred_gene_does_not_matter(run: Import) -> None:
    made = release(genes=LANDMARKS + INFERRED)
    made.values[:, -1] = np.nan
    assert run(made)[0].n_signatures == 12


def test_other_perturbagens_and_nameless_signatures_are_left_out_and_named(run: Import) -> None:
    made = release()
    info = made.sig_info.copy()
    info.loc[0, "pert_type"] = "trt_sh"
    info.loc[1, "pert_type"] = "ctl_vehicle"
    info.loc[2, "pert_id"] = "-666"
    info.loc[3, "cell_id"] = "-666"
    loaded, findings = run(replace(made, sig_info=info))
    assert loaded.n_signatures == 8
    others = findings["signatures of perturbagens other than compounds, left out"]
    assert (others.count, others.names) == (2, ("ctl_vehicle (1)", "trt_sh (1)"))
    nameless = findings["signatures without pert_id or cell line, left out"]
    assert nameless.names == made.sig_ids[2:4]


def test_signatures_in_only_one_of_matrix_and_sig_info_are_named(run: Import) -> None:
    made = release()
    info = pd.concat([made.sig_info.iloc[2:], made.sig_info.iloc[[2]].assign(sig_id="ghost")])
    loaded, findings = run(replace(made, sig_info=info))
    assert loaded.n_signatures == 10
    assert findings["signatures without a row in sig_info, left out"].names == made.sig_ids[:2]
    assert findings["rows of sig_info without a signature, ignored"].names == ("ghost",)


def test_a_row_of_sig_info_may_stand_there_twice(run: Import) -> None:
    made = release()
    info = pd.concat([made.sig_info, made.sig_info.iloc[:3]])
    loaded, findings = run(replace(made, sig_info=info))
    assert loaded.n_signatures == 12
    assert findings["repeated rows of sig_info, ignored"].count == 3


def test_rows_that_are_no_genes_are_ignored_and_named(run: Import) -> None:
    loaded, findings = run(release(genes=("1007_s_at", *LANDMARKS)))
    assert loaded.n_signatures == 12
    assert findings["rows that are not in gene_info, ignored"].names == ("1007_s_at",)


def test_the_report_is_stored_with_the_compendium(run: Import) -> None:
    loaded, findings = run(release())
    stored = {finding["what"]: finding["count"] for finding in loaded.report["findings"]}
    assert stored == {what: finding.count for what, finding in findings.items()}


@pytest.mark.parametrize("column", ["symbol_hgnc", "ensembl_id", "padded", "float"])
def test_landmarks_are_found_by_every_kind_of_id(run: Import, column: str) -> None:
    made = release()
    written = {
        "padded": [f"{one:<12}" for one in LANDMARKS],
        "float": [f"{one}.0" for one in LANDMARKS],
    }
    genes = written.get(column) or [row[column] for row in fields.LANDMARKS]
    loaded, _ = run(replace(made, genes=tuple(genes)))
    np.testing.assert_array_equal(loaded.matrix, made.values)
