"""The helper itself: what it returns, and that it says why it gives up."""

import pytest

from tests import waiting
from tests.waiting import until


def test_the_first_true_answer_is_returned() -> None:
    answers = iter([0, None, "there", "later"])
    assert until(lambda: next(answers)) == "there"


def test_what_was_seen_last_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "PATIENCE", 0.0)
    with pytest.raises(pytest.fail.Exception, match=r"in vain\. Last seen: 0"):
        until(lambda: 0)
    with pytest.raises(pytest.fail.Exception, match=r"in vain\. Last seen: 2 of 3"):
        until(lambda: 0, saw=lambda: "2 of 3")


def test_what_cannot_come_any_more_fails_at_once() -> None:
    with pytest.raises(pytest.fail.Exception, match="never come: the process has ended"):
        until(lambda: False, unless=lambda: "the process has ended")


def test_what_came_just_before_the_end_is_taken() -> None:
    answers = iter([False, True])
    assert until(lambda: next(answers), unless=lambda: "the process has ended")
