"""The table and the JSON of the benchmarks."""

import json

import pytest

from benchmarks.figures import Figure, table, to_json

FIGURES = [
    Figure("scoring: share", (0.8, 0.6, 0.75), "", "of the rate", at_least=0.7),
    Figure("start: first page", (4.25,), "s", "long " * 40, at_most=4),
    Figure("loop", (12_345.6, 99.0), "s", "no goal"),
]


def test_the_value_is_the_median_and_is_held_against_the_goal() -> None:
    assert [figure.value for figure in FIGURES] == [0.75, 4.25, (12_345.6 + 99) / 2]
    assert [figure.reached for figure in FIGURES] == [True, False, None]


@pytest.mark.parametrize(("value", "reached"), [(0.69, False), (0.7, True), (0.71, True)])
def test_a_goal_met_to_the_point_is_reached(value: float, reached: bool) -> None:
    assert Figure("a", (value,), "", "how", at_least=0.7).reached is reached
    assert Figure("a", (-value,), "", "how", at_most=-0.7).reached is reached


def test_the_table_has_a_line_per_figure_and_more_for_long_words() -> None:
    heading, *lines = table(FIGURES).splitlines()
    assert " ".join(heading.split()) == "figure median range goal reached how"
    first, late, *more, last = lines
    assert " ".join(first.split()) == "scoring: share 0.75 0.6 to 0.8 >= 0.7 yes of the rate"
    assert " ".join(late.split()).startswith("start: first page 4.25 s <= 4 NO long long")
    assert " ".join(last.split()) == "loop 6,222 s 99 to 12,346 no goal"
    column = heading.index("how")
    assert all(line[column - 2 : column] == "  " for line in lines)
    assert more
    assert all(not line[:column].strip() for line in more)


def test_the_json_holds_every_round_and_what_it_was_measured_on() -> None:
    found = json.loads(to_json(FIGURES))
    assert found["measured_on"]["processors"] >= 1
    assert found["measured_on"]["numpy"]
    share, _, loop = found["figures"]
    assert share == {
        "name": "scoring: share",
        "values": [0.8, 0.6, 0.75],
        "unit": "",
        "how": "of the rate",
        "at_least": 0.7,
        "at_most": None,
        "value": 0.75,
        "reached": True,
    }
    assert loop["reached"] is None
