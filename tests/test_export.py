"""CSV files say where they come from and hold no formula."""

import csv
import io
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpar_core.data.gene_sets import read_gene_list, read_gene_sets
from gpar_core.export import (
    FORMULA_STARTS,
    csv_text,
    download_name,
    file_name,
    gene_list,
    gene_sets,
    parquet_bytes,
    ranking_csv,
)
from tests.saved_model import SUMMARY, ranking


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def test_a_ranking_is_numbered_and_linked() -> None:
    rows = _rows(ranking_csv(ranking(("alpha", "beta,\ngamma")), SUMMARY))
    assert [row["rank"] for row in rows] == ["1", "2"]
    assert rows[1]["pert_iname"] == "beta,\ngamma"
    assert rows[0]["enrichment_score"] == "0.9"
    assert rows[0]["scored_by"] == "final model"
    assert rows[0]["pubchem"] == "https://pubchem.ncbi.nlm.nih.gov/compound/5311"
    assert rows[1]["ilincs"].count("beta%2C%0Agamma") == 1


def test_targets_have_a_column_where_any_is_known() -> None:
    named = ranking(("alpha", "beta")).assign(target=["DRD2|HTR2A", ""])
    rows = _rows(ranking_csv(named, SUMMARY))
    assert [row["target"] for row in rows] == ["DRD2|HTR2A", ""]
    assert "target" not in _rows(ranking_csv(ranking(), SUMMARY))[0]


def test_what_was_searched_for_keeps_its_rank() -> None:
    found = ranking().assign(rank=[1, 2, 3]).iloc[[1]]
    assert [row["rank"] for row in _rows(ranking_csv(found, SUMMARY))] == ["2"]


@pytest.mark.parametrize(("simulated", "word"), [(True, "SIMULATED"), (False, "measured")])
def test_every_row_says_model_compendium_and_whether_it_is_simulated(
    simulated: bool, word: str
) -> None:
    summary = replace(SUMMARY, simulated=simulated)
    for row in _rows(ranking_csv(ranking(), summary)):
        assert (row["model_id"], row["compendium"], row["data"]) == (
            summary.model_id, "tiny", word,
        )  # fmt: skip
        assert row["model_mean_auroc"] == "0.8"
    assert ("SIMULATED" in file_name(summary, "ranking")) == simulated


@settings(max_examples=100)
@given(
    names=st.lists(
        st.text(st.sampled_from("=+-@\t\r\n,;\"' 'A1|(")) | st.text(), min_size=1, max_size=4
    )
)
def test_no_cell_is_a_formula_however_the_file_is_split_into_lines(names: list[str]) -> None:
    text = csv_text(pd.DataFrame({"name": names, "figure": -1.5}))
    for newline in ("", None):  # None: every kind of line end is one
        for row in csv.reader(io.StringIO(text, newline=newline)):
            for cell in row:
                assert not cell.startswith(FORMULA_STARTS) or _is_number(cell)
    plain = [name.replace("\r", " ") for name in names]
    for row, name in zip(_rows(text), plain, strict=True):
        assert row["name"] in (name, f"'{name}")


def test_the_name_of_a_column_is_no_formula_either() -> None:
    assert csv_text(pd.DataFrame({"=1+1": [1], "A375": [2]})) == "'=1+1,A375\n1,2\n"


def test_numbers_stay_numbers() -> None:
    text = csv_text(pd.DataFrame({"es": [-0.5, 1e-9], "k": [-3, 4], "drug": ["-5", "x"]}))
    assert text == "es,k,drug\n-0.5,-3,'-5\n1e-09,4,x\n"


def test_a_file_is_named_by_letters_digits_and_hyphens() -> None:
    summary = replace(SUMMARY, label="PI3K/mTOR  inhibitor (α)", simulated=False)
    assert file_name(summary, "ranking") == "gpar-ranking-pi3k-mtor-inhibitor.csv"


def test_a_list_of_genes_is_read_back_and_its_name_says_simulated(tmp_path: Path) -> None:
    path = tmp_path / "up.grp"
    path.write_text(gene_list(["HSPA8", "EGR1"]), "utf-8")
    assert path.read_text("utf-8") == "HSPA8\nEGR1\n"
    assert read_gene_list(path, path.name).up == ("HSPA8", "EGR1")
    assert gene_list([]) == ""
    name = download_name("genes-up", "HDAC inhibitor", simulated=True, ending="grp")
    assert name == "gpar-genes-up-hdac-inhibitor-SIMULATED.grp"


def test_parquet_keeps_types_digits_and_text() -> None:
    table = pd.DataFrame({"drug": ["=1+1", None], "es": [1 / 3, float("nan")], "k": [1, 2]})
    read = pd.read_parquet(io.BytesIO(parquet_bytes(table)))
    pd.testing.assert_frame_equal(read, table)


def test_gene_sets_are_read_back(tmp_path: Path) -> None:
    path = tmp_path / "sets.gmt"
    path.write_text(
        gene_sets({"HDAC\tinhibitor\nup": ["HSPA8", "EGR1"], "HDAC inhibitor down": []})
    )
    (read,) = read_gene_sets(path, path.name)
    assert (read.name, read.up, read.down) == ("HDAC inhibitor", ("HSPA8", "EGR1"), ())
