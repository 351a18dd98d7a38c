"""Tables of class labels: found in many shapes, and hostile ones refused in words."""

from pathlib import Path

import pandas as pd
import pytest

from gpar_core.data.compendium import Compendium
from gpar_core.data.labels import MAX_BYTES, read_labels, relabelled
from gpar_core.data.training_set import drugs_of_moa, select
from gpar_core.errors import AnnotationError
from tests.synthetic import build, drugs_of

CSV = b"Name,Class\nHDAC0,anticancer\nhdac1,anticancer|immune\ndark3,anticancer\nnobody,heart\n"


@pytest.fixture
def compendium(tmp_path: Path) -> Compendium:
    return build(tmp_path, [*drugs_of("HDAC inhibitor", 4), *drugs_of("", 60, tas=0.1)])


@pytest.mark.parametrize(
    "content",
    [
        CSV,
        CSV.replace(b",", b"\t"),
        CSV.replace(b",", b";"),
        b"\xef\xbb\xbf" + CSV,
        CSV.replace(b"\n", b"\r\n"),
        b"!a comment, of the kind the Hub has\n" + CSV,
        CSV.decode().encode("utf-16"),
    ],
)
def test_separators_marks_and_comments_make_no_difference(content: bytes) -> None:
    pd.testing.assert_frame_equal(read_labels(content, "a.csv"), read_labels(CSV, "a.csv"))


def test_ids_serve_as_well_as_names_and_other_columns_are_passed_over() -> None:
    table = read_labels(b"dose,therapeutic class,pert_id\n1,x,A\n2,-666,B\n3,,C\n", "a.csv")
    assert table.to_dict("records") == [{"pert_id": "A", "pert_iname": "", "label": "x"}]


def test_a_quoted_name_may_hold_the_separator() -> None:
    table = read_labels(b'name,label\n"1,2-diol","a, b"\n', "a.csv")
    assert table[["pert_iname", "label"]].to_numpy().tolist() == [["1,2-diol", "a, b"]]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "has 0 lines"),
        (b"name,label\n", "has 1 lines"),
        (b"gene,score\nA,1\n", "has the columns gene, score"),
        (b"name,score\nA,1\n", "has the columns name, score"),
        (b"label,score\nA,1\n", "has the columns label, score"),
        (b"name,label\nA,\n", "has no labeled compound"),
        (b"\x89PNG\r\n\x1a\n\0\0", "is an image"),
        (b"name,label\n\0,a\n", "is not a text file"),
        (b"a," * 5_000 + b"\n" + b"a," * 5_000, "more than 100 columns"),
        (b"name,label\n" + b"a" * 200_000, "a line of 200,000 characters"),
        (b"a" * (MAX_BYTES + 1), "the limit is 20 MB"),
    ],
)
def test_what_is_no_table_of_labels_is_refused_in_words(content: bytes, what: str) -> None:
    with pytest.raises(AnnotationError, match=what) as caught:
        read_labels(content, "a.csv")
    assert len(str(caught.value)) < 600


def test_labels_take_the_place_of_moas(compendium: Compendium) -> None:
    labelled, match = relabelled(compendium, read_labels(CSV, "a.csv"))
    assert match.n_matched == 3
    assert match.unmatched == ("nobody",)
    assert labelled.moas["moa"].tolist() == ["anticancer", "immune"]
    assert drugs_of_moa(labelled, "anticancer") == ("dark3", "hdac0", "hdac1")
    assert compendium.moas["moa"].tolist() == ["HDAC inhibitor"]


def test_what_has_a_moa_or_a_label_is_no_inactive_negative(compendium: Compendium) -> None:
    labelled, _ = relabelled(compendium, read_labels(CSV, "a.csv"))
    negatives = select(labelled, ["hdac0"], negatives="inactive")
    names = set(negatives.drug[~negatives.positive])
    assert names == {f"dark{i}" for i in range(60)} - {"dark3"}


def test_labels_of_other_compounds_are_refused(compendium: Compendium) -> None:
    with pytest.raises(AnnotationError, match="The first is 'aspirin'"):
        relabelled(compendium, read_labels(b"name,label\naspirin,pain\n", "a.csv"))
