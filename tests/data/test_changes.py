"""All genes of a differential expression table, with fold change and FDR."""

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import false_discovery_control

from gpar_core import fields
from gpar_core.data.changes import Changes, read_changes
from gpar_core.data.profiles import read_profiles
from gpar_core.errors import DataError, FileFormatError, LandmarkError
from tests.data.test_result_tables import TABLES

SYMBOLS = fields.LANDMARK_SYMBOLS
CHANCE = ("p.", "p_v", "pv", "pad", "padj", "sig", "adj", "fdr")
"""How headings of p-values begin."""
REAL = Path(__file__).resolve().parents[3] / "shared" / "profiles"


def read(folder: Path, text: str) -> Changes:
    path = folder / "upload"
    path.write_text(text, "utf-8")
    return read_changes(path, "mine.csv")


def test_every_gene_has_its_fold_change_fdr_and_statistic(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "gene,baseMean,log2FoldChange,lfcSE,stat,pvalue,padj\n"
        f"{SYMBOLS[4]},10,1.5,0.1,15,1e-9,1e-8\nOTHER,20,-2,0.1,-20,0,NA\n"
        f"{SYMBOLS[2]},5,NA,NA,NA,NA,NA\n",
    )
    assert found.names == ("mine",)
    assert found.genes == (SYMBOLS[4], "OTHER", SYMBOLS[2])
    assert found.position.tolist() == [4, -1, 2]
    np.testing.assert_allclose(found.log_fold[0], [1.5, -2, np.nan], rtol=1e-6)
    np.testing.assert_allclose(found.fdr[0], [1e-8, np.nan, np.nan], rtol=1e-6)
    np.testing.assert_allclose(found.strength[0], [15, -20, np.nan], rtol=1e-6)
    assert not found.notes


def test_without_a_statistic_p_is_the_strength(tmp_path: Path) -> None:
    rows = f"{SYMBOLS[0]},-3,0.001,0.01\n{SYMBOLS[1]},0.5,1e-20,1e-18\n"
    found = read(tmp_path, "gene,logFC,PValue,FDR\n" + rows)
    np.testing.assert_allclose(found.strength[0], [-3, 20], rtol=1e-5)


def test_a_missing_fdr_is_computed_and_said(tmp_path: Path) -> None:
    p = np.random.default_rng(0).uniform(size=50)
    rows = [f"{SYMBOLS[i]},{(-1) ** i},{float(one)!r}" for i, one in enumerate(p)]
    found = read(tmp_path, "gene,Value_LogDiffExp,Significance_pvalue\n" + "\n".join(rows))
    np.testing.assert_allclose(found.fdr[0], false_discovery_control(p), rtol=1e-4)
    assert "FDR is computed" in found.notes[0]


def test_each_comparison_has_its_own_values(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "gene,A_logFC,A_pvalue,A_padj,B_logFC,B_pvalue,B_padj\n"
        f"{SYMBOLS[0]},1,0.1,0.2,-2,0.3,0.4\n{SYMBOLS[1]},3,0.1,0.2,-4,0.3,0.5\n",
    )
    assert found.names == ("A", "B")
    np.testing.assert_allclose(found.log_fold, [[1, 3], [-2, -4]])
    np.testing.assert_allclose(found.fdr, [[0.2, 0.2], [0.4, 0.5]], rtol=1e-6)


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        (f"gene,LR,PValue,FDR\n{SYMBOLS[0]},9,0.1,0.2\n", FileFormatError, "signed statistic"),
        (f"gene,F,PValue\n{SYMBOLS[0]},9,0.1\n", FileFormatError, "signed statistic"),
        (f"gene,pvalue\n{SYMBOLS[0]},0.1\n", FileFormatError, "signed statistic"),
        (f"gene,a,b\n{SYMBOLS[0]},1,2\n", FileFormatError, "not a table of differential"),
        ("gene,logFC,PValue\nFOO,1,0.1\n", LandmarkError, "none of the 978"),
        ("gene,logFC,PValue\n" + "".join(f"{one.capitalize()},1,0.1\n" for one in SYMBOLS[:40]),
         LandmarkError, "another species"),
        ("gene,logFC,PValue\n" + "A" * 10_000_000, FileFormatError, "a line of"),
        ("", FileFormatError, "empty"),
    ],
)  # fmt: skip
def test_what_shows_no_direction_is_refused(
    tmp_path: Path, text: str, error: type[DataError], said: str
) -> None:
    with pytest.raises(error, match=said):
        read(tmp_path, text)


def test_an_unreadable_fdr_is_no_problem_for_profiles(tmp_path: Path) -> None:
    """Profiles do not read it; only lists by cut-offs need it."""
    rows = [f"{one},{i - 500},0.1,{'low' if i == 3 else 0.2}" for i, one in enumerate(SYMBOLS)]
    text = "gene,logFC,PValue,FDR\n" + "\n".join(rows)
    with pytest.raises(FileFormatError, match="'low', which is not a number"):
        read(tmp_path, text)
    assert read_profiles(tmp_path / "upload", "mine.csv").report.n_found == 978


@pytest.mark.skipif(not REAL.is_dir(), reason="needs the real profiles in ../shared")
@pytest.mark.parametrize(
    ("name", "n"),
    [
        ("Narciclasine_DEG_limma.csv", 12_548),
        ("dexamethasone_airway_deseq2_ensembl.csv", 19_172),
    ],
)
def test_real_tables(name: str, n: int) -> None:
    found = read_changes(REAL / name, name)
    lines = (REAL / name).read_text().splitlines()
    assert len(found.genes) == n == len(lines) - 1
    column = lines[0].split(",").index("padj" if "padj" in lines[0] else "adj.P.Val")
    values = [line.split(",")[column] for line in lines[1:]]
    expected = sum(value not in {"", "NA"} and float(value) <= 0.05 for value in values)
    assert (found.fdr[0] <= 0.05).sum() == expected


@pytest.mark.parametrize("tool", TABLES)
def test_the_tables_of_every_tool_have_fold_change_and_fdr(tmp_path: Path, tool: str) -> None:
    headings, best = TABLES[tool]
    names = headings.split(",")
    rng = np.random.default_rng(1)
    values = rng.normal(size=(60, len(names))).round(4)
    chances = [i for i, one in enumerate(names) if one == "p" or one.casefold().startswith(CHANCE)]
    values[:, chances] = rng.uniform(size=(60, len(chances))).round(4)
    lines = [f"{SYMBOLS[i]},{','.join(map(str, row))}" for i, row in enumerate(values.tolist())]
    found = read(tmp_path, "\n".join([f"gene,{headings}", *lines]))
    columns = dict(zip(names, values.T, strict=True))
    fold = [one for one in names if "fold" in one.casefold() or "fc" in one.casefold()]
    fold += [one for one in names if "LogDiff" in one]
    expected = columns[next(one for one in fold if one != "lfcSE")]
    np.testing.assert_allclose(found.log_fold[0], expected, rtol=1e-5)
    if adjusted := [one for one in names if "adj" in one.casefold() or one == "FDR"]:
        np.testing.assert_allclose(found.fdr[0], columns[adjusted[0]], rtol=1e-5)
        assert not found.notes
    else:
        assert not np.isnan(found.fdr).any()
        assert "FDR is computed" in found.notes[0]
    if best not in fold:
        np.testing.assert_allclose(found.strength[0], columns[best], rtol=1e-5)
