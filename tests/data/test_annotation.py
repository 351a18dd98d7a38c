"""MOAs find their compounds by pert_id, by BRD id without batch, or by name."""

from pathlib import Path

import pandas as pd
import pytest

from gpar_core.data.annotation import match_moas, read_moa_table
from gpar_core.errors import AnnotationError
from tests.geo_files import write_text

COMPOUNDS = pd.DataFrame(
    {
        "pert_id": ["BRD-K11111111", "BRD-K22222222", "DB00003", "BRD-K44444444"],
        "pert_iname": ["alpha", "Beta", "gamma", "delta"],
    }
)


def _match(path: Path, text: str, encoding: str = "utf-8") -> dict[str, object]:
    match = match_moas(COMPOUNDS, read_moa_table(write_text(path, text, encoding)))
    return {
        "moa": match.compounds["moa"].tolist(),
        "annotated": match.compounds["annotated"].tolist(),
        "n": match.n_matched,
        "unmatched": match.unmatched,
    }


def test_moas_are_joined_by_pert_id(tmp_path: Path) -> None:
    text = "pert_id\tmoa\nBRD-K11111111\tX inhibitor\nDB00003\tY agonist\nDB99999\tZ\n"
    assert _match(tmp_path / "moa.tsv", text) == {
        "moa": ["X inhibitor", "", "Y agonist", ""],
        "annotated": [True, False, True, False],
        "n": 2,
        "unmatched": ("DB99999",),
    }


def test_the_batch_of_a_broad_id_does_not_matter(tmp_path: Path) -> None:
    text = "pert_id\tmoa\nBRD-K22222222-003-01-7\tX inhibitor\n"
    assert _match(tmp_path / "moa.tsv", text)["moa"] == ["", "X inhibitor", "", ""]


def test_names_are_joined_without_case(tmp_path: Path) -> None:
    text = "pert_iname\tmoa\nALPHA\tX\nbeta\tY\nomega\tZ\n"
    found = _match(tmp_path / "moa.tsv", text)
    assert found["moa"] == ["X", "Y", "", ""]
    assert found["unmatched"] == ("omega",)


def test_the_pert_id_counts_for_more_than_the_name(tmp_path: Path) -> None:
    text = "pert_id\tpert_iname\tmoa\nBRD-K11111111\tbeta\tX\nBRD-K99999999\talpha\tY\n"
    assert _match(tmp_path / "moa.tsv", text)["moa"] == ["X", "X", "", ""]


def test_moas_of_several_rows_are_united_sorted_and_tidied(tmp_path: Path) -> None:
    text = "pert_iname\tmoa\nalpha\tY| X \nalpha\tX|W|\nbeta\t|\n"
    found = _match(tmp_path / "moa.tsv", text)
    assert found["moa"] == ["W|X|Y", "", "", ""]
    assert found["annotated"] == [True, False, False, False]


def test_a_compound_can_be_annotated_without_a_listed_moa(tmp_path: Path) -> None:
    text = "pert_id\tmoa\tannotated\nBRD-K11111111\t\t1\nBRD-K22222222\t\t0\nDB00003\tX\t0\n"
    assert _match(tmp_path / "moa.tsv", text)["annotated"] == [True, False, True, False]


def test_the_repurposing_hub_is_read_as_it_is(tmp_path: Path) -> None:
    text = (
        "!Drug Repurposing Hub\n!version\t20200324\n"
        "pert_iname\tclinical_phase\tmoa\ttarget\tdisease_area\tindication\n"
        "alpha\tLaunched\tX inhibitor|Y agonist\tABC\t\tMénière's disease\n"
        "beta\tPreclinical\t\t\t\t\n"
    )
    found = _match(tmp_path / "repurposing_drugs_20200324.txt", text, "latin-1")
    assert found["moa"] == ["X inhibitor|Y agonist", "", "", ""]
    assert found["n"] == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("pert_id\ttarget\na\tb\n", "lacks the column moa"),
        ("name\tmoa\na\tb\n", "neither pert_id nor pert_iname"),
    ],
)
def test_a_moa_table_that_names_no_compound_or_moa_is_refused(
    tmp_path: Path, text: str, words: str
) -> None:
    with pytest.raises(AnnotationError, match=words):
        _match(tmp_path / "moa.tsv", text)


def test_an_empty_moa_table_annotates_nothing(tmp_path: Path) -> None:
    found = _match(tmp_path / "moa.tsv", "pert_id\tmoa\n")
    assert (found["n"], found["annotated"]) == (0, [False] * 4)
