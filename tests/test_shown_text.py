"""A text is alike where processors explain what differs, and nowhere else."""

import pytest

from gpar_core.report.tolerance import TOLERANCES
from tests.shown_text import differences

FAST = TOLERANCES["fast"]

RANKED = """
     pert_iname   k     es  p_exact    fdr                       moa
0   BAY-11-7082  18  0.834    0.000  0.000  cyclooxygenase inhibitor
1  hydroxychlor  16  0.732    0.008  0.120        antimalarial agent
2     oxaprozin  26  0.731    0.000  0.000        antimalarial agent
"""
FINDING = "Mean AUROC  0.78 (0.73-0.83, 14 drugs); piperlongumine  number 34 of 110"


@pytest.mark.parametrize(
    ("then", "old", "new"),
    [
        (RANKED, "0.834", "0.835"),
        (RANKED, "0   BAY", "0     BAY"),
        (RANKED, "1  hydroxychlor", "2  hydroxychlor"),
        (FINDING, "0.73-", "0.74-"),
        (FINDING, "number 34 of 110", "number 33 of 109"),
    ],
)
def test_what_another_processor_explains_is_alike(then: str, old: str, new: str) -> None:
    assert old in then
    assert differences(then, then.replace(old, new), FAST) == []


@pytest.mark.parametrize(
    ("then", "old", "new"),
    [
        (RANKED, "0.834", "0.844"),
        (RANKED, "0.120", "0.020"),
        (RANKED, "  18  ", "  19  "),
        (RANKED, "BAY-11-7082", "BAY-11-7085"),
        (RANKED, "antimalarial", "antibacterial"),
        (RANKED, "1  hydroxychlor", "9  hydroxychlor"),
        (RANKED, "fdr", "q"),
        (FINDING, "0.73-", "0.71-"),
        (FINDING, "0.83,", "0.93,"),
        (FINDING, "14 drugs", "13 drugs"),
        (FINDING, "number 34 of", "number 39 of"),
        (FINDING, "of 110", "of 150"),
        ("demo SIMULATED 6b1de6c4618d", "618d", "619d"),
        ("higher by 0.34 (-0.14 to 0.55)", "-0.14", "0.14"),
        ("one\ntwo", "\ntwo", ""),
    ],
)
def test_any_other_change_is_found(then: str, old: str, new: str) -> None:
    assert old in then
    assert differences(then, then.replace(old, new, 1), FAST)


def test_rows_that_changed_places_are_held_beside_themselves() -> None:
    lines = RANKED.splitlines()
    swapped = [*lines[:3], "1" + lines[4][1:], "2" + lines[3][1:]]
    assert differences(RANKED, "\n".join(swapped), FAST) == []
    torn = RANKED.replace("hydroxychlor", "oxaprozin", 1)
    assert differences(RANKED, torn, FAST)
