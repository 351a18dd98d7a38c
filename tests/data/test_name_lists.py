"""Lists of names are taken apart where people part them, and never inside a name that is known."""

from pathlib import Path

import pytest

from gpar_core.data.compendium import load
from gpar_core.data.name_lists import read_cells, read_drugs, read_moas, read_names, written
from tests.synthetic import build, drugs_of

DIM, RSL = "3,3'-diindolylmethane", "1S,3R-RSL-3"
KNOWN = (DIM, RSL, "digoxin", "1,2-x", "1,2-x,5-y")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a,b", ["a", "b"]),
        ("a; b;;c", ["a", "b", "c"]),
        ("a\tb\r\nc\n\nd", ["a", "b", "c", "d"]),
        (" a , b ,", ["a", "b"]),
        ("a|b", ["a", "b"]),
        ("a, a, A", ["a", "A"]),
        ("", []),
        (" ,;\n", []),
        (DIM, [DIM]),
        (f"{DIM}, digoxin", [DIM, "digoxin"]),
        (f"digoxin,{DIM},{RSL}", ["digoxin", DIM, RSL]),
        (f"{DIM}; {RSL}", [DIM, RSL]),
        (f"{DIM}\n{RSL}\n", [DIM, RSL]),
        ("3, 3'-Diindolylmethane, x", [DIM, "x"]),
        ("1,2-x,5-y", ["1,2-x,5-y"]),
        ("1,2-x,5-z", ["1,2-x", "5-z"]),
        ("4,4'-unknown", ["4", "4'-unknown"]),
        ('"4,4\'-unknown", b', ["4,4'-unknown", "b"]),
        ('"a" , "b;c"', ["a", "b;c"]),
        ('5"-drug, b', ['5"-drug', "b"]),
        ('"a, b', ['"a', "b"]),
    ],
)
def test_a_list_of_names(text: str, names: list[str]) -> None:
    assert read_names(text, KNOWN) == names


@pytest.mark.parametrize("names", [[], ["a"], ["a", "b"], ["1,2-x", "5-y"], [DIM, RSL, "digoxin"]])
def test_a_list_that_is_written_is_read_again(names: list[str]) -> None:
    assert read_names(written(names), KNOWN) == names


def test_a_long_list_is_read_at_once() -> None:
    names = [f"drug {i}" for i in range(50_000)]
    assert read_names(",".join(names), KNOWN) == names


def test_names_of_a_compendium_stay_whole(tmp_path: Path) -> None:
    drugs = drugs_of("gamma blocker, class II", 2)
    build(tmp_path, [*drugs, *drugs_of("beta agonist", 2)])
    compendium = load(tmp_path)
    assert read_moas(compendium, "Beta agonist, Gamma blocker, class II") == [
        "Beta agonist",
        "gamma blocker, class II",
    ]
    first, second, *_ = compendium.compounds["pert_iname"]
    assert read_drugs(compendium, f"{first}, {second}") == [first, second]
    assert read_cells(compendium, "MCF7;PC3") == ["MCF7", "PC3"]
