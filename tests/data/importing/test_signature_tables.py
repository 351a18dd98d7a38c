"""The tables of GSE92742, GSE70138 and LINCS2020 say the same in other words."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gpar_core.data.importing import signature_tables
from gpar_core.data.importing.signature_tables import NO_REPLICATES, REPLICATE_SET, read_signatures
from gpar_core.data.matrix_files import MatrixFile
from gpar_core.errors import AnnotationError
from gpar_core.fields import PERT_TYPES
from tests.geo_files import write_table

IDS = ("a", "b", "c")
MATRIX = MatrixFile(Path("m.gctx"), "gctx", ("780",), IDS)

GSE92742 = {
    "sig_id": IDS, "pert_id": ["P1", "P2", "P2"], "pert_iname": ["one", "two", "two"],
    "pert_type": "trt_cp", "cell_id": "A375", "pert_dose": ["10.0", "0.1", "-666"],
    "pert_dose_unit": ["um", "um", "-666"], "pert_idose": ["10 um", "100 nm", "-666"],
    "pert_time": "24", "pert_time_unit": "h", "pert_itime": "24 h",
    "distil_id": ["x:1|x:2", "-666", "y:1"],
}  # fmt: skip
METRICS = {
    "sig_id": IDS, "pert_type": "trt_cp", "distil_cc_q75": ["0.5", "-666", "0.1"],
    "distil_ss": ["8.5", "7", "6"], "tas": ["0.3", "-666", "0.05"],
    "is_exemplar": ["1", "0", "-666"], "distil_nsample": ["3", "4", "2"],
}  # fmt: skip
LINCS2020 = {
    "bead_batch": "b17", "nearest_dose": "10", "pert_dose": GSE92742["pert_dose"],
    "pert_dose_unit": ["uM", "uM", ""], "pert_idose": GSE92742["pert_idose"],
    "pert_itime": "24 h", "pert_time": "24.0", "pert_time_unit": "h",
    "cell_mfc_name": "A375.311", "distil_ids": ["x:2|x:1", "", "y:1"],
    "ss_ngene": METRICS["distil_ss"], "cc_q75": ["0.5", "", "0.1"], "tas": ["0.3", "", "0.05"],
    "qc_pass": ["1.0", "0.0", ""], "pert_id": GSE92742["pert_id"], "sig_id": IDS,
    "pert_type": "trt_cp", "cell_iname": "A375", "nsample": ["3.0", "4.0", "2.0"],
    "is_exemplar_sig": ["1.0", "0.0", ""], "cmap_name": GSE92742["pert_iname"],
}  # fmt: skip


def _read(folder: Path, info: object, metrics: object = None, **leading: bool) -> pd.DataFrame:
    sig_info = write_table(folder / "sig_info.txt.gz", pd.DataFrame(info))
    path = None
    if metrics is not None:
        path = folder / "sig_metrics.txt"
        pd.DataFrame(metrics).to_csv(path, sep="\t", index=leading.get("numbered", False))
    return read_signatures(MATRIX, sig_info, path)[0]


def test_the_columns_of_gse92742_are_read(tmp_path: Path) -> None:
    table = _read(tmp_path, GSE92742, METRICS)
    assert table["sig_id"].tolist() == list(IDS)
    assert table["position"].tolist() == [0, 1, 2]
    assert table["pert_iname"].tolist() == ["one", "two", "two"]
    assert set(table["cell_id"]) == {"A375"}
    np.testing.assert_array_equal(table["pert_dose"], [10, 0.1, np.nan])
    assert table["pert_dose_unit"].tolist() == ["um", "um", ""]
    np.testing.assert_array_equal(table["pert_time"], [24, 24, 24])
    np.testing.assert_array_equal(table["tas"], [0.3, np.nan, 0.05])
    np.testing.assert_array_equal(table["cc_q75"], [0.5, np.nan, 0.1])
    np.testing.assert_array_equal(table["n_replicates"], [3, 4, 2])
    np.testing.assert_array_equal(table["distil_ss"], [8.5, 7, 6])
    assert table["exemplar"].tolist() == [True, False, pd.NA]
    assert table["qc_pass"].isna().all()


def test_gse70138_says_the_same_without_dose_and_time_and_with_line_numbers(
    tmp_path: Path,
) -> None:
    lacking = ("pert_dose", "pert_dose_unit", "pert_time", "pert_time_unit")
    info = {name: values for name, values in GSE92742.items() if name not in lacking}
    info["pert_idose"] = ["10.0 um", "0.1 um", "-666"]
    other = _read(tmp_path, info, METRICS, numbered=True)
    pd.testing.assert_frame_equal(
        other.sort_index(axis=1), _read(tmp_path, GSE92742, METRICS).sort_index(axis=1)
    )


def test_lincs2020_says_the_same_under_other_names_in_one_table(tmp_path: Path) -> None:
    table = _read(tmp_path, LINCS2020)
    expected = _read(tmp_path, GSE92742, METRICS)
    assert table["qc_pass"].tolist() == [True, False, pd.NA]
    differing = ["qc_pass", "pert_dose_unit"]
    pd.testing.assert_frame_equal(
        table.drop(columns=differing).sort_index(axis=1),
        expected.drop(columns=differing).sort_index(axis=1),
    )


def test_signatures_that_failed_quality_control_are_named_and_kept(tmp_path: Path) -> None:
    sig_info = write_table(tmp_path / "sig_info.txt", pd.DataFrame(LINCS2020))
    table, findings = read_signatures(MATRIX, sig_info, None)
    (failed,) = [each for each in findings if "quality control" in each.what]
    assert (len(table), failed.count, failed.names) == (3, 1, ("b",))


@pytest.mark.parametrize("rows_at_once", [1, 2, 50])
def test_replicate_sets_are_equal_as_the_sets_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows_at_once: int
) -> None:
    monkeypatch.setattr(signature_tables, "ROWS_AT_ONCE", rows_at_once)
    distil = ["x|y", "y|x", "x", "x|x", "-666", "", "x|y|z"]
    ids = tuple("abcdefg")
    matrix = MatrixFile(Path("m.gctx"), "gctx", ("780",), ids)
    info = pd.DataFrame({**GSE92742, "sig_id": IDS}).iloc[[0] * 7].assign(sig_id=ids)
    path = write_table(tmp_path / "s.txt", info.assign(distil_id=distil))
    table, _ = read_signatures(matrix, path, None)
    found = table[REPLICATE_SET].tolist()
    sets = [frozenset(each.replace("-666", "").split("|")) - {""} for each in distil]
    for one, of_one in zip(found, sets, strict=True):
        assert (one == NO_REPLICATES) == (not of_one)
        for other, of_other in zip(found, sets, strict=True):
            assert (one == other) == (of_one == of_other)


def test_a_lacking_column_is_named_with_its_other_names(tmp_path: Path) -> None:
    info = {name: values for name, values in GSE92742.items() if name != "cell_id"}
    with pytest.raises(AnnotationError, match=r"lacks the column cell_id \(or cell_iname\)"):
        _read(tmp_path, info)


def test_where_a_table_has_both_names_gse92742s_counts(tmp_path: Path) -> None:
    table = _read(tmp_path, {**GSE92742, "cmap_name": ["x", "y", "z"]})
    assert table["pert_iname"].tolist() == ["one", "two", "two"]


KIND_TEXTS = (
    "trt_cp", "TRT_CP", " Trt_Cp ", "trt_sh.cgs", "TRT_SH.CGS", "trt_sh", "trt_sh.css", "trt_oe",
    "Trt_Oe", "trt_oe.mut", "trt_xpr", "trt_lig", "ctl_vehicle", "", "-666", "nan", "NA", "1",
    "0.5", "trt cp", "trt_сp", "=1+1", "<b>trt_cp</b>", "trt_cp|trt_oe", "'trt_cp'",
)  # fmt: skip
"""What a column of kinds may hold. One has a Cyrillic c."""


@pytest.mark.parametrize("heading", ["pert_type", "PERT_TYPE"])
@pytest.mark.parametrize("seed", range(8))
def test_any_text_for_a_kind_is_taken_or_counted(tmp_path: Path, seed: int, heading: str) -> None:
    rng = np.random.default_rng(seed)
    texts = rng.choice(KIND_TEXTS, size=int(rng.integers(1, 12))).tolist()
    wanted = tuple(rng.choice(tuple(PERT_TYPES), size=2, replace=False))
    ids = tuple(f"sig {number}" for number in range(len(texts)))
    info = pd.DataFrame({
        "sig_id": ids, "pert_id": [f"P{number}" for number in range(len(texts))],
        "pert_iname": "tp53", heading: texts, "cell_id": "A375",
    })  # fmt: skip
    path = write_table(tmp_path / "sig_info.txt", info)
    matrix = MatrixFile(Path("m.gctx"), "gctx", ("780",), ids)
    kinds = [text.strip().lower() for text in texts]
    expected = {name: kind for name, kind in zip(ids, kinds, strict=True) if kind in wanted}
    if not expected:
        with pytest.raises(AnnotationError, match="has no signature of"):
            read_signatures(matrix, path, None, pert_types=wanted)
        return
    table, findings = read_signatures(matrix, path, None, pert_types=wanted)
    assert dict(zip(table["sig_id"], table["pert_type"], strict=True)) == expected
    (others,) = [each for each in findings if "other than" in each.what]
    assert others.count == len(texts) - len(expected)
    names = {"trt_cp": "tp53"} | {kind: f"TP53 {PERT_TYPES[kind]}" for kind in wanted
                                  if kind != "trt_cp"}  # fmt: skip
    assert [names[kind] for kind in table["pert_type"]] == table["pert_iname"].tolist()


def test_without_a_column_of_kinds_nothing_is_guessed(tmp_path: Path) -> None:
    info = {name: values for name, values in GSE92742.items() if name != "pert_type"}
    with pytest.raises(AnnotationError, match="lacks the column pert_type"):
        _read(tmp_path, info)
