"""The benchmark of times left: what was said, per what was left."""

import pytest

from benchmarks.time_left import right
from gpar_core.analyses.map.request import MapRequest
from gpar_core.jobs.events import Event
from gpar_core.progress import WORK, Progress


@pytest.fixture
def request_() -> MapRequest:
    return MapRequest("demo", "0" * 64, "tsne")


def test_even_work_is_right_from_beginning_to_end(request_: MapRequest) -> None:
    log = [
        Event(second + 1, float(second), Progress("x", second, 100, values={WORK: second / 100}))
        for second in range(100)
    ]
    ratios = right(request_, log, 100.0)
    assert len(ratios) > 700
    assert min(ratios) > 0.9
    assert max(ratios) < 1.2


def test_work_that_slows_down_is_told_too_short(request_: MapRequest) -> None:
    log = [
        Event(n + 1, float(n + 3 * max(n - 50, 0)), Progress("x", n, 100, values={WORK: n / 100}))
        for n in range(100)
    ]
    assert max(right(request_, log, 250.0)) > 3


def test_nothing_said_is_not_counted(request_: MapRequest) -> None:
    assert right(request_, [Event(1, 0.0, Progress("x", 0, 0))], 10.0) == ()
