"""How tests wait: for a state, never for a time."""

import time
from collections.abc import Callable
from typing import TypeVar

import pytest

PATIENCE = 300.0
"""Seconds. Nothing takes so long; on a crowded computer nothing fails for lack of them either."""

LOOK_SECONDS = 0.02

T = TypeVar("T")


def until(
    look: Callable[[], T],
    *,
    saw: Callable[[], object] | None = None,
    unless: Callable[[], object] = lambda: None,
) -> T:
    """The first true answer of `look`.

    saw: what to tell of if it never comes, by default the last answer. unless: true, in words, once
    it cannot come any more, as when the process that is waited for has ended; fails at once then.
    """
    deadline = time.monotonic() + PATIENCE
    while not (answer := look()):
        never = unless()
        if never and not (answer := look()):  # it may have come before the end
            pytest.fail(f"It will never come: {never}. {_told(answer, saw)}")
        if answer:
            break
        if time.monotonic() > deadline:
            pytest.fail(f"Waited {PATIENCE:.0f} seconds in vain. {_told(answer, saw)}")
        time.sleep(LOOK_SECONDS)
    return answer


def _told(answer: object, saw: Callable[[], object] | None) -> str:
    return f"Last seen: {answer!r}" if saw is None else f"Last seen: {saw()}"
