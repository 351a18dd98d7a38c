"""The model behind docs/scaling.md, against a queue that is played through."""

import heapq
import math
from pathlib import Path

import numpy as np
import pytest

from benchmarks import scaling
from benchmarks.scaling import Laboratory, Line, Work

FLAT = Line((1, 2), (10.0, 10.0))


def test_a_line_goes_through_both_sizes() -> None:
    line = Line((200_000, 400_000), (3.0, 5.0))
    assert [line.at(n) for n in (200_000, 300_000, 1_000_000)] == [3.0, 4.0, 11.0]


@pytest.mark.parametrize(("load", "workers"), [(0.6, 1), (2.4, 4), (9.0, 10)])
def test_waiting_is_that_of_a_queue_that_is_played_through(load: float, workers: int) -> None:
    expected = scaling.waiting_seconds(load / 10, 10.0, workers)
    rng = np.random.default_rng(0)
    n = 400_000
    arrivals = rng.exponential(10 / load, n).cumsum()
    free = [0.0] * workers
    waited = 0.0
    for arrival, work in zip(arrivals, rng.exponential(10, n), strict=True):
        begun = max(arrival, heapq.heappop(free))
        waited += begun - arrival
        heapq.heappush(free, begun + work)
    assert waited / n == pytest.approx(expected, rel=0.1)


def test_one_worker_waits_as_the_closed_form_says() -> None:
    assert scaling.waiting_seconds(0.05, 10.0, 1) == pytest.approx(0.5 * 10 / (1 - 0.5))
    assert scaling.waiting_seconds(0.1, 10.0, 1) == math.inf


def test_the_fewest_workers_that_are_enough() -> None:
    work = Work("training", FLAT, hourly=36.0)
    found = scaling.needs(Laboratory("", 1000, 100), (work,))
    per_second = 0.1 * 100 * 36 / 3600
    assert found.waiting == scaling.waiting_seconds(per_second, 10.0, found.workers) <= 10
    assert per_second * 10 / found.workers <= scaling.BUSY
    fewer = found.workers - 1
    assert per_second * 10 / fewer > scaling.BUSY or (
        scaling.waiting_seconds(per_second, 10.0, fewer) > 10
    )


def test_the_page_has_the_table_that_the_command_prints() -> None:
    page = Path(scaling.__file__).resolve().parents[1] / "docs" / "scaling.md"
    assert scaling.table() in page.read_text("utf-8")
