"""Landmark genes are found by every name that they have or had."""

import numpy as np
import pytest

from gpar_core import fields
from gpar_core.data.gene_names import dates_among, entrez_of, match_genes, matched_by, no_genes

COLUMNS = ("symbol_gse92742", "symbol_lincs2020", "symbol_hgnc")
EVERY_ONE = np.arange(978)


def test_no_name_means_two_landmark_genes() -> None:
    owner: dict[str, set[int]] = {}
    for place, row in enumerate(fields.LANDMARKS):
        names = {row[column] for column in COLUMNS} | set(row["unambiguous_aliases"].split("|"))
        for name in names - {""}:
            owner.setdefault(name.upper(), set()).add(place)
    assert {name for name, places in owner.items() if len(places) > 1} == set()


@pytest.mark.parametrize("column", COLUMNS)
def test_all_are_found_by_the_symbols_of_every_release(column: str) -> None:
    match = match_genes([row[column] for row in fields.LANDMARKS])
    np.testing.assert_array_equal(match.position, EVERY_ONE)
    assert match.id_kind == "symbol"
    differ = sum(row[column] != row["symbol_gse92742"] for row in fields.LANDMARKS)
    assert len(match.renamed) == differ
    if column == "symbol_hgnc":
        assert "AARS1 (AARS)" in match.renamed


def test_an_alias_counts_only_where_the_gene_has_no_row_of_its_own() -> None:
    alias = next(row for row in fields.LANDMARKS if row["unambiguous_aliases"])
    name = alias["unambiguous_aliases"].split("|")[0]
    place = fields.LANDMARKS.index(alias)
    assert match_genes([name]).position.tolist() == [place]
    assert match_genes([name, alias["symbol_gse92742"]]).position.tolist() == [-1, place]


@pytest.mark.parametrize("version", ["", ".7", ".13"])
def test_ensembl_ids_are_found_with_and_without_version(version: str) -> None:
    match = match_genes([row["ensembl_id"] + version for row in fields.LANDMARKS])
    assert match.id_kind == "ensembl"
    np.testing.assert_array_equal(match.position, EVERY_ONE)


@pytest.mark.parametrize("form", ["{}", "{}.0", " {}   ", "000{}", "ENTREZ:{}", "{}.00"])
def test_entrez_ids_are_found_however_they_are_written(form: str) -> None:
    match = match_genes([form.format(one) for one in fields.LANDMARK_IDS])
    assert match.id_kind == "entrez"
    np.testing.assert_array_equal(match.position, EVERY_ONE)


def test_what_is_no_entrez_id_is_left_alone() -> None:
    assert [entrez_of(one) for one in ("780.5", " DDR1 ", "1e3")] == ["780.5", "DDR1", "1e3"]


@pytest.mark.parametrize(
    ("cell", "gene"),
    [
        ("DDR1 /// MIR4640", "DDR1"),
        ("MIR4640 /// DDR1", "DDR1"),
        ("DDR1|780", "DDR1"),
        ("DDR1 // MIR4640", "DDR1"),
        ("DDR1;MIR4640", "DDR1"),
        ("DDR1 /// AARS", None),
        ("MIR4640 /// MIR21", None),
    ],
)
def test_a_cell_of_several_genes_is_the_one_landmark_among_them(
    cell: str, gene: str | None
) -> None:
    place = -1 if gene is None else fields.LANDMARK_SYMBOLS.index(gene)
    assert matched_by([cell], "symbol").position.tolist() == [place]


def test_a_row_of_the_gene_alone_counts_before_one_that_it_shares() -> None:
    match = matched_by(["DDR1 /// MIR4640", "DDR1"], "symbol")
    assert (match.position >= 0).tolist() == [False, True]


def test_mouse_genes_are_told_by_symbol_and_by_id() -> None:
    mouse = [symbol.capitalize() for symbol in fields.LANDMARK_SYMBOLS]
    assert matched_by(mouse, "symbol").species == "mouse or rat"
    ids = [f"ENSMUSG{i:011}.4" for i in range(50)]
    assert matched_by(ids, "ensembl").species == "mouse"
    assert matched_by([one.replace("MUS", "RNO") for one in ids], "ensembl").species == "rat"


@pytest.mark.parametrize("write", [str, str.lower])
def test_human_genes_are_human_in_capitals_and_in_small_letters(write: type[str]) -> None:
    match = matched_by([write(symbol) for symbol in fields.LANDMARK_SYMBOLS], "symbol")
    assert (len(match.landmarks), match.species) == (978, "")


def test_gene_names_that_became_dates_are_told() -> None:
    dates = ["1-Mar", "2-Sep", "Sep-02", "2004-09-02", "4.Mrz"]
    assert dates_among([*dates, "MARCHF1", "SEPTIN2", "DECR1", "AARS"]) == tuple(dates)


@pytest.mark.parametrize(
    ("form", "what"),
    [("2{:05}_s_at", "HG-U133"), ("{}_at", "Affymetrix"), ("ILMN_{}", "Illumina"),
     ("A_23_P{}", "Agilent"), ("NM_{}.2", "transcript")],
)  # fmt: skip
def test_probe_ids_are_named_with_what_to_do(form: str, what: str) -> None:
    said = no_genes([form.format(i) for i in range(100, 120)])
    assert what in said
    assert form.format(100) in said
    assert "replace each id with the symbol or Entrez id" in said


def test_genes_are_no_probe_ids() -> None:
    assert no_genes(list(fields.LANDMARK_SYMBOLS)) == ""
    assert no_genes([str(one) for one in fields.LANDMARK_IDS]) == ""
