"""A MOA has one name: joined names come apart, names with commas stay whole, twins are told."""

import pandas as pd
import pytest

from gpar_core.data.moa_names import moa_key, moas_in, parted_at_commas, resembling


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("alpha inhibitor", ["alpha inhibitor"]),
        ("alpha inhibitor|beta agonist", ["alpha inhibitor", "beta agonist"]),
        ("alpha inhibitor; beta agonist", ["alpha inhibitor", "beta agonist"]),
        (" alpha   inhibitor |", ["alpha inhibitor"]),
        ("alpha inhibitor|Alpha  Inhibitor", ["alpha inhibitor"]),
        ("gamma blocker, class II", ["gamma blocker, class II"]),
        *((none, []) for none in ("", " ", "-", "NA", "n/a", "null", "None", "-666", "unknown")),
        ("N/A|beta agonist", ["beta agonist"]),
    ],
)
def test_the_moas_of_a_cell(cell: str, names: list[str]) -> None:
    assert moas_in(cell) == names


@pytest.mark.parametrize(
    "other", ["Beta-Agonist", "beta\u2011agonist", " beta\u2013agonist ", "\uff42eta-agonist"]
)
def test_capitals_blanks_and_dashes_do_not_make_another_moa(other: str) -> None:
    assert moa_key(other) == moa_key("beta-agonist")


def _parted(*cells: str, tables: list[int] | None = None) -> list[str]:
    table = pd.Series(tables or [0] * len(cells))
    return parted_at_commas(pd.Series(cells), table)[0].tolist()


JOINED, WHOLE = "alpha inhibitor, delta inhibitor", "gamma blocker, class II"


def test_a_comma_parts_moas_and_not_a_name_with_a_comma() -> None:
    apart, parted, whole = parted_at_commas(
        pd.Series([JOINED, WHOLE, "beta agonist", ""]), pd.Series([0, 0, 0, 0])
    )
    assert apart.tolist() == ["alpha inhibitor|delta inhibitor", WHOLE, "beta agonist", ""]
    assert (parted, whole) == ([JOINED], [WHOLE])


@pytest.mark.parametrize(
    ("cell", "apart"),
    [
        ("alpha inhibitor,beta agonist", "alpha inhibitor|beta agonist"),
        ("alpha inhibitors, beta agonist (BA)", "alpha inhibitors|beta agonist (BA)"),
        ("1,4-alpha-glucosidase inhibitor", "1,4-alpha-glucosidase inhibitor"),
        ("hormone, beta agonist", "hormone, beta agonist"),
        ("inhibitor, agonist", "inhibitor, agonist"),
        ("kinase inhibitor, ", "kinase inhibitor, "),
    ],
)
def test_what_stands_between_commas_must_be_a_moa(cell: str, apart: str) -> None:
    assert _parted(cell) == [apart]


def test_a_part_is_a_moa_where_it_stands_alone_in_some_table() -> None:
    assert _parted("hormone, beta agonist", "Hormone", tables=[0, 1])[0] == "hormone|beta agonist"


def test_where_bars_part_the_moas_of_a_table_commas_do_not() -> None:
    assert _parted(JOINED, "a inhibitor|b inhibitor") == [JOINED, "a inhibitor|b inhibitor"]
    assert _parted(JOINED, "a inhibitor|b inhibitor", tables=[0, 1])[0] != JOINED
    assert _parted(JOINED, f"x|{JOINED}", tables=[0, 1])[0] == JOINED


def test_a_name_resembles_the_one_that_more_drugs_have() -> None:
    names = {
        "alpha inhibitor": 3, "alpha inhibitors": 1, "alpha-inhibitor": 1, "alpha inhibiter": 2,
        "beta agonist": 4, "beta antagonist": 4, "CDK4 inhibitor": 1, "CDK5 inhibitor": 2,
        "ATPase inhibitor": 1, "GTPase inhibitor": 2, "estrogen receptor agonist": 5,
        "oestrogen receptor agonist": 1,
    }  # fmt: skip
    assert resembling(names) == [
        ("alpha inhibiter", "alpha inhibitor"),
        ("alpha inhibitors", "alpha inhibitor"),
        ("alpha-inhibitor", "alpha inhibitor"),
        ("oestrogen receptor agonist", "estrogen receptor agonist"),
    ]


def test_thousands_of_moas_are_compared_at_once() -> None:
    names = {f"receptor {i} antagonist of channel number {i + 1}": i for i in range(5000)}
    assert resembling(names) == []
