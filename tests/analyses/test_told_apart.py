"""Labels of jobs that ask the same of other cell lines."""

from gpar_core.analyses.cell_influence.request import CellInfluenceRequest
from gpar_core.analyses.method import DrugSet, Method
from gpar_core.analyses.told_apart import job_details, told_apart
from gpar_core.analyses.training.request import TrainRequest

DRUG_SET = DrugSet(moa="HDAC inhibitor")


def test_trainings_are_told_apart_by_cell_line_and_nothing_else() -> None:
    asked = [
        TrainRequest("demo", "f", DRUG_SET, Method(cells=cells))
        for cells in ((), ("MCF7",), ("A375", "PC3"))
    ]
    assert told_apart(["HDAC"] * 3, [job_details(each) for each in asked]) == [
        "HDAC · all cell lines", "HDAC · MCF7", "HDAC · A375, PC3",
    ]  # fmt: skip


def test_comparisons_of_cell_lines_are_told_apart_by_their_selections() -> None:
    asked = [
        CellInfluenceRequest("demo", "f", DRUG_SET, selections)
        for selections in ((("MCF7",), ("PC3",)), (("MCF7", "A375"), ()))
    ]
    assert told_apart(["HDAC"] * 2, [job_details(each) for each in asked]) == [
        "HDAC · MCF7 against PC3", "HDAC · MCF7 + A375 against all cell lines",
    ]  # fmt: skip
