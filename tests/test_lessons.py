"""Every case study has a lesson, and every question one right answer."""

import pytest

from gpar_core.case_studies import CASES
from gpar_core.errors import NotFoundError
from gpar_core.lessons import LESSONS, Lesson, lesson


def test_every_case_study_has_its_lesson() -> None:
    of_cases = [each.case for each in LESSONS if not each.story]
    assert of_cases == [each.title for each in CASES]
    assert lesson("Chloroquine").case == "Chloroquine"
    with pytest.raises(NotFoundError, match="Digoxin alone"):
        lesson("Nothing")


@pytest.mark.parametrize("shown", LESSONS, ids=lambda each: each.case)
def test_questions_can_be_answered(shown: Lesson) -> None:
    assert len(shown.questions) >= 2 or shown.case.startswith("Estrogen")
    for question in shown.questions:
        assert 0 <= question.right < len(question.answers)
        assert len(set(question.answers)) == len(question.answers) >= 2
        assert question.why


def test_the_right_answer_has_no_place_of_its_own() -> None:
    assert len({question.right for each in LESSONS for question in each.questions}) > 1
