"""Real files, from other tools and from LINCS, go through the ordinary import."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from cmapPy.pandasGEXpress.parse import parse

from gpar_core import fields
from gpar_core.data import compendium as compendia
from gpar_core.data.compendium import Compendium
from gpar_core.data.importing.build import import_compendium
from gpar_core.data.importing.import_files import ImportFiles, SeriesFiles
from gpar_core.data.matrix_files import open_matrix
from gpar_core.errors import FileFormatError, GparError, LandmarkError
from tests.geo_files import LANDMARKS, write_gene_info, write_table

pytestmark = pytest.mark.filterwarnings("ignore:errors='ignore':FutureWarning")


def _imported(matrix: Path, folder: Path) -> Compendium:
    """Import `matrix` with a sig_info that calls every signature one of a compound of its own."""
    try:
        sig_ids = open_matrix(matrix).sig_ids
    except FileFormatError:
        sig_ids = ("unreadable",)
    sig_info = pd.DataFrame(
        {
            "sig_id": sig_ids,
            "pert_id": [f"P{number:02}" for number in range(len(sig_ids))],
            "pert_iname": [f"drug {number}" for number in range(len(sig_ids))],
            "pert_type": "trt_cp",
            "cell_id": "A375",
        }
    )
    series = SeriesFiles(
        matrix=matrix,
        sig_info=write_table(folder / "sig_info.txt", sig_info),
        gene_info=write_gene_info(folder / "gene_info.txt"),
    )
    target = folder / "compendium"
    target.mkdir()
    import_compendium(ImportFiles((series,)), target, name="real", fill_missing=True)
    return compendia.load(target)


def _by_cmappy(matrix: Path, loaded: Compendium) -> np.ndarray:
    """The same values as cmapPy's own reader gives them, in the order of the compendium."""
    table = parse(str(matrix)).data_df
    table.index = table.index.astype(str)
    wanted = table.reindex(index=LANDMARKS, columns=loaded.signatures["sig_id"])
    return wanted.to_numpy(np.float32).T


@pytest.mark.parametrize(
    ("name", "n_signatures"),
    [
        ("test_sample_n2x12328.gctx", 2),
        ("contest_modzs_ezid_n10x10174.gctx", 10),
        ("level5_s2n_lm_n5x978.gct", 5),
        ("level5_s2n_lm_n5x978.gctx", 5),
    ],
)
def test_files_of_other_tools_give_the_values_that_cmappy_reads(
    gct_files: Path, tmp_path: Path, name: str, n_signatures: int
) -> None:
    loaded = _imported(gct_files / name, tmp_path)
    assert loaded.n_signatures == n_signatures
    np.testing.assert_array_equal(loaded.matrix, _by_cmappy(gct_files / name, loaded))


def test_the_same_signatures_as_gct_and_gctx_are_one_compendium(
    gct_files: Path, tmp_path: Path
) -> None:
    loaded = []
    for name in ("level5_s2n_lm_n5x978.gct", "level5_s2n_lm_n5x978.gctx"):
        folder = tmp_path / name
        folder.mkdir()
        loaded.append(_imported(gct_files / name, folder))
    # The text has four decimals.
    np.testing.assert_allclose(loaded[0].matrix, loaded[1].matrix, rtol=0, atol=6e-5)
    pd.testing.assert_frame_equal(loaded[0].compounds, loaded[1].compounds)


@pytest.mark.parametrize(
    ("name", "error", "words"),
    [
        ("modzs_gct_n3x978.gctx", LandmarkError, "None of the 978 .*1007_s_at.*Entrez gene ids"),
        ("mini_gctoo_for_testing.gctx", LandmarkError, "None of the 978 landmark genes"),
        ("test_l1000.gctx", FileFormatError, "is a text GCT"),
    ],
)
def test_what_is_no_matrix_over_landmarks_is_refused_with_a_reason(
    gct_files: Path, tmp_path: Path, name: str, error: type[GparError], words: str
) -> None:
    with pytest.raises(error, match=words):
        _imported(gct_files / name, tmp_path)


@pytest.fixture(scope="module")
def lincs(consensus: Path, tmp_path_factory: pytest.TempPathFactory) -> Compendium:
    folder = tmp_path_factory.mktemp("lincs")
    series = SeriesFiles(
        matrix=consensus / "Consensus_Level5_n1170x978.gctx",
        sig_info=consensus / "sig_info.txt.gz",
        gene_info=consensus / "gene_info.txt.gz",
        sig_metrics=consensus / "sig_metrics.txt.gz",
        pert_info=consensus / "pert_info.txt.gz",
    )
    files = ImportFiles((series,), (consensus / "moa.tsv",))
    import_compendium(files, folder, name="lincs")
    return compendia.load(folder)


def test_the_real_consensus_signatures_are_imported_whole(
    consensus: Path, lincs: Compendium
) -> None:
    assert (lincs.n_signatures, lincs.n_compounds, len(lincs.moas)) == (1092, 1170, 277)
    assert lincs.n_drugs == 1092
    assert lincs.cell_lines == ["CONSENSUS"]
    assert lincs.signatures["tas"].notna().sum() == 987
    assert lincs.signatures["representative"].all()
    assert lincs.signatures[["pert_dose", "pert_time"]].isna().all(axis=None)
    theirs = _by_cmappy(consensus / "Consensus_Level5_n1170x978.gctx", lincs)
    np.testing.assert_array_equal(lincs.matrix, theirs)


def test_the_real_annotation_keeps_annotated_apart_from_having_a_moa(
    consensus: Path, lincs: Compendium
) -> None:
    table = pd.read_csv(consensus / "moa.tsv", sep="\t", keep_default_na=False)
    table = table.set_index("pert_id").loc[lincs.compounds["pert_id"]]
    with_moa = (lincs.compounds["moa"] != "").to_numpy()
    np.testing.assert_array_equal(with_moa, table["moa"] != "")
    expected = (table["annotated"] == 1) | (table["moa"] != "")
    np.testing.assert_array_equal(lincs.compounds["annotated"], expected)
    assert (lincs.compounds["annotated"] & ~with_moa).any()


def test_copies_under_other_names_are_one_drug_and_are_named(lincs: Compendium) -> None:
    drug = lincs.drug_by_name
    assert drug["citalopram"] == "citalopram"
    assert drug["citalopram"] == drug["escitalopram"]
    assert lincs.drugs["drug"].is_unique
    findings = {each["what"]: each for each in lincs.report["findings"]}
    named = findings["molecules with several names or ids; each counts as one drug"]
    assert named["count"] == 68
    assert any(name.startswith("citalopram: citalopram; escitalopram") for name in named["names"])
    (twice,) = (each for what, each in findings.items() if "their values equal those of" in what)
    assert twice["count"] == 78


def test_the_landmarks_are_those_of_the_real_gene_info(consensus: Path) -> None:
    genes = pd.read_csv(consensus / "gene_info.txt.gz", sep="\t")
    landmarks = genes[genes["pr_is_lm"] == 1].sort_values("pr_gene_id")
    assert tuple(landmarks["pr_gene_id"]) == fields.LANDMARK_IDS
    assert tuple(landmarks["pr_gene_symbol"]) == fields.LANDMARK_SYMBOLS
