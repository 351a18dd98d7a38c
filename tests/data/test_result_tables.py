"""Of a table of differential expression the signed statistic is the profile, and nothing else."""

from pathlib import Path

import numpy as np
import pytest

from gpar_core import fields
from gpar_core.data.profile_choices import statistics_of, with_statistic
from gpar_core.data.profiles import accept
from gpar_core.data.result_tables import SIGNED_P, profile_columns, signed_log_p
from gpar_core.errors import FileFormatError
from tests.data.uploads import SYMBOLS, Z, read_upload

TABLES: dict[str, tuple[str, str]] = {
    "DESeq2": ("baseMean,log2FoldChange,lfcSE,stat,pvalue,padj", "stat"),
    "DESeq2, shrunken": ("baseMean,log2FoldChange,lfcSE,pvalue,padj", "log2FoldChange"),
    "limma": ("logFC,AveExpr,t,P.Value,adj.P.Val,B", "t"),
    "GEO2R": ("adj.P.Val,P.Value,t,B,logFC", "t"),
    "edgeR": ("logFC,logCPM,LR,PValue,FDR", "logFC"),
    "edgeR, quasi-likelihood": ("logFC,logCPM,F,PValue,FDR", "logFC"),
    "Seurat": ("p_val,avg_log2FC,pct.1,pct.2,p_val_adj", "avg_log2FC"),
    "scanpy": ("scores,logfoldchanges,pvals,pvals_adj", "scores"),
    "iLINCS": ("Value_LogDiffExp,Significance_pvalue", "Value_LogDiffExp"),
    "z and p": ("logFC,z,p", "z"),
    "signed p": ("logFC,signed_logP,pval", "signed_logP"),
}
"""Columns as each tool writes them, and the one that is the profile."""


def _table(headings: str, n: int = 978) -> str:
    rng = np.random.default_rng(0)
    width = headings.count(",") + 1
    values = rng.normal(size=(n, width)).round(4)
    values[:, 0] = values[:, 0] * 2
    names = headings.split(",")
    for column, name in enumerate(names):
        if name.casefold().startswith(("p", "sig", "adj", "fdr")) and "pct" not in name:
            values[:, column] = rng.uniform(size=n).round(4)
    lines = [f"gene,{headings}"]
    lines += [f"{SYMBOLS[i]},{','.join(map(str, row))}" for i, row in enumerate(values)]
    return "\n".join(lines)


@pytest.mark.parametrize("tool", TABLES)
def test_the_signed_statistic_is_the_profile(tmp_path: Path, tool: str) -> None:
    headings, best = TABLES[tool]
    text = _table(headings)
    draft = read_upload(tmp_path, text, name="my results.csv")
    accepted = accept(draft)
    column = headings.split(",").index(best) + 1
    expected = [float(line.split(",")[column]) for line in text.splitlines()[1:]]
    np.testing.assert_allclose(accepted.matrix[0], expected, rtol=1e-6)
    assert accepted.names == ("my results",)
    assert f"Values: the column '{best}' of a result table." in accepted.notes
    offered = set(statistics_of(draft))
    assert offered.isdisjoint(
        ("baseMean", "lfcSE", "pvalue", "padj", "AveExpr", "B", "LR", "F", "P.Value", "adj.P.Val",
         "pct.1", "pct.2", "logCPM", "FDR", "Significance_pvalue")
    )  # fmt: skip
    assert offered | set(draft.report.ignored) >= set(headings.split(","))


def test_another_signed_column_can_be_chosen(tmp_path: Path) -> None:
    draft = read_upload(tmp_path, _table(TABLES["DESeq2"][0]))
    assert statistics_of(draft) == ("stat", "log2FoldChange", SIGNED_P)
    fold = accept(with_statistic(draft, "log2FoldChange"))
    assert "Values: the column 'log2FoldChange' of a result table." in fold.notes
    assert not np.array_equal(fold.matrix, accept(draft).matrix)
    for refused in ("padj", "baseMean", "nothing"):
        with pytest.raises(FileFormatError, match=f"'{refused}' is not a signed .*stat, log2"):
            with_statistic(draft, refused)


def test_a_table_of_profiles_has_no_statistic_to_choose(tmp_path: Path) -> None:
    draft = read_upload(tmp_path, _table("t,B,z"))
    assert draft.names == ("t", "B", "z")
    assert with_statistic(draft) is draft
    with pytest.raises(FileFormatError, match="is not a result table"):
        with_statistic(draft, "t")


def test_signed_p_is_minus_log10_p_with_the_sign_of_the_change() -> None:
    p = np.array([0.01, 0.01, 1, 0, np.nan, 0.5], np.float32)
    change = np.array([2, -2, 3, -1, 1, np.nan], np.float32)
    expected = [2, -2, 0, -45, np.nan, np.nan]
    np.testing.assert_allclose(signed_log_p(p, change), expected, rtol=1e-6)


@pytest.mark.parametrize(
    "headings",
    [
        "drugA_logFC,drugA_pvalue,drugB_logFC,drugB_pvalue",
        "logFC.drugA,P.Value.drugA,logFC.drugB,P.Value.drugB",
        "drugA.log2FoldChange,drugA.padj,drugB.log2FoldChange,drugB.padj",
        "logFC (drugA),FDR (drugA),logFC (drugB),FDR (drugB)",
    ],
)
def test_each_comparison_of_a_wide_table_is_a_profile(tmp_path: Path, headings: str) -> None:
    draft = with_statistic(read_upload(tmp_path, _table(headings)))
    assert draft.names == ("drugA", "drugB")
    assert len(set(draft.drug)) == 2


def test_where_genes_lie_is_no_profile(tmp_path: Path) -> None:
    lines = ["# Program:featureCounts v2.0.1", "Geneid\tChr\tStart\tEnd\tStrand\tLength\ts1\ts2"]
    lines += [
        f"{one}\tchr1\t{i}\t{i + 9}\t+\t9\t{i % 90}\t{i % 70}" for i, one in enumerate(SYMBOLS)
    ]
    draft = read_upload(tmp_path, "\n".join(lines))
    assert draft.names == ("s1", "s2")
    assert set(draft.report.ignored) == {"Chr", "Start", "End", "Strand", "Length"}
    with pytest.raises(FileFormatError, match="look like counts"):
        accept(draft)


def test_a_column_of_numbers_and_letters_does_not_stop_a_result_table(tmp_path: Path) -> None:
    lines = ["gene,logFC,pvalue,chromosome"]
    lines += [f"{one},{Z[0, i]},0.5,{'X' if i > 900 else i}" for i, one in enumerate(SYMBOLS)]
    draft = read_upload(tmp_path, "\n".join(lines))
    np.testing.assert_allclose(accept(draft).matrix[0], Z[0], rtol=1e-6)


def test_ids_beside_a_statistic_find_the_genes(tmp_path: Path) -> None:

    lines = ["row,stat,padj,GeneID"]
    lines += [f"r{i},{Z[0, i]},0.5,{one}.0" for i, one in enumerate(fields.LANDMARK_IDS)]
    draft = read_upload(tmp_path, "\n".join(lines))
    assert draft.report.id_kind == "entrez"
    np.testing.assert_allclose(accept(draft).matrix[0], Z[0], rtol=1e-6)


def test_only_unsigned_columns_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=r"are baseMean, pvalue, padj, and none .* direction"):
        read_upload(tmp_path, _table("baseMean,pvalue,padj"))


def test_as_many_headings_as_a_hostile_file_holds_are_read() -> None:
    """In a second; comparing each with each other would take half a minute."""
    found = profile_columns([f"gene {i}" for i in range(50_000)])
    assert len(found.places) == 50_000
    headings = [name for i in range(10_000) for name in (f"drug{i}_logFC", f"drug{i}_pvalue")]
    found = profile_columns(headings)
    assert len(found.names) == 20_000  # the logFC and the signed p of each comparison
