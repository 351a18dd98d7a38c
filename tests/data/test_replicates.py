"""Replicates of one drug are identified by their names, and different drugs stay apart."""

import pytest

from gpar_core.data.replicates import drugs_by_name


@pytest.mark.parametrize(
    ("names", "drugs"),
    [
        (["digoxin_rep1", "digoxin_rep2", "digoxin_rep3"], ["digoxin"] * 3),
        (["digoxin.1", "digoxin.2"], ["digoxin"] * 2),
        (["digoxin", "digoxin.1", "digoxin.2"], ["digoxin"] * 3),
        (["digoxin_1", "digoxin_2", "Y_1", "Y_2"], ["digoxin", "digoxin", "Y", "Y"]),
        (["digoxin-1", "digoxin-2"], ["digoxin"] * 2),
        (["digoxin biological replicate 1", "digoxin biological replicate 2"], ["digoxin"] * 2),
        (["digoxin (rep 1)", "Digoxin (rep 2)"], ["digoxin", "Digoxin"]),
        (["digoxin_10uM_R1", "digoxin_10uM_R2"], ["digoxin_10uM"] * 2),
        (["rep1", "rep2", "Replicate 3"], ["", "", ""]),
        (["aspirin", "ibuprofen"], ["aspirin", "ibuprofen"]),
        (["compound_1", "compound_2"], ["compound_1", "compound_2"]),
        (["drug 1", "drug 2"], ["drug 1", "drug 2"]),
        (["s1.bam", "s2.bam"], ["s1.bam", "s2.bam"]),
        (["digoxin_1", "digoxin_10"], ["digoxin_1", "digoxin_10"]),
        (["JQ-1"], ["JQ-1"]),
        (["SB-203580", "SB-202190"], ["SB-203580", "SB-202190"]),
        (["BRD-K1234", "BRD-K1235"], ["BRD-K1234", "BRD-K1235"]),
        ([f"digoxin_{i}" for i in range(1, 21)], [f"digoxin_{i}" for i in range(1, 21)]),
        (["prep1", "superb2"], ["prep1", "superb2"]),
    ],
)  # fmt: skip
def test_names_of_replicates_are_one_drug(names: list[str], drugs: list[str]) -> None:
    assert drugs_by_name(names) == drugs
