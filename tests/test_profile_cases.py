"""A mechanism that others have shown, found or not in a prediction."""

from gpar_core.analyses.moa_prediction import result as prediction
from gpar_core.profile_cases import N_FIRST, ProfileCase, findings
from tests.report.test_calls import Here, here  # noqa: F401 -- the fixture


def of(*moas: str) -> ProfileCase:
    return ProfileCase("t", "s", "hdac1", moas, "f", "is predicted")


def test_the_rank_of_the_mechanism_stands_beside_the_paper(here: Here) -> None:  # noqa: F811
    found = prediction.of_compound(here.cache, here.library, here.compendium, "hdac1")
    table = findings(of("hdac INHIBITOR", "absent"), found)
    assert table["question"].tolist() == ["HDAC inhibitor", f"First {N_FIRST} MOAs"]
    assert table["paper"].tolist() == ["is predicted", "not given"]
    assert table["here"][0].startswith(f"number 1 of {len(here.library.asked)}, FDR ")
    assert table["here"][1].startswith("HDAC inhibitor, ")
    (lacking, _) = findings(of("absent"), found)["here"]
    assert lacking == "no model of it in the library"
