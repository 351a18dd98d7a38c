"""Files as people have them, real ones and made after them: each leads to its right value.

The real ones lie in ../shared; of each kind a small one is made here, so that what is right is held
without them.
"""

import re
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import spearmanr

from gpar_core import fields
from gpar_core.data.matrix_files import open_matrix, read_blocks
from gpar_core.data.profile_choices import statistics_of, with_drugs
from gpar_core.data.profiles import accept, read_profiles
from gpar_core.data.tables import read_table
from gpar_core.errors import FileFormatError, LandmarkError
from tests.data.uploads import NAMES, SYMBOLS, Z, read_upload, text_of

ENSEMBL = [row["ensembl_id"] for row in fields.LANDMARKS]


# ------------------------------------------------------------------------ made for the purpose


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b""])
@pytest.mark.parametrize("separator", [";", "\t"])
def test_a_decimal_comma_is_read(tmp_path: Path, mark: bytes, separator: str) -> None:
    text = text_of(Z, separator=separator).replace(".", ",")
    draft = read_upload(tmp_path, mark + text.encode())
    np.testing.assert_array_equal(draft.values, Z)


def test_a_quoted_decimal_comma_is_read_between_commas(tmp_path: Path) -> None:
    rows = [f'{one},"{f"{Z[0, i]:.4f}".replace(".", ",")}"' for i, one in enumerate(SYMBOLS)]
    draft = read_upload(tmp_path, "\n".join(["id,a", *rows]))
    np.testing.assert_allclose(draft.values[0], Z[0], atol=1e-4)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be"])
@pytest.mark.parametrize(
    "before", ["sep=,\n", "# a comment\n#another\n", "! of GEO\n", '"sep=,"\n', "\n,,,\n"]
)
def test_lines_before_the_table_and_marks_do_not_matter(
    tmp_path: Path, encoding: str, before: str
) -> None:
    content = (before + text_of(Z)).encode(encoding)
    if encoding == "utf-16-be":
        content = b"\xfe\xff" + content
    draft = read_upload(tmp_path, content)
    assert draft.names == NAMES
    np.testing.assert_array_equal(draft.values, Z)


def test_the_last_line_of_a_series_matrix_is_no_gene(tmp_path: Path) -> None:
    lines = text_of(Z, [f'"{name}"' for name in NAMES], separator="\t").rstrip("\n")
    text = f'!Series_title\t"x"\n!series_matrix_table_begin\n{lines}\n!series_matrix_table_end\n'
    np.testing.assert_array_equal(read_upload(tmp_path, text).values, Z)


def test_minus_signs_and_error_words_are_read(tmp_path: Path) -> None:
    text = text_of(Z).replace(",-", ",\u2212")
    np.testing.assert_array_equal(read_upload(tmp_path, text).values, Z)
    values = Z.copy()
    values[2, :4] = np.nan
    for word in ("#DIV/0!", "#NAME?", "#VALUE!", "#NUM!", "#REF!", "#NV", "#WERT!"):
        draft = read_upload(tmp_path, text_of(values, missing=word))
        np.testing.assert_array_equal(draft.values, values)
        assert draft.n_missing_values == 4


def test_newer_symbols_are_found_and_reported(tmp_path: Path) -> None:
    genes = [row["symbol_hgnc"] for row in fields.LANDMARKS]
    draft = read_upload(tmp_path, text_of(Z, genes=genes))
    np.testing.assert_array_equal(draft.values, Z)
    assert "AARS1 (AARS)" in draft.report.other_names
    assert any("AARS1 (AARS)" in note for note in accept(draft).notes)


def test_ensembl_ids_with_version_are_found(tmp_path: Path) -> None:
    draft = read_upload(tmp_path, text_of(Z, genes=[f"{one}.{i % 20}" for i, one in
                                                    enumerate(ENSEMBL)]))  # fmt: skip
    np.testing.assert_array_equal(draft.values, Z)
    assert draft.report.id_kind == "ensembl"


def test_mouse_genes_are_refused_with_what_to_do(tmp_path: Path) -> None:
    genes = [symbol.capitalize() for symbol in SYMBOLS]
    with pytest.raises(LandmarkError, match=r"species: mouse or rat .*human orthologs"):
        read_upload(tmp_path, text_of(Z, genes=genes))
    ids = [f"ENSMUSG{i:011}" for i in range(978)]
    with pytest.raises(LandmarkError, match=r"species: mouse \(first: ENSMUSG0"):
        read_upload(tmp_path, text_of(Z, genes=ids))


def test_human_orthologs_beside_mouse_genes_are_taken(tmp_path: Path) -> None:
    lines = ["mouse,human,a"]
    lines += [f"{one.capitalize()},{one},{Z[0, i]}" for i, one in enumerate(SYMBOLS)]
    draft = read_upload(tmp_path, "\n".join(lines))
    np.testing.assert_allclose(draft.values[0], Z[0], rtol=1e-6)


def test_probe_ids_are_refused_with_what_they_are(tmp_path: Path) -> None:
    genes = [f"20{i:04}_at" for i in range(978)]
    with pytest.raises(LandmarkError, match=r"Affymetrix probe ids .*GPL96 for HG-U133A"):
        read_upload(tmp_path, text_of(Z, genes=genes))


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("\n".join(SYMBOLS[:50]), r"a list of 50 genes \(GRP\)"),
        ("\t".join(["up", "na", *SYMBOLS[:20]]) + "\n" + "\t".join(["dn", "", *SYMBOLS[30:60]]),
         r"2 gene sets \(GMT\)"),
        ("\t".join(["up", "na", *SYMBOLS[:120]]), r"1 gene sets \(GMT\)"),
        ("gene,direction\n" + "\n".join(f"{one},1" for one in SYMBOLS[:40]),
         "directions .40 landmark genes up, 0 down"),
        ("gene\tdirection\n" + "\n".join(f"{one}\tup" for one in SYMBOLS[:40]),
         "40 genes with a direction"),
    ],
)  # fmt: skip
def test_a_gene_list_is_recognized(tmp_path: Path, content: str, what: str) -> None:
    with pytest.raises(FileFormatError, match=f"{what}.*, not a profile.*ranked table"):
        read_upload(tmp_path, content)


@pytest.mark.parametrize("heading", ["drug", "compound", "pert_iname", "", "Treatment"])
def test_a_line_above_the_values_names_the_drugs(tmp_path: Path, heading: str) -> None:
    header, *lines = text_of(Z).splitlines()
    text = "\n".join([header, f"{heading},Aspirin,Aspirin,Vorinostat", *lines])
    draft = read_upload(tmp_path, text)
    assert draft.names == NAMES
    assert draft.drug == ("aspirin", "aspirin", "vorinostat")
    np.testing.assert_array_equal(draft.values, Z)
    assert any("3 profiles are of 2 drugs" in note for note in accept(draft).notes)


def test_another_line_above_the_values_is_passed_over(tmp_path: Path) -> None:
    header, *lines = text_of(Z).splitlines()
    text = "\n".join([header, "cell_id,MCF7,MCF7,PC3", "drug,a,b,b", *lines])
    assert read_upload(tmp_path, text).drug == ("a", "b", "b")


def test_replicates_are_guessed_said_and_can_be_changed(tmp_path: Path) -> None:
    draft = read_upload(tmp_path, text_of(Z, ("X17_rep1", "X17_rep2", "X17_rep3")))
    assert set(draft.drug) == {"x17"}
    assert "The 3 profiles are of 1 drug, identified by their names." in accept(draft).notes
    each = accept(with_drugs(draft, "each"))
    assert each.drug == ("x17_rep1", "x17_rep2", "x17_rep3")
    assert each.notes == ()
    other = read_upload(tmp_path, text_of(Z))
    assert len(set(other.drug)) == 3
    assert len(set(with_drugs(other, "one").drug)) == 1
    with pytest.raises(FileFormatError, match="Use file, each, one"):
        with_drugs(other, "some")


# ---------------------------------------------------------------------------------- real files


REAL: dict[str, tuple[int, int, str]] = {
    "01-symbols-of-lincs2020/lincs2020_symbols.csv": (978, 1, "Genes found by a newer name .*: 19"),
    "02-deseq2-table/deseq2_results.csv": (978, 1, "Values: the column 'stat'"),
    "04-decimal-comma/german_excel.csv": (978, 2, ""),
    "13-several-symbols-in-a-cell/gpl570.txt": (978, 1, ""),
    "17-lines-before-the-table/sep_line.csv": (978, 2, ""),
    "33-padded-ids/padded.gctx": (978, 36, ""),
    "38-replicates-of-one-drug/reps.csv": (
        978,
        3,
        "3 profiles are of 1 drug, identified by their names",
    ),
    "40-gct-with-bom/bom.gct": (978, 2, ""),
    "40-gct-with-bom/quoted.gct": (978, 2, ""),
}


@pytest.mark.parametrize("name", REAL)
def test_a_case_gives_what_is_right(cases: Path, name: str) -> None:
    n_genes, n_profiles, note = REAL[name]
    draft = read_profiles(cases / name, name)
    accepted = accept(draft)
    assert draft.report.n_found == n_genes
    assert accepted.matrix.shape == (n_profiles, 978)
    assert np.abs(accepted.matrix).mean() > 0.3
    assert any(re.search(note, one) for one in accepted.notes) or not note


def test_the_same_numbers_however_they_are_written(cases: Path) -> None:
    one = accept(read_profiles(cases / "40-gct-with-bom/bom.gct", "a")).matrix
    for other in ("40-gct-with-bom/quoted.gct", "17-lines-before-the-table/sep_line.csv",
                  "04-decimal-comma/german_excel.csv"):  # fmt: skip
        np.testing.assert_array_equal(accept(read_profiles(cases / other, "a")).matrix, one)


@pytest.mark.parametrize("name", ["40-gct-with-bom/bom.gct", "40-gct-with-bom/quoted.gct",
                                  "33-padded-ids/padded.gctx"])  # fmt: skip
def test_an_import_reads_the_same_matrices(cases: Path, name: str) -> None:
    matrix = open_matrix(cases / name)
    draft = read_profiles(cases / name, name)
    assert matrix.sig_ids == draft.names
    assert matrix.gene_ids[:3] == ("16", "23", "25")
    (block,) = read_blocks(matrix, np.arange(978), np.arange(len(matrix.sig_ids)))
    np.testing.assert_array_equal(block.values, draft.values)


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("18-gene-lists/query.gmt", r"2 gene sets \(GMT\)"),
        ("18-gene-lists/up.grp", r"100 genes \(GRP\)"),
        ("18-gene-lists/up_down.csv", "100 landmark genes up, 100 down"),
        ("35-featurecounts/featurecounts.txt", "look like counts"),
        ("35-featurecounts/featurecounts_nocomment.txt", "look like counts"),
    ],
)
def test_a_case_that_is_no_profile_is_refused(cases: Path, name: str, what: str) -> None:
    with pytest.raises(FileFormatError, match=what):
        accept(read_profiles(cases / name, name))


def test_counts_of_featurecounts_are_z_scored_on_request(cases: Path) -> None:
    draft = read_profiles(cases / "35-featurecounts/featurecounts.txt", "counts.txt")
    assert draft.names == tuple(f"s{i}.bam" for i in range(6))
    assert accept(draft, z_score=True).matrix.shape == (6, 978)


@pytest.mark.parametrize(
    ("name", "id_kind", "n_found", "statistic"),
    [
        ("Nitidine_chloride_DEG_limma.csv", "symbol", 957, "t"),
        ("Narciclasine_DEG_limma.csv", "symbol", 957, "t"),
        ("Berberine_hydrochloride_DEG_limma.csv", "symbol", 957, "t"),
        ("dexamethasone_airway_deseq2_ensembl.csv", "ensembl", 943, "stat"),
        ("compound_4852_10uM_edger.csv", "ensembl", 926, "log2FoldChange"),
    ],
)
def test_a_profile_of_another_project_is_read(
    real_profiles: Path, name: str, id_kind: str, n_found: int, statistic: str
) -> None:
    draft = read_profiles(real_profiles / name, name)
    assert (draft.report.id_kind, draft.report.n_found) == (id_kind, n_found)
    assert statistics_of(draft)[0] == statistic
    never = {"LR", "logCPM", "pvalue", "padj", "B", "AveExpr", "baseMean", "lfcSE", "P.Value"}
    assert never.isdisjoint(statistics_of(draft))
    (profile,) = accept(draft, impute=True).matrix
    assert (profile < 0).any()
    assert (profile > 0).any()


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("rapamycin_mouse_liver.csv", "species: mouse .*human orthologs"),
        ("trichostatin_a_mcf7_affymetrix.gct", "Affymetrix probe ids .*200814_at.*GPL96"),
    ],
)
def test_a_profile_that_cannot_be_used_says_what_to_do(
    real_profiles: Path, name: str, what: str
) -> None:
    with pytest.raises(LandmarkError, match=what):
        read_profiles(real_profiles / name, name)


@pytest.mark.parametrize(
    ("name", "alike"),
    [
        ("Nitidine_chloride_DEG_limma.csv", {"le-sn38", "irinotecan", "camptothecin"}),
        ("Narciclasine_DEG_limma.csv", {"anisomycin", "homoharringtonine"}),
        ("dexamethasone_airway_deseq2_ensembl.csv",
         {"flurandrenolide", "hydrocortisone", "triamcinolone"}),
    ],
)  # fmt: skip
def test_a_real_profile_is_most_like_drugs_of_its_mechanism(
    real_profiles: Path, consensus: Path, name: str, alike: set[str]
) -> None:
    """Inhibitors of topoisomerase and of protein synthesis, and glucocorticoids, by Spearman."""
    matrix = "Consensus_Level5_n1170x978.gctx"
    signatures = read_profiles(consensus / matrix, matrix)
    table = read_table(
        next(consensus.glob("*sig_info*")), needed=(fields.SIG_ID, fields.PERT_INAME)
    ).set_index(fields.SIG_ID)
    (profile,) = accept(read_profiles(real_profiles / name, name), impute=True).matrix
    correlation = spearmanr(profile, signatures.values, axis=1).statistic[0, 1:]
    nearest = np.argsort(-correlation)[:5]
    named = {table.loc[signatures.names[i], fields.PERT_INAME].casefold() for i in nearest}
    assert alike <= named
